"""The numbers the floor decides by, all in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How long things may take. Every wait of the core ends by one of these."""

    pick_up_seconds: float = 4.0  # from arrival to picked up
    ivr_limit_seconds: float = 120.0  # longest stay in the IVR, then the emergency queue
    ring_seconds: float = 15.0  # one position rings at most this long
    ring_grace_seconds: float = (
        3.0  # on top of it, until the offer is given up without an answer from Asterisk
    )
    join_seconds: float = 4.0  # from operator's answer to both hearing each other
    wrap_up_seconds: float = 10.0  # after a talk, until the next offer
    rest_seconds: float = 3.0  # after a missed, declined or failed offer
    keep_seconds: float = 5.0  # a desk whose page went in a talk is kept for its caller
    page_back_seconds: float = 1.0  # before it is rung: the page that goes looks registered for a moment
    message_after_seconds: float = 4.0  # a caller somebody is rung for hears the waiting message only then
    repeat_seconds: float = 30.0  # a waiting caller hears the waiting message this often
    release_seconds: float = 5.0  # from asking a leg to end or move until it is presumed done
    switch_seconds: float = 12.0  # the dead-man's switch, while no operator is connected
    switch_every_seconds: float = 4.0  # how often it is pushed
    dial_seconds: float = 45.0  # somebody who is called back may let it ring this long
    agency_key_seconds: float = 6.0  # who has heard the message at an agency may think so long before a key
    agency_message_seconds: float = 30.0  # a call found after a restart waits so long for its message
    agency_operator_seconds: float = 60.0  # somebody at an agency waits so long for an operator
    agency_limit_seconds: float = 240.0  # a call to an agency lasts so long at most, but for a talk
    agency_play_grace_seconds: float = 10.0  # after its length, a prompt is believed to be over
    lost_node_free_seconds: float = 5.0  # a node is lost so long: its operators get other nodes' callers
    lost_node_end_seconds: float = 60.0  # and so long: its calls are closed as dropped, and called back
    patience_seconds: float = 180.0  # of a waiting information call: what it means then is in `queueing`
