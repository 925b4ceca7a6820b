"""The only reader of the environment: every setting, its unit and its default."""

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as PydanticSettingsError

from ct112.core.policy import Policy
from ct112.core.trunks import Trunk
from ct112.env_file import EnvFileError, names, read, value

ENV_FILE = Path("/etc/ct112/ct112.env")
"""Read when it is there and CT112_ENV_FILE names no other."""
OF_THE_LAB = ("CT112_LAB_", "CT112_ASTERISK_ROOT", "CT112_CALLER_DIR")
NODE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104
"""Where to ask what listens on all addresses."""
Seconds = Annotated[float, Field(gt=0, le=3600)]
Url = Annotated[
    str, Field(pattern=r"^(https?://(\[[0-9a-fA-F:.]+\]|[^\s/:\[\]]+)(:[0-9]{1,5})?/?)?$")
]  # empty: none
File = Annotated[Path | None, BeforeValidator(lambda given: given or None)]  # empty: none
PhoneUrl = Annotated[
    str,
    Field(
        pattern=r"^(wss://(\[[0-9a-fA-F:.]+\]|[^\s/:\[\]@]+)|ws://(127\.0\.0\.1|localhost|\[::1\]))(:[0-9]{1,5})?/ws$"
    ),
]
AGING = {"caller", "place", "voice", "event"}
"""The classes of personal data that go by age (`store/personal_data.py`)."""
Port = Annotated[int, Field(ge=0, le=65535)]  # 0: any free one


def _a_zone(given: str) -> str:
    try:
        ZoneInfo(given)
    except (ValueError, LookupError, OSError) as error:
        raise ValueError("no such time zone: write one like Asia/Jakarta") from error
    return given


def _a_network(given: str) -> str:
    try:
        ip_network(given)
    except ValueError:
        raise ValueError("no network: write one like 10.112.0.0/16") from None
    return given


Zone = Annotated[str, AfterValidator(_a_zone)]
NetworkText = Annotated[str, AfterValidator(_a_network)]


class NodeSettings(BaseModel):
    """One Asterisk node: how ARI and AMI are reached."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=rf"^{NODE_NAME.pattern}$")]
    ari_url: str  # for example http://127.0.0.1:8088/ari
    ari_user: str
    ari_password: SecretStr
    ami_host: str = "127.0.0.1"
    ami_port: int = 5038
    ami_user: str
    ami_password: SecretStr


class TrunkSettings(BaseModel):
    """A way to the carrier, as `ct112 asterisk render` writes it from the description."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]
    lines: Annotated[int, Field(ge=0)] = 0  # none counted
    kept_for_callers: Annotated[int, Field(ge=0)] = 0
    outgoing: bool = True
    registers: bool = False  # the carrier wants us registered


