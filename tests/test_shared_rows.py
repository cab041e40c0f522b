"""Rows made once for everybody: shared while a run trains, exact once it has ended, apart where views differ."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from app import shared_rows
from app.i18n import T
from app.lesson import Arm
from app.view import ArmView, View
from core.events import Metric
from core.result import Result
from core.runs import Status


@pytest.fixture
def now(monkeypatch):
    clock = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(shared_rows.time, "monotonic", lambda: clock.seconds)
    shared_rows._made.clear()
    return clock


@pytest.fixture
def figure():
    found = SimpleNamespace(name="loss", asked=0)

    def rows(view):
        found.asked += 1
        return found.asked

    found.rows = rows
    return found


def view(steps: int, state: str = "running", **values) -> View:
    events = tuple(Metric(step, "train_loss", 1.0) for step in range(steps))
    arm = ArmView(Arm("a", T("a", "a"), None), "run-1", Status(state, steps, 100), Result(events), "live")
    return View((arm,), values)


def test_a_class_asks_once_in_half_a_second(now, figure):
    assert [shared_rows.rows((5,), figure, view(steps)) for steps in (3, 4, 5)] == [1, 1, 1]
    now.seconds += shared_rows.AGE + 0.01
    assert shared_rows.rows((5,), figure, view(6)) == 2


def test_nothing_new_is_not_made_anew_however_long_ago(now, figure):
    assert shared_rows.rows((5,), figure, view(3)) == 1
    now.seconds += 60
    assert shared_rows.rows((5,), figure, view(3)) == 1


def test_the_end_of_a_run_is_seen_at_once(now, figure):
    shared_rows.rows((5,), figure, view(99))
    assert shared_rows.rows((5,), figure, view(100, "done")) == 2
    assert shared_rows.rows((5,), figure, view(50, "done")) == 3, "of an ended run only its own rows do"


@pytest.mark.parametrize(
    "other",
    [
        lambda v: replace(v, lang="vi"),
        lambda v: replace(v, size=1.5),
        lambda v: replace(v, values={"stage": 10}),
        lambda v: replace(v, shown="lr 0.1"),
        lambda v: replace(v, pinned=v.arms),
        lambda v: replace(v, arms=(replace(v.arms[0], run_id="run-2"),)),
        lambda v: replace(v, arms=(replace(v.arms[0], arm=replace(v.arms[0].arm, color=3)),)),
    ],
)
def test_who_sees_something_else_gets_other_rows(now, figure, other):
    shared_rows.rows((5,), figure, view(3))
    assert shared_rows.rows((5,), figure, other(view(3))) == 2


def test_another_place_or_figure_has_other_rows(now, figure):
    shared_rows.rows((5, "train"), figure, view(3))
    assert shared_rows.rows((5, "start"), figure, view(3)) == 2
    figure.name = "bars"
    assert shared_rows.rows((5, "train"), figure, view(3)) == 3


def test_while_one_makes_new_rows_others_get_the_old_ones(now, figure):
    shared_rows.rows((5,), figure, view(3))
    now.seconds += 1
    meanwhile = []
    first = figure.rows

    def rows(one):
        meanwhile.append(shared_rows.rows((5,), figure, view(5)))
        return first(one)

    figure.rows = rows
    assert shared_rows.rows((5,), figure, view(4)) == 2 and meanwhile == [1]


def test_it_does_not_grow_without_end(now, figure):
    for n in range(shared_rows.KEEP + 10):
        shared_rows.rows((5,), figure, view(3, stage=n))
    assert len(shared_rows._made) == shared_rows.KEEP
