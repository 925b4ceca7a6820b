"""Every metric the service exports, in one place (Prometheus names, units in the name)."""

from prometheus_client import PLATFORM_COLLECTOR, REGISTRY, Counter, Gauge, Histogram

REGISTRY.unregister(PLATFORM_COLLECTOR)  # which Python this is, is nobody's business

calls_arrived = Counter("ct112_calls_arrived_total", "Calls that reached us", ["node"])
calls_ended = Counter("ct112_calls_ended_total", "Calls that ended, by outcome", ["outcome"])
calls_live = Gauge("ct112_calls_live", "Calls under way, by state", ["state"])
operators = Gauge("ct112_operators", "Operators, by state", ["state"])
ready = Gauge("ct112_ready", "1 while the process would do its work, as /readyz says")
part_ok = Gauge("ct112_part_ok", "1 while this part of the process is well, as /readyz says", ["part"])
certificate_end = Gauge(
    "ct112_certificate_end_timestamp_seconds", "When a certificate in use ends", ["certificate"]
)
disk_free_bytes = Gauge(
    "ct112_disk_free_bytes", "Room left where serve writes: its state, the fallback's files", ["folder"]
)
disk_size_bytes = Gauge("ct112_disk_size_bytes", "Size of the file system a folder is on", ["folder"])
disk_answers = Gauge("ct112_disk_answers", "0 while a folder does not say how much room it has", ["folder"])
clock_synchronised = Gauge(
    "ct112_clock_synchronised", "1 while the kernel's clock follows NTP; NaN where it may not be asked"
)
clock_error_seconds = Gauge(
    "ct112_clock_error_seconds", "How far off the machine's clock may be, by the kernel; NaN when not known"
)
node_clock_offset_seconds = Gauge(
    "ct112_node_clock_offset_seconds", "How far a node's clock is ahead of ct112's", ["node"]
)
longest_wait_seconds = Gauge("ct112_longest_wait_seconds", "How long who waits the longest has waited")
operators_on_duty = Gauge("ct112_operators_on_duty", "Operators who are not paused and have a phone")
operators_planned = Gauge("ct112_operators_planned", "Operators who should be on duty now, by the roster")
operators_missing = Gauge("ct112_operators_missing", "Planned by the roster, and not logged in")
operators_without_phone = Gauge(
    "ct112_operators_without_phone", "Operators who are logged in, and whose phone is not registered"
)
nobody_on_duty = Gauge("ct112_nobody_on_duty", "1 while callers wait and nobody is on duty")
pick_up_seconds = Histogram(
    "ct112_pick_up_seconds", "Arrival to picked up by the IVR", buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 4)
)
answer_seconds = Histogram(
    "ct112_answer_seconds", "Arrival to a person", buckets=(2, 5, 10, 15, 20, 30, 45, 60, 120, 300)
)
unexpected_events = Counter(
    "ct112_unexpected_events_total", "Events that did not fit the state they met", ["event"]
)
command_failures = Counter(
    "ct112_command_failures_total", "Telephone commands that failed", ["command", "gone"]
)
inbox_lag_seconds = Histogram(
    "ct112_inbox_lag_seconds",
    "Event received to event handled",
    buckets=(0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1),
)
inbox_depth = Gauge("ct112_inbox_depth", "Events waiting for the floor")
floor_errors = Counter("ct112_floor_errors_total", "Events whose handling raised; the call was kept")
task_down = Gauge("ct112_task_down", "1 from a task's death until it has run for a minute again", ["task"])
task_restarts = Counter("ct112_task_restarts_total", "Times a task died and was started again", ["task"])
# The label is `name`: `job` is Prometheus' own word for what it scrapes.
deliveries = Counter(
    "ct112_deliveries_total", "Tries to tell an agency something, by way and outcome", ["way", "outcome"]
)
pushes = Counter(
    "ct112_pushes_total",
    "Web pushes to phones of agencies, by outcome: sent, again, gone (the browser), refused, of no use",
    ["outcome"],
)
dispatches_late = Gauge(
    "ct112_dispatches_late",
    "Emergencies nobody was dispatched to for 60 s, without anybody at the scene after 15 minutes;"
    " dispatches nobody of the agency acknowledged; offers of neighbours without an answer for 60 s",
    ["what"],
)
job_waits = Gauge("ct112_job_waits", "1 while a job of the worker waits for the database", ["name"])
job_done_at = Gauge("ct112_job_done_timestamp_seconds", "When a job of the worker was done last", ["name"])
job_every_seconds = Gauge("ct112_job_every_seconds", "How often a job of the worker is to be done", ["name"])
job_seconds = Histogram(
    "ct112_job_seconds",
    "One round of a job of the worker",
    ["name"],
    buckets=(0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60),
)
callbacks_waiting = Gauge("ct112_callbacks_waiting", "Call-backs that are not closed")
callbacks_due = Gauge("ct112_callbacks_due", "Call-backs an operator could take now, of the first 500")
callback_oldest_seconds = Gauge(
    "ct112_callback_oldest_seconds", "How long the oldest of those that could be taken now has waited"
)
callbacks_overdue = Gauge(
    "ct112_callbacks_overdue", "Emergency callers who have waited for a call-back for a quarter of an hour"
)
routing_unmatched = Gauge(
    "ct112_routing_unmatched",
    "Incidents of the last hour that no routing rule fitted",
)
agencies_unreached = Gauge(
    "ct112_agencies_unreached", "Agencies that act and have no way to anybody who is on duty now"
)
link_up = Gauge("ct112_link_up", "1 when the link is ready", ["node", "link"])  # link: ari, ami
link_losses = Counter("ct112_link_losses_total", "Times a link was lost", ["node", "link"])
link_errors = Counter("ct112_link_errors_total", "Errors of a link that nobody foresaw", ["node", "link"])
unreadable_legs = Gauge(
    "ct112_unreadable_legs", "Legs that Asterisk could not describe at the last survey", ["node"]
)
ari_request_seconds = Histogram(
    "ct112_ari_request_seconds",
    "ARI request to reply",
    ["node"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5),
)
ari_events = Counter("ct112_ari_events_total", "ARI events received", ["node", "type"])
ari_event_age_seconds = Histogram(
    "ct112_ari_event_age_seconds",
    "A leg handed to us, by Asterisk's clock, to the event received: how far it is behind",
    ["node"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10),
)
strange_legs = Counter(
    "ct112_strange_legs_total", "Legs that came in as callers, not from the trunk, and were hung up", ["node"]
)
security_events = Counter("ct112_security_events_total", "Asterisk security events", ["node", "event"])
phones_registered = Gauge("ct112_phones_registered", "Positions with a registered softphone", ["node"])
trunk_reached = Gauge(
    "ct112_trunk_reached", "1 while the carrier answers the node on this trunk", ["node", "trunk"]
)
trunk_registered = Gauge(
    "ct112_trunk_registered",
    "1 while the carrier has us registered, where a trunk wants that",
    ["node", "trunk"],
)
test_call_ok = Gauge("ct112_test_call_ok", "0 when the last test call at the node failed", ["node"])
test_call_at = Gauge(
    "ct112_test_call_timestamp_seconds",
    "When the node was last tried (a test call, or so many callers that none was placed); else the start",
    ["node"],
)
test_call_seconds = Gauge(
    "ct112_test_call_seconds", "The last test call that worked, from its placing to its sound", ["node"]
)
test_call_every_seconds = Gauge(
    "ct112_test_call_every_seconds", "How often a test call is to be placed", ["node"]
)
test_calls = Counter(
    "ct112_test_calls_total",
    "Test calls: well, skipped, interrupted, or how far they came",
    ["node", "result"],
)
journal_waiting = Gauge("ct112_journal_waiting", "Writes waiting for the database")
journal_dropped = Counter("ct112_journal_dropped_total", "Writes given up because the queue was full")
journal_failures = Counter("ct112_journal_failures_total", "Database writes that failed and were tried again")
seating_not_kept = Gauge("ct112_seating_not_kept", "1 while who sits where cannot be kept on the disk")
settings_version = Gauge("ct112_settings_version", "The version of the settings in force; 0: as started")
settings_refused = Gauge("ct112_settings_refused", "1 while the newest settings are refused as nonsense")
spool_failed = Gauge("ct112_spool_failed", "1 while the spool on disk cannot be used")
spool_waiting = Gauge("ct112_spool_waiting", "Entries on disk that the database does not have yet")
spool_behind_seconds = Gauge(
    "ct112_spool_behind_seconds", "Since when the database does not have all that was written down; 0: it has"
)
spool_damaged = Counter("ct112_spool_damaged_total", "Times the spool was damaged and begun anew")
spool_set_aside = Counter("ct112_spool_set_aside_total", "Entries kept aside: they can never be written")
set_aside = Counter(
    "ct112_set_aside_total", "Things kept aside on disk because they can never be written, by kind", ["kind"]
)
spool_commit_seconds = Histogram(
    "ct112_spool_commit_seconds",
    "One commit of the spool: what a crash can take",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1),
)
fallback_calls = Gauge("ct112_fallback_calls", "Calls the dialplan's own queue has now", ["node"])
fallback_trouble = Gauge("ct112_fallback_trouble", "1 while a node's fallback files cannot be used", ["node"])
fallback_aside = Gauge("ct112_fallback_aside", "Fallback files set aside, for somebody to look at", ["node"])
fallback_bad = Counter("ct112_fallback_bad_total", "Fallback files that could not be read or written down")
feed_readers = Gauge("ct112_feed_readers", "Readers of the feed of `ct112 serve`")
feed_errors = Counter("ct112_feed_errors_total", "Changes the feed failed on; its readers began anew")
asks_answered = Counter("ct112_asks_total", "Asks of web and worker, by kind and answer", ["kind", "answer"])
live_clients = Gauge("ct112_live_clients", "Clients of GET /api/v1/live")
live_work_clients = Gauge("ct112_live_work_clients", "Clients of GET /api/v1/live/work")
live_too_slow = Counter("ct112_live_too_slow_total", "Live clients closed because they did not read")
prompts_served = Counter("ct112_prompts_served_total", "Prompts sent to Asterisk", ["status"])
prompts_made = Counter("ct112_prompts_made_total", "Prompts rendered, not found ready", ["source"])
prompt_failures = Counter("ct112_prompt_failures_total", "Prompts that could not be made", ["source"])
agency_calls = Counter("ct112_agency_calls_total", "Telephone calls to agencies that are over", ["outcome"])
sign_ins = Counter("ct112_sign_ins_total", "Attempts to sign in, by what became of them", ["outcome"])
audit_sealed = Counter("ct112_audit_sealed_total", "Rows of the audit that were chained")
audit_unsealed_seconds = Gauge("ct112_audit_unsealed_seconds", "How long the oldest unsealed row waits")
audit_cut = Counter("ct112_audit_cut_total", "Times the audit's chain was found shorter than it had been")
audit_waiting = Gauge("ct112_audit_waiting", "Rows of the audit that wait for the database in ct112 web")
audit_dropped = Counter("ct112_audit_dropped_total", "Actions that are not in the audit, and never will be")
backup_made_at = Gauge(
    "ct112_backup_made_timestamp_seconds", "When the last whole backup was made here; 0: never"
)
backup_bytes = Gauge("ct112_backup_bytes", "How large that backup is")
personal_rows_erased = Counter(
    "ct112_personal_rows_erased_total", "Rows whose personal data was too old, by class", ["data_class"]
)
certificate_trouble = Gauge(
    "ct112_certificate_trouble", "1 while a changed certificate cannot be taken up", ["certificate"]
)

