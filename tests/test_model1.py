"""Model 1's run: exact losses, the two targets, resume, divergence; and asking a finished model."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core import corpora, experiment, pair_counts, rng
from core.experiments import ask, model1
from core.problem import Problem
from core.result import Result

TINY = model1.Config(tokenizer="words", steps=20, batch=8, width=16)


def play(config, resume=None):
    return list(model1.run(config, {}, resume))


@pytest.fixture(scope="module")
def tiny():
    return play(TINY)


def test_the_loss_over_the_pairs_is_the_loss_over_the_text(tiny):
    model, _ = model1.build(TINY)
    tokens = torch.from_numpy(corpora.tokens("tales-en", "words", "test").astype(np.int64))
    with torch.no_grad():
        for name, k in (("test_loss", 1), ("test_loss_next", 1), ("test_loss_after", 2)):
            logits = model(tokens[None, :-k])[0]
            assert Result(tuple(tiny)).at(name, 0) == pytest.approx(
                F.cross_entropy(logits, tokens[k:]).item(), abs=1e-5
            )


def test_a_small_part_of_the_table_at_a_time_makes_no_difference(monkeypatch, tiny):
    model, tokenizer = model1.build(TINY)
    look = model1.Look(TINY, tokenizer, pair_counts.of("tales-en", "words", TINY.offset))
    with torch.no_grad():
        whole = look.losses(model)
        monkeypatch.setattr(model1, "CELLS", 3 * tokenizer.n_vocab)
        assert look.losses(model) == pytest.approx(whole, abs=1e-6)


@pytest.mark.parametrize("bias", [False, True])
def test_a_head_in_blocks_trains_the_same_model(bias):
    whole, blocks = (Result(tuple(play(replace(TINY, bias=bias, head=head)))) for head in ("whole", "blocks"))
    for name in ("train_loss", "test_loss"):
        assert blocks.metrics[name] == pytest.approx(whole.metrics[name], abs=2e-4)


def test_products_in_bfloat16_end_within_a_hundredth_of_a_nat_and_say_where_they_do_not_pay(monkeypatch):
    longer = replace(TINY, steps=100)
    whole = Result(tuple(play(longer)))
    for pays in (True, False):
        monkeypatch.setattr("core.device.bfloat16_pays", lambda name, pays=pays: pays)
        blocks = Result(tuple(play(replace(longer, head="blocks_bfloat16"))))
        assert blocks.final("test_loss") == pytest.approx(whole.final("test_loss"), abs=1e-2)
        assert [note.code for note in blocks.notes] == ([] if pays else ["bfloat16_slow"])


def test_offset_two_learns_the_token_after_next():
    result = Result(tuple(play(replace(TINY, offset=2, lr=0.02, steps=200, batch=64))))
    assert result.final("test_loss_after") < result.final("test_loss_next") - 1
    assert result.final("test_loss") == result.final("test_loss_after")
    assert result.facts["references"]["bigram"] == result.facts["floors"][1]


def test_the_right_target_writes_pairs_that_exist():
    right = Result(tuple(play(replace(TINY, lr=0.02, steps=200, batch=64))))
    wrong = Result(tuple(play(replace(TINY, offset=2, lr=0.02, steps=200, batch=64))))
    assert right.final("pairs_known") > 0.8 > 0.3 > wrong.final("pairs_known")


def test_no_run_is_below_the_best_of_one_token(tiny):
    result = Result(tuple(play(replace(TINY, lr=0.02, steps=300, batch=64))))
    assert result.final("text_loss") > result.facts["references"]["bigram"] - 0.02
    assert result.final("test_loss") < result.facts["references"]["bigram"] + 0.3


def test_resumed_is_the_same_to_the_last_bit(tiny):
    for event in model1.run(TINY, {}):
        if event.kind == "snapshot" and event.step == 10:
            state = {name: t.clone() for name, t in event.state().items()}
            break
    rest = play(TINY, (10, state))
    whole = {e.step: e.value for e in tiny if e.kind == "metric" and e.name == "train_loss"}
    assert {e.step: e.value for e in rest if e.kind == "metric" and e.name == "train_loss"} == {
        s: v for s, v in whole.items() if s > 10
    }


def test_longer_is_the_same_run_and_a_knob_another():
    assert experiment.run_id(TINY) == experiment.run_id(replace(TINY, steps=300))
    assert experiment.run_id(TINY) != experiment.run_id(replace(TINY, lr=1e-3))


def test_the_board_shows_the_shift():
    for k in (1, 2):
        table = Result(tuple(play(replace(TINY, offset=k, steps=0)))).tables["board"][0]
        assert table["y"][:-k] == table["x"][k:]


def test_unflattened_shapes_are_refused_by_torch(tiny):
    assert "Expected target size" in Result(tuple(tiny)).facts["unflattened"]


def test_bars_are_counted_shares():
    table = Result(tuple(play(replace(TINY, steps=0)))).tables["bars"][0]
    data = corpora.tokens("tales-en", "words", "train").astype(int)
    _, tokenizer = model1.build(TINY)
    a, b = (tokenizer.pieces.index(table[name][0]) for name in ("context", "token"))
    after = data[1:][data[:-1] == a]
    assert table["counted"][0] == pytest.approx((after == b).mean())


def test_a_stride_above_the_context_says_what_it_skips():
    note = next(e for e in play(replace(TINY, stride=16, steps=0)) if e.kind == "note")
    assert note.code == "tokens_skipped" and note.facts["share"] == 0.5


def test_learning_rate_zero_changes_nothing():
    result = Result(tuple(play(replace(TINY, lr=0.0, weight_decay=0.0))))
    assert result.at("test_loss", 0) == result.final("test_loss")


def test_a_hopeless_rate_ends_as_diverged():
    last = play(replace(TINY, optimizer="sgd", lr=100.0, init_std=100.0, steps=300))[-1]
    assert last.kind == "finished" and last.reason in ("diverged", "done")


# --- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weights(tiny):
    return {"model": tiny[-2].state()}


def answer(weights, **values):
    return list(ask.run(experiment.make(ask.Config, parent=experiment.encode(TINY), **values), weights))


def test_an_answer_is_the_models_own(weights):
    sample = next(e for e in answer(weights, prompt="One", tokens=30) if e.kind == "sample")
    model, tokenizer = model1.build(TINY)
    model.load_state_dict({k: v for k, v in weights["model"].items() if "/" not in k})
    token, words = tokenizer.encode("One")[0], []
    for i in range(30):
        p = torch.softmax(model(torch.tensor([[token]]))[0, -1], -1).detach() + 1e-12
        token = torch.multinomial(p, 1, generator=rng.stream(0, "sample", i)).item()
        words.append(token)
    assert sample.text == tokenizer.decode(words)


def test_model_1_reads_one_token_and_says_so(weights):
    events = answer(weights, prompt="One morning, a girl")
    note = next(e for e in events if e.kind == "note" and e.code == "prompt_cropped")
    assert note.facts["kept"] == 1 and note.facts["text"] == " girl"
    same = answer(weights, prompt="sad girl")
    assert [e.text for e in events if e.kind == "sample"] == [e.text for e in same if e.kind == "sample"]


def test_unknown_words_are_named(weights):
    note = next(e for e in answer(weights, prompt="One morning, a smarter girl") if e.kind == "note")
    assert note.code == "unknown_words" and note.facts["words"] == "smarter"


def test_tokens_the_text_never_showed_are_named():
    parent = model1.Config(steps=0)
    weights = {"model": model1.build(parent)[0].state_dict()}
    events = list(ask.run(ask.Config(parent=experiment.encode(parent), prompt="smarter"), weights))
    assert any(e.kind == "note" and e.code == "never_seen" for e in events)


@pytest.mark.parametrize("prompt", ["", "   ", "\n", "ẵ🙂" * 50, "x" * 500])
def test_any_prompt_is_answered(weights, prompt):
    assert answer(weights, prompt=prompt, tokens=5)[-1].reason == "done"


def test_temperature_zero_takes_the_likeliest(weights):
    a, b = (
        [e.text for e in answer(weights, prompt="One", temperature=0.0, seed=seed) if e.kind == "sample"]
        for seed in (0, 1)
    )
    assert a == b


def test_a_model_without_a_table_of_positions_sees_what_it_was_trained_on():
    recipe = experiment.load("recipe")
    parent = experiment.make(recipe.Config, positions="rotary", width=16, blocks=1, heads=2, context=16)
    weights = {"model": dict(recipe.build(parent)[0].state_dict())}
    events = list(ask.run(ask.Config(parent=experiment.encode(parent), prompt="day " * 30, tokens=2), weights))
    assert events[0].facts["context"] == 16 and events[-1].reason == "done"
    assert next(e.facts["kept"] for e in events if e.kind == "note" and e.code == "prompt_cropped") == 16


def test_there_must_be_a_model_to_ask():
    with pytest.raises(Problem, match="wrong_parent"):
        ask.needs(ask.Config(parent=experiment.encode(experiment.load("coverage").Config())))


def test_start_is_near_ln_v(tiny):
    result = Result(tuple(tiny))
    assert result.at("test_loss", 0) == pytest.approx(math.log(result.facts["vocabulary"]), abs=0.3)
