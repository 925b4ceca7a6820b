"""The telephone port on the simulated exchange: commands travel, fail, come late; events come back."""

from collections.abc import Callable

from ct112.core.commands import (
    EndOffer,
    HangUp,
    HoldSwitch,
    Join,
    PickUp,
    Play,
    Ring,
    SendToFallback,
    StopPlay,
    TelephoneCommand,
)
from ct112.core.events import (
    CallArrived,
    CallReleased,
    CommandFailed,
    Event,
    Joined,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    OfferRinging,
    PickedUp,
    PlayEnded,
)
from ct112.core.ids import OfferId, PlayId
from ct112.simulation.asterisk import Exchange, Leg, Node, OperatorLeg
from ct112.simulation.engine import Engine
from ct112.simulation.people import reaction
from ct112.simulation.scenario import Chances, Scenario

Post = Callable[[Event], None]
COMMITTED = 0.02  # seconds; by then what was heard of is on the disk
FASTEST, USUAL = 0.0005, 0.005  # seconds a request or an event is under way
AboutLeg = PickUp | Play | StopPlay | Ring | Join | HoldSwitch | SendToFallback | HangUp


class SimulatedTelephone:
    """Carries out commands as Asterisk would. `post` is the living switchboard's inbox, or nobody's."""

    def __init__(self, engine: Engine, exchange: Exchange, chances: Chances, people: "People") -> None:
        self._engine = engine
        self._exchange = exchange
        self._chances = chances
        self._people = people
        self.post: Post | None = None

    def do(self, command: TelephoneCommand) -> None:
        """Send the command on its way; without a link it fails or is lost."""
        self._engine.note("command", command)
        match command:
            case EndOffer(offer):
                leg = self._exchange.operator_leg(offer)
                if leg is not None:
                    node = self._exchange.nodes[leg.node]
                    self._send(node, self._travel(), lambda: self._end_offer(offer))
            case (
                PickUp() | Play() | StopPlay() | Ring() | Join() | HoldSwitch() | SendToFallback() | HangUp()
            ):
                self._about(command)
            case _:
                raise NotImplementedError(type(command).__name__)

    def tell(self, node: Node, event: Event, leg: Leg | None = None) -> None:
        """Let ct112 hear of it, events of one leg in their order; over a broken link it never does."""
        if node.link != "up":
            return
        at, epoch = self._engine.time + self._travel(), node.epoch
        if leg is not None:
            at = leg.last_event = max(at, leg.last_event + 1e-6)

        def arrive() -> None:
            if node.epoch == epoch and self.post is not None:
                self._engine.note("event", event)
                self.post(event)
                if isinstance(event, CallArrived) and leg is not None:
                    self._told(leg, self.post)

        self._engine.at(at, arrive)
        if self._engine.chance(self._chances.twice):
            self._engine.at(at, arrive)

    def _told(self, leg: Leg, post: Post) -> None:
        """Remember that ct112 knows of the call, should it live long enough to write that down."""

        def known() -> None:
            leg.known = leg.known or self.post is post

        self._engine.after(COMMITTED, known)

    def _travel(self) -> float:
        draw = self._engine.random
        if self._chances.slow and draw.random() < self._chances.slow:
            return draw.uniform(USUAL, self._chances.slow_seconds)
        return draw.uniform(FASTEST, USUAL)

    def _send(self, node: Node, seconds: float, arrive: Callable[[], None]) -> None:
        epoch = node.epoch
        if node.link == "up":
            self._engine.after(seconds, lambda: arrive() if node.epoch == epoch and node.alive else None)

    def _about(self, command: AboutLeg) -> None:
        leg = self._exchange.leg(command.call)
        if leg is None:
            self._later_failed(command, gone=True)
            return
        node = self._exchange.nodes[leg.node]
        if node.link != "up":
            if node.link == "down":
                self._later_failed(command, gone=False)
            return
        at = max(self._engine.time + self._travel(), leg.last_command + 1e-6)
        leg.last_command = at
        self._send(node, at - self._engine.time, lambda: self._arrived(node, command))

    def _arrived(self, node: Node, command: AboutLeg) -> None:
        leg = node.legs.get(command.call)
        if leg is None or not leg.ours:
            forgiven = leg is not None and isinstance(command, HoldSwitch | SendToFallback | StopPlay)
            if not forgiven and not isinstance(command, StopPlay):
                self._failed(node, command, gone=True)
        elif self._engine.chance(self._chances.command_fails):
            leg.push_failed = leg.push_failed or isinstance(command, HoldSwitch)
            if not isinstance(command, StopPlay):
                self._failed(node, command, gone=False)
        else:
            self._carry_out(node, leg, command)

    def _carry_out(self, node: Node, leg: Leg, command: AboutLeg) -> None:
        match command:
            case PickUp():
                leg.up = True
                self.tell(node, PickedUp(leg.call), leg)
            case Play():
                self._play(node, leg, command)
            case StopPlay(_, play):
                if leg.play == play:
                    self._play_ended(node, leg, play)
            case HoldSwitch(_, seconds):
                leg.push_failed = False
                self._exchange.hold(leg, seconds, self._people.switch_went_off)
            case Ring():
                self._ring(node, command)
            case Join():
                self._join(node, leg, command)
            case SendToFallback():
                self.release(node, leg)
            case HangUp():
                self._people.left(leg)

    def release(self, node: Node, leg: Leg) -> None:
        """Give the leg to the dialplan."""
        leg.ours, leg.switch_at, leg.play = False, None, None
        if leg.joined is not None:
            leg.joined = None
        self.tell(node, CallReleased(leg.call), leg)
        self._people.in_fallback(leg)

    # ── prompts

    def _play(self, node: Node, leg: Leg, command: Play) -> None:
        if self._engine.chance(self._chances.play_fails):
            self._failed(node, command, gone=False)
            return
        leg.play = play = command.play
        if not command.ringing_after:
            seconds = sum(prompt.seconds for prompt in command.prompts)
            self._engine.after(seconds, lambda: self._play_over(node, leg, play))

    def _play_over(self, node: Node, leg: Leg, play: PlayId) -> None:
        if leg.play == play and node.legs.get(leg.call) is leg and leg.ours:
            self._play_ended(node, leg, play)

    def _play_ended(self, node: Node, leg: Leg, play: PlayId) -> None:
        leg.play = None
        self.tell(node, PlayEnded(leg.call, play), leg)

    # ── operators' legs

    def _ring(self, node: Node, command: Ring) -> None:
        phone = self._exchange.phones[command.position]
        if not phone.registered or phone.busy:
            reason = OfferEnd.BUSY if phone.busy else OfferEnd.UNREACHABLE
            self.tell(node, OfferEnded(command.offer, reason))
            return
        phone.busy = True
        leg = OperatorLeg(command.offer, node.name, command.position, call=command.call)
        node.operator_legs[command.offer] = leg
        self.tell(node, OfferRinging(command.offer))
        does = reaction(self._engine, self._people.scenario, self._chances, command.seconds)
        self._engine.after(does.seconds, lambda: self._reacts(node, leg, does.how))

    def _reacts(self, node: Node, leg: OperatorLeg, how: str) -> None:
        if node.operator_legs.get(leg.offer) is not leg:
            return
        if how == "answer":
            leg.up = True
            self.tell(node, OfferAnswered(leg.offer))
            return
        self._exchange.remove_operator(leg)
        if how == "dies":
            self._people.phone_dies(leg.position)
        reasons = {"decline": OfferEnd.DECLINED, "never": OfferEnd.MISSED}
        self.tell(node, OfferEnded(leg.offer, reasons.get(how, OfferEnd.UNREACHABLE)))

    def _end_offer(self, offer: OfferId) -> None:
        leg = self._exchange.operator_leg(offer)
        if leg is not None:
            self._exchange.remove_operator(leg)
            ended = OfferEnd.HUNG_UP if leg.up else OfferEnd.MISSED
            self.tell(self._exchange.nodes[leg.node], OfferEnded(offer, ended))

    def _join(self, node: Node, leg: Leg, command: Join) -> None:
        operator = node.operator_legs.get(command.offer)
        if operator is None or not operator.up:
            self._failed(node, command, gone=False)
            return
        leg.joined, leg.heard = command.offer, True
        self._exchange.hold(leg, 0, self._people.switch_went_off)
        self.tell(node, Joined(command.call, command.offer), leg)
        self._people.talk(leg, operator)

    # ── failures

    def _failed(self, node: Node, command: AboutLeg, *, gone: bool) -> None:
        self.tell(node, failure(command, gone=gone))

    def _later_failed(self, command: AboutLeg, *, gone: bool) -> None:
        """Without a leg, or a link, the client itself says so."""
        if isinstance(command, StopPlay | HoldSwitch):
            return

        def fail() -> None:
            if self.post is post and post is not None:
                self._engine.note("event", "CommandFailed")
                post(failure(command, gone=gone))

        post = self.post
        self._engine.after(self._travel(), fail)


def failure(command: AboutLeg, *, gone: bool) -> CommandFailed:
    """Return what is said of a command that did not work."""
    return CommandFailed(
        command=type(command).__name__,
        call=command.call,
        offer=command.offer if isinstance(command, Ring | Join) else None,
        play=command.play if isinstance(command, Play) else None,
        gone=gone,
        reason="simulated",
    )


class People:
    """Who stands behind the legs: told of what the telephone does to them."""

    scenario: Scenario

    def switch_went_off(self, leg: Leg) -> None:
        """The dead-man's switch ran out."""
        raise NotImplementedError

    def in_fallback(self, leg: Leg) -> None:
        """The caller is in the dialplan's own queue."""
        raise NotImplementedError

    def left(self, leg: Leg) -> None:
        """The caller's leg ended."""
        raise NotImplementedError

    def talk(self, leg: Leg, operator: OperatorLeg) -> None:
        """Both hear each other."""
        raise NotImplementedError

    def phone_dies(self, position: str) -> None:
        """The phone is gone for a while."""
        raise NotImplementedError