class Settings(BaseSettings):
    """Read from `CT112_…` variables and, below them, from the file `env_file` returns."""

    model_config = SettingsConfigDict(env_prefix="CT112_", frozen=True, extra="ignore")

    nodes: list[NodeSettings] = Field(
        default_factory=list, description="The Asterisk nodes, a JSON list; `ct112 asterisk render` writes it"
    )
    application: str = Field("ct112", description="Name of the ARI application; the dialplan has the same")
    database_url: str | None = Field(
        None,
        description="`postgresql://USER:PASSWORD@HOST/NAME`; needed: a process without it does not start",
    )
    serve_host: str = Field("127.0.0.1", description="Where serve listens: health, metrics, control door")
    serve_port: Port = Field(8113, description="Its port; 0: any free one")
    web_host: str = Field("127.0.0.1", description="Where web listens: screens and API")
    web_port: Port = Field(8112, description="Its port")
    worker_host: str = Field("127.0.0.1", description="Where worker listens: health and metrics")
    worker_port: Port = Field(8114, description="Its port")
    serve_url: Url = Field(
        "", description="Where the control door of serve is; empty: `http://SERVE_HOST:SERVE_PORT`"
    )
    control_token: SecretStr | None = Field(
        None, description="The control door's own token, the same for all three; render makes it once"
    )
    prompt_base_url: str = Field(
        "", description="How Asterisk reaches serve for prompts; empty: `http://SERVE_HOST:SERVE_PORT`"
    )
    api_token: SecretStr | None = Field(None, description="A token that may read the API")
    audit_key_file: Path | None = Field(
        None, description="The key of the audit's chain; none: `audit/key` in the state directory"
    )
    audit_heads_file: Path | None = Field(
        None, description="The chain's head, added daily; none: `audit/heads.jsonl` in the state directory"
    )
    session_idle_minutes: Annotated[int, Field(ge=5, le=1440)] = Field(
        30, description="Without a request, a session ends after so long"
    )
    session_hours: Annotated[int, Field(ge=1, le=168)] = Field(12, description="A session ends after so long")
    web_url: str = Field(
        "", description="How browsers reach web, for OIDC; empty: `http://WEB_HOST:WEB_PORT`"
    )
    web_proxies: list[str] = Field(
        default_factory=list, description="Addresses whose X-Forwarded-For counts, a JSON list"
    )
    web_origins: list[str] = Field(
        default_factory=list, description="Further origins of our own pages, a JSON list"
    )
    web_tls_certificate: File = Field(
        None, description="Web speaks HTTPS with it: PEM, its chain after it (`ct112 tls`); none: plain HTTP"
    )
    web_tls_key: File = Field(None, description="Its key; none: in the same file")
    web_hsts_seconds: Annotated[int, Field(ge=0, le=63_072_000)] = Field(
        0, description="HSTS: for so long browsers ask this host over HTTPS alone; 0: not said"
    )
    asterisk_tls_certificate: File = Field(
        None, description="Asterisk's certificate, without its key: a changed one is taken up by every node"
    )
    phone_encryption: Literal["off", "offered", "required"] = Field(
        "off", description="SRTP with the positions' phones; `required` refuses a phone without it"
    )
    browser_phones: list[PhoneUrl] = Field(
        default_factory=list,
        description="Where a phone in a browser page finds the nodes, a JSON list of `wss://HOST:8089/ws` "
        "(`ws://127.0.0.1:8088/ws` to try it on one machine); none: there are no such phones",
    )
    oidc_issuer: str = Field("", description="Signing in through the city's provider; empty: not")
    oidc_client_id: str = Field("ct112", description="As whom we ask that provider")
    aml_key: SecretStr | None = Field(
        None,
        min_length=16,
        description="What the sender of telephones' own locations (AML) signs with; none: none are taken",
    )
    oidc_client_secret: SecretStr | None = Field(None, description="And with which secret")
    state_dir: Path = Field(
        Path("/var/lib/ct112"), description="Prompts, last known roster and menu, the spool; serve's alone"
    )
    map_file: Path | None = Field(
        None,
        description="The map's tiles (PMTiles), put there by `ct112 map import`; none: `map/city.pmtiles` in "
        "the state directory",
    )
    recordings_dir: Path | None = Field(
        None, description="Recorded prompts; they win over speech synthesis; none: synthesis alone"
    )
    fallback_dirs: dict[str, Path] = Field(
        default_factory=dict,
        description="Where the fallback of each node writes its calls, a JSON object; render adds its node",
    )
    dead_man_seconds: Seconds = Field(
        12, description="The dead-man's switch of a waiting call; render's node has the same"
    )
    ring_seconds: Seconds = Field(15, description="One position rings at most so long")
    wrap_up_seconds: Seconds = Field(10, description="Pause of an operator after a call")
    lost_node_seconds: Seconds = Field(
        60, description="A node away for so long: its calls are closed as dropped, and called back"
    )
    drain_seconds: Annotated[float, Field(ge=0, le=3600)] = Field(
        30, description="On SIGTERM, how long talks are waited for"
    )
    ivr_emergency_limit_seconds: Seconds = Field(
        15, description="A menu in which a silent caller waits longer for the emergency queue is refused"
    )
    time_zone: Zone = Field(
        "Asia/Jakarta", description="The centre's: for routing rules, and for who of an agency is on duty"
    )
    agency_networks: list[NetworkText] = Field(
        default_factory=list,
        description="Networks of the house that agencies' URLs may lead into, a JSON list",
    )
    smtp_host: str | None = Field(
        None, description="Mail server that agencies' e-mails leave by; none: none leave"
    )
    smtp_port: Port = Field(587, description="Its port")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the way to it is encrypted; `none` only within the machine"
    )
    smtp_user: str | None = Field(None, description="Its account, where it wants one")
    smtp_password: SecretStr | None = Field(None, description="The account's password")
    smtp_sender: str = Field("", description="Who the mails are from; ct112@ the mail server by default")
    push_contact: Annotated[str, Field(pattern=r"^((mailto:[^\s@]+@[^\s@]+|https://\S+))?$")] = Field(
        "",
        description="Whom a push service may write to (`mailto:…`); empty: it is told web's address",
    )
    trunk_endpoint: str = Field("trunk", description="Asterisk's name of the carrier's trunk, if it is one")
    trunks: list[TrunkSettings] = Field(
        default_factory=list,
        description="The trunks in the order calls go out, a JSON list; render writes it",
    )
    test_call_minutes: Annotated[float, Field(ge=0, le=1440)] = Field(
        0, description="How often each node calls 112 by itself and a robot answers; 0: never. A city: 5"
    )
    retention_days: dict[str, Annotated[int, Field(ge=1, le=36_500)]] = Field(
        default_factory=dict,
        description="Personal data of a class (caller, place, voice, event: `ct112 privacy classes`) is"
        " erased after so many days, a JSON object; a class that is not named is kept",
    )
    log_level: str = Field("info", description="`debug`, `info`, `warning` or `error`")
    log_json: bool = Field(True, description="Logs as JSON lines; false: for people")

    @field_validator("retention_days")
    @classmethod
    def _classes(cls, days: dict[str, int]) -> dict[str, int]:
        unknown = days.keys() - AGING
        if unknown:
            raise ValueError(f"no class is named {min(unknown)[:20]!r}: use {', '.join(sorted(AGING))}")
        return days

    def policy(self) -> Policy:
        """Return the floor's policy as set."""
        return Policy(
            ring_seconds=self.ring_seconds,
            wrap_up_seconds=self.wrap_up_seconds,
            switch_seconds=self.dead_man_seconds,
            switch_every_seconds=self.dead_man_seconds / 3,
            lost_node_end_seconds=self.lost_node_seconds,
        )

    def floor_trunks(self) -> list[Trunk]:
        """Return the trunks as the floor knows them, in the order calls go out."""
        several = [
            Trunk(name=one.endpoint, lines=one.lines, kept=one.kept_for_callers, outgoing=one.outgoing)
            for one in self.trunks
        ]
        return several or [Trunk(name=self.trunk_endpoint)]

    @property
    def registering_trunks(self) -> frozenset[str]:
        """Return the names of those the carrier wants us registered on."""
        return frozenset(one.endpoint for one in self.trunks if one.registers)

    @property
    def trunk_endpoints(self) -> tuple[str, ...]:
        """Return Asterisk's names of the trunks, in the order calls go out."""
        return tuple(one.endpoint for one in self.trunks) or (self.trunk_endpoint,)

    @property
    def spool_path(self) -> Path:
        """Return where facts and records are kept until the database has them."""
        return self.state_dir / "spool" / "spool.sqlite"

    @property
    def spoken_dir(self) -> Path:
        """Return where what is said to agencies is kept as long as the call lasts."""
        return self.state_dir / "spoken"

    @property
    def audit_key_path(self) -> Path:
        """Return where the key of the audit's chain is: outside the database."""
        return self.audit_key_file or self.state_dir / "audit" / "key"

    @property
    def audit_heads_path(self) -> Path:
        """Return the file the chain's head is added to every day."""
        return self.audit_heads_file or self.state_dir / "audit" / "heads.jsonl"

    @property
    def erasures_path(self) -> Path:
        """Return the file erasures are listed in, beside the heads: a restore makes them again."""
        return self.audit_heads_path.with_name("erasures.jsonl")

    @property
    def zone(self) -> ZoneInfo:
        """Return the centre's time zone."""
        return ZoneInfo(self.time_zone)

    def allowed_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return the networks of the house that agencies' URLs may lead into."""
        return tuple(ip_network(one) for one in self.agency_networks)

    @property
    def map_path(self) -> Path:
        """Return where the map's tiles are."""
        return self.map_file or self.state_dir / "map" / "city.pmtiles"

    @property
    def agency_book_path(self) -> Path:
        """Return where web keeps its last good copy of agencies, duty and run cards."""
        return self.state_dir / "agency-book.json"

    def web_public_url(self) -> str:
        """Return how browsers reach `ct112 web`, without a slash at its end."""
        return (self.web_url or self.web_local_url()).rstrip("/")

    def ivr_settings(self) -> dict[str, str | float | None]:
        """Return what a document is judged by, the limit in seconds."""
        recordings = None if self.recordings_dir is None else str(self.recordings_dir.absolute())
        return {
            "recordings_dir": recordings,
            "state_dir": str(self.state_dir.absolute()),
            "emergency_limit_seconds": self.ivr_emergency_limit_seconds,
        }

    def serve_local_url(self) -> str:
        """Return where this machine's `ct112 serve` is asked."""
        return _local(self.serve_host, self.serve_port)

    def web_local_url(self) -> str:
        """Return where this machine's `ct112 web` is asked."""
        return _local(self.web_host, self.web_port, "https" if self.web_tls_certificate else "http")

    def worker_local_url(self) -> str:
        """Return where this machine's `ct112 worker` is asked."""
        return _local(self.worker_host, self.worker_port)

    def control_url(self) -> str:
        """Return where the control door of `ct112 serve` is, without a slash at its end."""
        return (self.serve_url or self.serve_local_url()).rstrip("/")

    def prompts_url(self) -> str:
        """Return the address under which Asterisk finds the prompts, without a slash at its end."""
        return (self.prompt_base_url or f"http://{self.serve_host}:{self.serve_port}").rstrip(
            "/"
        ) + "/prompts"


