"""Ports and folders of labs: none shared between two labs."""

from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from lab import labfile
from lab.api import nodes_up
from lab.operators import exchanges
from lab.places import Places, Ports


def all_ports(ports: Ports, nodes: int) -> list[int]:
    """Return every port a lab with `nodes` nodes uses."""
    each = [ports.node(index) for index in range(nodes)]
    media = chain.from_iterable(range(node.rtp[0], node.rtp[1] + 1) for node in each)
    own = (ports.web, ports.serve, ports.worker, ports.postgres)
    return [*own, *chain.from_iterable((n.sip, n.http, n.ami) for n in each), *media]


def test_the_usual_ports_without_a_base() -> None:
    ports = Ports()
    node = ports.node(0)
    assert (node.sip, node.http, node.ami, ports.web) == (5060, 8088, 5038, 8112)
    assert (ports.serve, ports.worker, ports.carrier) == (8113, 8114, 5065)


@pytest.mark.parametrize("base", [None, 22000])
def test_no_port_is_used_twice(base: int | None) -> None:
    used = all_ports(Ports(base), 3)
    assert len(used) == len(set(used))


def test_labs_two_thousand_apart_share_nothing() -> None:
    assert not set(all_ports(Ports(22000), 3)) & set(all_ports(Ports(24000), 3))


@pytest.mark.parametrize("base", [0, 80, 65000])
def test_an_impossible_base_is_refused(base: int) -> None:
    with pytest.raises(ValueError, match="CT112_LAB_PORT_BASE"):
        Ports(base)


def test_the_environment_names_folder_base_and_root(tmp_path: Path) -> None:
    names = {"CT112_LAB_DIR": "one", "CT112_ASTERISK_ROOT": "root"}
    environment = {name: str(tmp_path / folder) for name, folder in names.items()}
    places = Places.from_environment(environment | {"CT112_LAB_PORT_BASE": "23000"})
    assert places.directory == tmp_path / "one"
    assert places.ports == Ports(23000)
    assert places.asterisk_root == tmp_path / "root"


def test_two_labs_have_two_keys(tmp_path: Path) -> None:
    keys = {Places(tmp_path / name, Ports(), tmp_path).key for name in ("one", "two")}
    assert len(keys) == 2


def two_nodes(*living: str) -> dict[str, Any]:
    """Return the lab.json of a lab with two nodes, of which these parts run."""
    return {
        "sip": ["127.0.0.1:1", "127.0.0.1:2"],
        "ari": [{"name": "a"}, {"name": "b"}],
        "pids": dict.fromkeys(living, 1),
    }


def test_phones_register_at_the_nodes_that_run_and_before_any_does_at_all() -> None:
    assert exchanges(two_nodes("asterisk-a", "asterisk-b")) == ["127.0.0.1:1", "127.0.0.1:2"]
    assert exchanges(two_nodes("asterisk-b")) == ["127.0.0.1:2"]
    assert exchanges(two_nodes()) == ["127.0.0.1:1", "127.0.0.1:2"]


def test_a_lab_that_is_up_keeps_its_number_of_nodes(tmp_path: Path) -> None:
    places = Places(tmp_path, Ports(22000), tmp_path)
    assert nodes_up(places) == 0
    labfile.write(places.lab_json, two_nodes("asterisk-a", "asterisk-b"))
    assert nodes_up(places) == 2
