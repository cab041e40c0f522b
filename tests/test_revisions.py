"""What a push changes: everything for those who named the branch, nothing for those who named the commit."""

import math

import numpy as np
import pytest

from core.experiments import revisions
from core.result import Result


def run(**values):
    return Result(tuple(revisions.run(revisions.Config(pushes=4, **values), {})))


def test_main_changes_with_every_kind_of_push_and_the_hash_never():
    main, pinned = run(revision="main"), run(revision="hash")
    assert list(main.metrics["changed"].values()) == [0, 1, 1, 1, 1]
    assert set(pinned.metrics["changed"].values()) == {0}
    assert len(set(pinned.metrics["test_loss"].values())) == 1
    assert {s.text for s in pinned.samples["story"].values()} == {pinned.samples["story"][0].text}


def test_a_tag_holds_until_the_author_moves_it():
    assert list(run(revision="tag").metrics["changed"].values()) == [0, 0, 0, 0, 1]


def test_a_new_tokenizer_over_old_weights_loads_and_is_worse_than_guessing():
    losses = run().metrics["test_loss"]
    assert losses[3] > math.log(run().facts["vocabulary"]) > losses[0]
    assert losses[4] == pytest.approx(losses[2], abs=1e-6), "the repair gives back what was there"
    assert losses[2] == pytest.approx(losses[1], abs=1e-3), "half precision costs next to nothing"


def test_a_deleted_branch_is_said_and_not_guessed():
    result = run(revision="branch")
    assert [n.code for n in result.notes] == ["revision_missing"]
    assert "test_loss" not in result.metrics and result.finished.reason == "done"


def test_the_table_is_counted_as_by_hand():
    table = np.exp(revisions.counted([0, 1, 0, 1, 1, 2], 3))
    assert table[1] == pytest.approx(np.array([1.1, 1.1, 1.1]) / 3.3)
    assert table[0] == pytest.approx(np.array([0.1, 2.1, 0.1]) / 2.3)
    assert revisions.loss(np.log(table), np.array([0, 1, 2])) == pytest.approx(
        -(math.log(2.1 / 2.3) + math.log(1 / 3)) / 2
    )
