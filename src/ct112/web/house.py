"""What the handlers work with: made once by the composition, given to each handler that asks for it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from zoneinfo import ZoneInfo

from ct112.core.policy import Policy
from ct112.http.health import Health
from ct112.store import Store
from ct112.web.access.gate import Gate
from ct112.web.agencies.book import AgencyBook
from ct112.web.backlog import Backlog
from ct112.web.ivr.workshop import Workshop
from ct112.web.live.hub import Live
from ct112.web.live.work import WorkFeed
from ct112.web.locations.door import LocationDoor
from ct112.web.map.outlines import Outlines
from ct112.web.map.tiles_file import TilesFile
from ct112.web.places.errands import Imports
from ct112.web.places.map import CityMap
from ct112.web.readiness.examiner import Examiner
from ct112.web.screens.built import Built
from ct112.web.wall.today import Today


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything behind the API. `live`: the floor, as `ct112 serve` tells it; `work`: of the database.

    `policy`: what serve is started with, as this machine's settings have it. `zone`: the centre's;
    `networks`: those of the house that agencies' URLs may lead into.
    """

    gate: Gate
    health: Callable[[], Health]
    store: Store
    workshop: Workshop
    live: Live
    work: WorkFeed
    policy: Policy
    browser_phones: tuple[str, ...] = ()  # where a page's phone finds the nodes
    backlog: Backlog = field(default_factory=Backlog)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Jakarta"))
    public_url: str = ""  # how browsers reach us
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    agency_book: AgencyBook = field(default_factory=AgencyBook)
    city: CityMap = field(default_factory=CityMap)
    tiles: TilesFile = field(default_factory=lambda: TilesFile(None))
    outlines: Outlines = field(default_factory=Outlines)
    today: Today = field(default_factory=Today)
    imports: Imports = field(default_factory=Imports)
    examiner: Examiner = field(default_factory=Examiner)
    locations: LocationDoor = field(default_factory=LocationDoor)
    screens: Built = field(default_factory=Built.shipped)