def _local(host: str, port: int, scheme: str = "http") -> str:
    """Return the address to ask for what listens there, from this machine."""
    return f"{scheme}://{EVERYWHERE.get(host, host)}:{port}"


class SettingsError(ValueError):
    """The settings do not make sense; the text says which and what to do."""


def load() -> Settings:
    """Read the settings; variables win over the file. Raises SettingsError."""
    file = env_file()
    if file is not None:
        _look_at(file)
    try:
        return Settings(_env_file=file)
    except (ValidationError, PydanticSettingsError) as error:
        raise SettingsError(f"{_explain(error)} (read from {origin()})") from error


def env_file() -> Path | None:
    """Return the file of settings: what CT112_ENV_FILE names (empty: none), else /etc/ct112/ct112.env.

    A service whose settings systemd has read for it (EnvironmentFile=) need not be able to read that file.
    """
    named = os.environ.get("CT112_ENV_FILE")
    if named is not None:
        return Path(named) if named else None
    if os.access(ENV_FILE, os.R_OK):
        return ENV_FILE
    given = any(name.removeprefix("CT112_").lower() in Settings.model_fields for name in os.environ)
    return None if given or not os.path.lexists(ENV_FILE) else ENV_FILE


def origin() -> str:
    """Return where the settings come from, in words."""
    file = env_file()
    return "CT112_… variables" if file is None else f"{file} and CT112_… variables"


