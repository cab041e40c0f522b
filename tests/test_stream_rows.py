"""A shuffle buffer mixes as far as it reaches; a random cut puts a training row beside every test row."""

import numpy as np
import pytest

from core import rng, streaming, uploads
from core.experiments import stream_rows
from core.problem import Problem
from core.result import Result


def run(**values):
    return Result(tuple(stream_rows.run(stream_rows.Config(**values), {})))


@pytest.mark.parametrize("buffer", [1, 7, 100, 5000])
def test_every_row_comes_once_and_none_before_it_was_read(buffer):
    order = streaming.through_buffer(100, buffer, rng.numpy_stream(0, "batch"))
    assert sorted(order.tolist()) == list(range(100))
    assert all(row < served + buffer for served, row in enumerate(order.tolist()))


def test_a_buffer_of_one_shuffles_nothing_and_one_as_long_as_the_file_everything():
    assert streaming.through_buffer(50, 1, rng.numpy_stream(0, "batch")).tolist() == list(range(50))
    first = [streaming.through_buffer(20, 20, rng.numpy_stream(s, "batch"))[0] for s in range(2000)]
    counts = np.bincount(first, minlength=20)
    assert counts.min() > 50 and counts.max() < 150, "each of 20 rows leads about 100 times in 2,000"


def test_datasets_own_buffer_reaches_as_far():
    datasets = pytest.importorskip("datasets")
    rows = datasets.IterableDataset.from_generator(lambda: ({"i": i} for i in range(300)))
    theirs = [row["i"] for row in rows.shuffle(seed=0, buffer_size=30)]
    ours = streaming.through_buffer(300, 30, rng.numpy_stream(0, "batch")).tolist()
    for order in (theirs, ours):
        assert sorted(order) == list(range(300))
        assert all(row < served + 30 for served, row in enumerate(order))
        assert streaming.mixed(np.array(order)) < 0.15


def test_a_cut_at_the_end_touches_the_training_rows_once_a_random_one_nearly_everywhere():
    assert run(split="contiguous").final("neighbours") == pytest.approx(1 / 30)
    assert run(split="random").final("neighbours") > 0.9


@pytest.mark.parametrize("share", [0.01, 0.5])
def test_both_sides_of_a_cut_have_rows(share):
    for kind in ("contiguous", "random"):
        test = streaming.cut(50, share, kind, rng.numpy_stream(0, "data"))
        assert 0 < test.sum() < 50 and test.sum() == max(1, round(50 * share))


def test_a_text_with_fewer_rows_says_so():
    assert [n.code for n in run(rows=2000).notes] == ["rows_fewer"]
    assert run(rows=2000, corpus="tales-en").notes == []


@pytest.mark.filterwarnings("error")
def test_a_text_of_one_row_cannot_be_cut(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    name = uploads.add("One line and no other. " * 100)
    with pytest.raises(Problem) as refused:
        run(corpus=name)
    assert refused.value.code == "rows_too_few" and refused.value.facts["rows"] == 1
