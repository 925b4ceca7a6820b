"""Ports for labs of one's own: nobody else's while they are held, there again afterwards."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from lab import free_ports
from lab.api import Lab
from lab.free_ports import free_base, give_back
from lab.steps import StepFailed


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[int]:
    """Three bases in all, and nobody else on this machine who takes them."""
    monkeypatch.setattr(free_ports, "CLAIMS", tmp_path / "claims")
    monkeypatch.setattr(free_ports, "LAST", free_ports.FIRST + 3 * free_ports.STEP)
    held: dict[int, list[IO[str]]] = {}
    monkeypatch.setattr(free_ports, "_held", held)
    monkeypatch.setattr(free_ports, "require_free", lambda *_args, **_ports: None)
    yield 3
    for base in list(held):
        give_back(base)


def test_a_base_is_handed_out_once(few: int) -> None:
    assert len({free_base() for _ in range(few)}) == few
    with pytest.raises(StepFailed, match="no free ports"):
        free_base()


def test_a_base_given_back_is_there_again(few: int) -> None:
    bases = [free_base() for _ in range(few)]
    give_back(bases[1])
    assert free_base() == bases[1]


def test_two_nodes_give_both_back(few: int) -> None:
    base = free_base(2)
    with pytest.raises(StepFailed):
        free_base(2)
    give_back(base)
    assert len({free_base() for _ in range(few)}) == few


def test_a_lab_gives_its_ports_back(few: int, tmp_path: Path) -> None:
    labs = [Lab(tmp_path / str(number), free_base()) for number in range(few)]
    labs[0].remove()
    assert free_base() == labs[0].places.ports.base


def test_ports_of_nobody_are_left_alone() -> None:
    give_back(None)
    give_back(4711)