def written() -> dict[str, str]:
    """Return the settings as they are written, secrets as well: those of the file, and variables win."""
    file = env_file()
    text = read(file) if file and os.access(file, os.R_OK) else ""
    known = {f"CT112_{name.upper()}" for name in Settings.model_fields}
    found = {name: value(text, name) for name in names(text)}
    found |= {name.upper(): given for name, given in os.environ.items()}
    return {name: found[name] or "" for name in sorted(known & found.keys())}


def strangers() -> list[str]:
    """Return the CT112_… names in the environment and the file that are no settings: misspelled."""
    file = env_file()
    written = names(read(file)) if file and os.access(file, os.R_OK) else ()
    given = {name.upper() for name in os.environ} | set(written)
    known = {f"CT112_{name.upper()}" for name in Settings.model_fields} | {"CT112_ENV_FILE"}
    return sorted(
        name for name in given - known if name.startswith("CT112_") and not name.startswith(OF_THE_LAB)
    )


def _look_at(file: Path) -> None:
    """Raise SettingsError when the file is missing, is not ours to read, or has a line that says nothing."""
    if not os.access(file, os.F_OK):
        raise SettingsError(
            f"CT112_ENV_FILE names {file}, which is not there for this user: correct it or unset it"
        )
    try:
        read(file)
    except EnvFileError as error:
        raise SettingsError(str(error)) from error


def _explain(error: Exception) -> str:
    """Return one line a setting, without the values: they may be secret."""
    if not isinstance(error, ValidationError):
        return f"{error}: CT112_NODES and CT112_TRUNKS are JSON lists, CT112_FALLBACK_DIRS an object"
    lines = [
        f"CT112_{'.'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
        for problem in error.errors(include_input=False, include_url=False)
    ]
    return "; ".join(lines)
