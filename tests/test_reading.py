"""What a page has read of a run, and keeps for its next look."""

import os

import pytest

from app import view
from core import runs, worker
from tests.by_hand import taken, tiny, trained

pytestmark = pytest.mark.usefixtures("by_hand")


def test_a_run_trained_anew_under_the_same_name_is_read_anew_also_where_its_log_is_no_shorter():
    run = trained(tiny(seed=3))
    before = view.read(run).metrics["train_loss"]
    log = run.log.read_text()
    os.replace(run.dir, run.dir.with_name(f".{run.id}.old"))
    runs.create(tiny(seed=3))
    run.log.write_text(log.replace('"value": ', '"value": 1'))
    assert view.read(run).metrics["train_loss"] == run.result().metrics["train_loss"] != before


def test_a_line_is_read_once():
    run, live = taken(tiny(seed=4))
    assert view.read(run).events == ()
    for _ in range(3):
        worker.step(live)
    first = view.read(run)
    worker.step(live)
    second = view.read(run)
    live.release()
    assert first.step == 2 and second.step == 3 and second.events[: len(first.events)] == first.events
