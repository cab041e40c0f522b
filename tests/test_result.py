"""What a run has shown: put together bit by bit it is what it is as a whole."""

import math

import numpy as np
import pytest

from core import export
from core.events import Finished, Metric, Note, Sample, Started, Table
from core.result import Result

LOG = (
    Started(6, {"parameters": 3}),
    Metric(0, "test_loss", 3.0),
    Metric(1, "train_loss", 3.0, 0.1),
    Metric(2, "train_loss", math.inf, 0.2),
    Table(2, "bars", {"x": [1]}),
    Sample(2, "story", "a", "b"),
    Metric(3, "train_loss", 2.5, 0.3),
    Note(2, "resumed", {"step": 2}),
    Metric(3, "train_loss", 2.4, 0.35),  # killed and taken up again
    Metric(2, "extra", 1.0),
    Metric(4, "train_loss", 2.0, 0.4),
    Table(4, "bars", {"x": [2]}),
    Metric(1, "extra", 0.5),  # a line that the crash had cut
    Metric(4, "test_loss", 2.0),
    Finished(4, "done"),
    Metric(5, "train_loss", 1.0, 0.5),
    Finished(5, "done"),
)
NAMES = ("facts", "metrics", "seconds", "tables", "samples", "notes", "step", "finished")


def asked(result: Result) -> dict:
    lines = {name: [c.tolist() for c in columns] for name, columns in result.lines.items()}
    order = {name: list(points) for name, points in result.metrics.items()}
    clock = repr(result.when(range(7)).tolist())
    return {name: getattr(result, name) for name in NAMES} | {"lines": repr(lines), "order": order, "clock": clock}


@pytest.mark.parametrize("size", [1, 2, 3, 5, len(LOG)])
@pytest.mark.parametrize("until", [None, 3])
def test_a_result_that_grows_is_the_result_of_the_whole(size, until):
    result = Result((), until)
    for end in range(size, len(LOG) + size, size):
        asked(result)
        result = result.grown(LOG[:end])
        assert asked(result) == asked(Result(LOG[:end], until))


def test_growing_leaves_what_others_hold_as_it_was():
    result = Result(LOG[:5])
    before = asked(result)
    grown = result.grown(LOG)
    assert asked(result) == before and grown.final("train_loss") == 1.0


def test_a_part_of_a_run_is_the_run_itself_until_it_has_gone_further():
    result = Result(LOG)
    assert result.up_to(None) is result.up_to(5) is result
    part = result.up_to(3)
    assert part is result.up_to(3) and list(part.metrics["train_loss"]) == [1, 2, 3]
    longer = result.grown((*LOG, Metric(6, "train_loss", 0.9, 0.6)))
    assert asked(longer.up_to(3)) == asked(Result(longer.events, 3)) and longer.up_to(3).finished is None


def test_how_a_run_ended_later_says_nothing_of_its_beginning():
    """Asked for 3 steps, continued, diverged at 5: back at 3 steps it is done."""
    wild = Finished(5, "diverged", {"value": "nan"})
    result = Result((*LOG[:-1], wild))
    assert result.finished is wild and result.up_to(5).finished is wild and result.up_to(9).finished is wild
    for reason in ("diverged", "failed", "stopped", "done"):
        result = Result((*LOG[:-1], Finished(5, reason)))
        assert result.up_to(3).finished == Finished(3, "done") and Result(result.events, 5).finished.reason == reason
    assert Result(LOG[:-1], 3).finished is None and Result((), 3).finished is None


def test_lines_are_ascending_and_nan_where_a_value_is_not_finite():
    steps, values = Result(LOG).lines["train_loss"]
    assert steps.tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_array_equal(values, [3.0, math.nan, 2.4, 2.0, 1.0])


def test_when_a_step_was_made_is_known_where_the_log_of_a_thinned_run_leaves_it_out():
    losses = [Metric(s, "train_loss", 5.0 - s / 1000, s / 100) for s in range(1, 2001)]
    tests = [Metric(s, "test_loss", 1.0) for s in (0, 100, 777, 2000)]
    whole = sorted((*losses, *tests), key=lambda e: e.step)
    thinned = Result(tuple(export.thin(tuple(whole), 50)))
    steps = list(thinned.metrics["test_loss"])
    assert not {100, 777} & thinned.seconds.keys(), "their training losses were neither high nor low"
    assert thinned.when(steps) == pytest.approx([s / 100 for s in steps]) == Result(tuple(whole)).when(steps)
    frame = thinned.frame()
    assert frame["seconds"].to_numpy() == pytest.approx(frame["step"].to_numpy() / 100)


def test_a_run_without_a_clock_says_of_no_step_when_it_was():
    assert np.isnan(Result((Metric(3, "loss", 1.0),)).when([0, 3])).all()


def test_a_run_has_diverged_when_it_says_so_or_its_last_test_loss_is_no_number():
    fine, gone = Metric(0, "test_loss", 3.0), Metric(2, "test_loss", math.inf)
    assert Result((fine, Finished(2, "diverged"))).diverged, "the loss of training was lost between two tests"
    assert Result((fine, gone, Finished(2, "stopped"))).diverged and Result((fine, gone)).diverged
    assert not Result((fine, gone, Metric(3, "test_loss", 2.0))).diverged, "taken up again before it was lost"
    assert not Result((fine, Metric(1, "train_loss", math.nan), Finished(2, "done"))).diverged
    assert not Result((fine, gone, Finished(2, "diverged"))).up_to(1).diverged and not Result(()).diverged


def test_the_last_table_of_a_name_is_asked_for_by_name():
    assert Result(LOG).table("bars") == {"x": [2]} and Result(LOG, 3).table("bars") == {"x": [1]}
    assert Result(LOG).table("nothing") == {}
