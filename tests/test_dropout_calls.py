"""Who obeys eval(): PyTorch's own answers, and what a forgotten train() does to a run."""

from dataclasses import replace

import pytest

from core.experiments import dropout_calls, forgotten_train
from core.result import Result

pytestmark = pytest.mark.usefixtures("private_home")

OBEY = ("module", "training", "attention_training")
DEAF = ("bare", "p", "attention")


def seen(**values):
    return Result(tuple(dropout_calls.run(replace(dropout_calls.Config(), **values), {})))


def test_eval_silences_those_that_ask_for_the_mode_and_no_others():
    result = seen()
    for name in OBEY:
        assert result.final(f"{name}_eval") == 0 and result.final(f"{name}_eval_difference") == 0
    for name in DEAF:
        assert result.final(f"{name}_eval") > 0.1 and result.final(f"{name}_eval_difference") > 0


def test_after_train_dropout_is_on_again_unless_it_is_forgotten():
    for name in OBEY:
        assert seen().final(f"{name}_again") == pytest.approx(0.2, abs=0.05)
        assert seen(forget=True).final(f"{name}_again") == 0


def test_a_bare_call_drops_half_whatever_p_is_meant():
    for p in (0.0, 0.2, 0.9):
        assert seen(p=p).final("bare_train") == pytest.approx(0.5, abs=0.06)


def test_p_1_leaves_nothing_and_p_above_1_is_refused_in_words():
    result = seen(p=1.0)
    assert result.final("module_train") == result.final("attention_train") == 1
    assert "between 0 and 1" in dropout_calls.refusal(1.1) and dropout_calls.refusal(1.0) == "–"


def test_every_call_has_its_code():
    assert set(dropout_calls.CODE) == set(dropout_calls.calls(None, 0.2)) == set(OBEY + DEAF)


def losses(**values):
    config = replace(forgotten_train.Config(), steps=130, **values)
    return Result(tuple(e for e in forgotten_train.run(config, {}) if e.kind != "snapshot")).metrics["train_loss"]


def test_forgetting_changes_nothing_before_the_first_test_and_lowers_the_loss_reported_after_it():
    right, wrong = losses(), losses(forget=True)
    first = forgotten_train.FIRST_TEST
    assert all(right[s] == wrong[s] for s in range(1, first + 1))
    after = range(first + 1, first + 21)
    assert sum(right[s] - wrong[s] for s in after) / len(after) > 0.1