SHARED = (
    *(ready, part_ok, task_down, task_restarts, set_aside, prompts_made, prompt_failures),
    *(certificate_end, certificate_trouble),
)
OWN = {
    "web": (live_clients, live_work_clients, live_too_slow, sign_ins, audit_waiting, audit_dropped),
    "worker": (
        *(job_waits, job_done_at, job_every_seconds, job_seconds),
        *(
            audit_sealed,
            audit_unsealed_seconds,
            audit_cut,
            backup_made_at,
            backup_bytes,
            personal_rows_erased,
        ),
        *(callbacks_waiting, callbacks_due, callback_oldest_seconds, callbacks_overdue),
        *(routing_unmatched, agencies_unreached, deliveries, dispatches_late, pushes),
    ),
}
"""What web and worker alone export; everything else is serve's."""


def only_of(process: str) -> None:
    """Export what is of this process and no other's: its zeros would be false alarms (nobody on duty)."""
    others = {one for name, own in OWN.items() if name != process for one in own}
    own = {*SHARED, *OWN[process]} if process in OWN else everything() - others
    for collector in everything() - own:
        REGISTRY.unregister(collector)


def everything() -> set[Counter | Gauge | Histogram]:
    """Return every metric of this module."""
    return {one for one in globals().values() if isinstance(one, Counter | Gauge | Histogram)}
