"""compose.yaml and the Dockerfile, read: what they promise holds for every service and stage."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from ct112.settings import Settings

DOCKER = Path(__file__).parents[2] / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
STAYING = ("asterisk", "postgres", "serve", "web", "worker")
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def seconds(text: str) -> float:
    """Return a length of time that compose.yaml gives, its default when `.env` may say another."""
    match = VARIABLE.fullmatch(text)
    return float((match[2] if match else text).removesuffix("s"))


def test_no_top_level_name_which_compose_1_29_refuses() -> None:
    assert {key for key in COMPOSE if not key.startswith("x-")} == {"services", "volumes"}


@pytest.mark.parametrize("name", list(SERVICES))
def test_nothing_to_write_to_no_right_and_no_secret(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "user", "cap_add", "ports", "pid"} & service.keys()
    assert set(service.get("environment", {})) <= {"CT112_STOP_GRACE"}
    assert service.get("env_file") == ([".env"] if name == "configuration" else None)


@pytest.mark.parametrize("name", STAYING)
def test_who_stays_has_a_health_check_and_comes_back(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_the_grace_is_longer_than_the_drain() -> None:
    drain = float(Settings.model_fields["drain_seconds"].default)
    assert seconds(SERVICES["serve"]["stop_grace_period"]) >= drain + 10


def test_the_telephone_waits_for_configuration_alone() -> None:
    for name in ("asterisk", "serve", "web", "worker"):
        assert list(SERVICES[name]["depends_on"]) == ["configuration"], name


def test_the_telephone_comes_first() -> None:
    first, rest = ("asterisk", "serve"), ("web", "worker", "postgres")
    assert min(SERVICES[name]["cpu_shares"] for name in first) > max(
        SERVICES[name].get("cpu_shares", 1024) for name in rest
    )
    assert all(VARIABLE.fullmatch(SERVICES[name]["oom_score_adj"]) for name in first)
    assert all(
        SERVICES[name]["oom_score_adj"] > 0 and SERVICES[name]["mem_limit"] for name in ("web", "worker")
    )


def test_both_see_the_folder_of_the_fallback_and_only_configuration_writes_settings() -> None:
    shared = "fallback:/var/lib/ct112/fallback"
    assert all(shared in SERVICES[name]["volumes"] for name in ("asterisk", "serve"))
    for name, service in SERVICES.items():
        for volume in service["volumes"]:
            if volume.split(":")[0] in ("settings", "tls", "asterisk-configuration"):
                assert volume.endswith(":ro") == (name != "configuration"), (name, volume)


def test_the_build_without_our_wheel_has_all_the_wheel_is_made_of() -> None:
    root = DOCKER.parent
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        path.split("/")[0] for path in (*wheel["force-include"], *wheel["packages"], "README.md", "LICENSE")
    }
    left_out = {line.strip("/") for line in (root / ".dockerignore").read_text("utf-8").split()}
    assert needed & left_out == set()
    assert "COPY . /source" in (DOCKER / "Dockerfile").read_text("utf-8")


def test_every_image_is_debian_s_and_no_stage_stays_root() -> None:
    text = (DOCKER / "Dockerfile").read_text("utf-8")
    stages = re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]
    names = {stage.split()[2]: stage for stage in stages}
    assert {stage.split()[0] for stage in stages} <= {"debian:trixie-slim", "debian:forky-slim", "python"}
    for service in SERVICES.values():
        if "build" in service:
            users = re.findall(r"^USER (\w+)$", names[service["build"]["target"]], re.MULTILINE)
            assert users, service["build"]["target"]
            assert users[-1] != "root"
