"""One learner in two tabs: neither undoes what the other has kept."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from app import compare, learner, predict
from app.i18n import same
from app.lesson import Arm
from app.view import ArmView, View
from core import runs
from core.experiments import model1
from core.problem import Problem
from core.result import Result

ME = "a1b2c3d4"
SPOT = SimpleNamespace(number=5, me=ME, lang="en", playground=SimpleNamespace(config=model1.Config()))


@pytest.fixture(autouse=True)
def tab(monkeypatch, tmp_path):
    """tab(name): from now on that browser tab is in front."""
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    tabs = {}
    front = SimpleNamespace(session_state=tabs.setdefault("one", {}), said=[])
    front.toast = front.said.append
    for module in (compare, predict):
        monkeypatch.setattr(module, "st", front)
    monkeypatch.setattr(predict.shell, "me", lambda: ME)

    def switch(name):
        front.session_state = tabs.setdefault(name, {})
        return front.session_state

    switch.said = front.said
    return switch


def view(name: str) -> View:
    config = replace(model1.Config(), lr=float(f"1e-{name}"))
    arm = ArmView(Arm("main", same("main"), config), f"model1-{name}", runs.Status("done"), Result(()), "live")
    return View((arm,), {})


def kept() -> list[str]:
    return [pin["run"] for pin in learner.load(ME)["pins"]["5"]]


def test_pins_of_two_tabs_add_up_and_a_removed_one_stays_removed(tab):
    for name in ("one", "two"):
        tab(name)
        assert compare.pins(SPOT) == []
    tab("one")
    compare.pin(SPOT, view("1"))
    tab("two")
    compare.pin(SPOT, view("2"))
    assert kept() == ["model1-1", "model1-2"]
    tab("one")
    compare.unpin(SPOT, "model1-1")
    assert kept() == ["model1-2"] and compare.is_pinned(SPOT, view("2"))
    tab("two")
    compare.pin(SPOT, view("3"))
    compare.pin(SPOT, view("3"))
    assert kept() == ["model1-2", "model1-3"]


def test_the_oldest_of_more_than_five_pins_goes_and_that_is_said(tab):
    for name in "1234567":
        compare.pin(SPOT, view(name))
        assert tab.said == [compare.FULL.en] * max(0, int(name) - 5)
    assert kept() == [f"model1-{name}" for name in "34567"]
    compare.pin(SPOT, view("6"))
    assert len(tab.said) == 2, "it was there already: none had to go"


def test_answers_of_two_tabs_add_up_and_what_is_locked_stays(tab):
    first, second = (SimpleNamespace(id=name) for name in ("a", "b"))
    for name in ("one", "two"):
        tab(name)
        assert predict.answers() == {}
    tab("one")
    predict.commit(5, first, "yes")
    compare.pin(SPOT, view("1"))
    tab("two")
    predict.commit(5, second, 3)
    predict.commit(5, first, "no")
    assert learner.load(ME)["predictions"] == predict.answers() == {"05/a": "yes", "05/b": 3}
    assert kept() == ["model1-1"]


def test_where_nothing_can_be_written_the_tab_still_knows(tab, monkeypatch):
    def full(*_, **__):
        raise Problem("disk_full", path="/")

    monkeypatch.setattr(learner.files, "write_atomic", full)
    compare.pin(SPOT, view("1"))
    predict.commit(5, SimpleNamespace(id="a"), "yes")
    assert compare.is_pinned(SPOT, view("1")) and predict.answers() == {"05/a": "yes"}
    assert tab("one")["problem"][0] == "disk_full"


@pytest.mark.parametrize("pins", ["[]", "null", '{"05": [{}, 3, {"run": 5, "config": "x"}]}', '{"05": 3}'])
def test_one_learners_damaged_file_breaks_nobodys_page(tab, pins):
    compare.pin(SPOT, view("1"))
    path = learner._path("ffffffff")
    path.write_text('{"predictions": 7, "pins": ' + pins + "}")
    assert learner.pinned() == {"model1-1"} and learner.load("ffffffff")["predictions"] == {}
