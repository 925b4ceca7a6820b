"""The page about the house says what the code does, and the code keeps to the house."""

import pytest

from tests.house import draw_house, plan
from tests.house.ways import STEPS, Step


def test_the_page_is_up_to_date() -> None:
    """If this fails: PYTHONPATH=src:. python -m tests.house.draw_house, and look at what changed."""
    assert draw_house.PAGE.read_text("utf-8") == draw_house.page()


@pytest.mark.parametrize("step", [step for step in STEPS if step.shown_by], ids=lambda step: step.what)
def test_each_step_of_the_data_is_in_the_code(step: Step) -> None:
    assert step.shown_by is not None
    module, imported = (f"ct112.{name}" for name in step.shown_by)
    assert imported in plan.reached(module), f"{module} does not import {imported} any more"


def test_serve_needs_neither_web_nor_worker() -> None:
    assert not plan.process("serve") & {"web", "worker"}


@pytest.mark.parametrize("name", ["web", "worker"])
def test_web_and_worker_are_not_made_of_the_telephone(name: str) -> None:
    others = {"serve", "asterisk", "web", "worker"} - {name}
    assert not plan.process(name) & others


def test_no_parts_import_each_other_in_a_circle() -> None:
    assert plan.circles() == []


def test_the_plan_sees_what_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan is not empty, and a name is found in its module."""
    assert "ct112.core.floor" in plan.imports("ct112.serve.service")
    assert "ct112.core" not in plan.imports("ct112.serve.service")
    assert {"core", "store", "asterisk"} <= plan.process("serve")
