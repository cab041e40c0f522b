"""Starting from somebody else's weights: what is copied, what stays fixed, and what it is worth."""

import numpy as np
import pytest
import torch

from core import corpora, pretrained
from core.experiments import transfer
from core.result import Result


def run(**values):
    return list(transfer.run(transfer.Config(**values), {}))


def kept(**values):
    """Weights at the start and at the end (a snapshot's tensors are alive: copied while the run stands there)."""
    found = []
    for event in transfer.run(transfer.Config(**values), {}):
        if event.kind == "snapshot":
            state = {k: v.clone() for k, v in event.state().items()}
            found = [found[0], state] if found else [state]
    return found


def test_the_fine_tuned_model_starts_as_the_donor_and_nothing_else():
    start = kept(start="pretrained", steps=1)[0]
    donor = pretrained.tensors("house-model1")
    assert set(donor) <= set(start)
    assert all(np.array_equal(start[name].numpy(), donor[name]) for name in donor)


def test_a_frozen_embedding_stays_while_the_rest_learns():
    start, end = kept(start="frozen", steps=3)
    assert torch.equal(start["wte.weight"], end["wte.weight"])
    assert not torch.equal(start["lm_head.weight"], end["lm_head.weight"])


def test_the_test_loss_is_that_of_one_long_window_read_token_by_token():
    tokens = torch.from_numpy(corpora.tokens("manual", "bpe", "test").astype("int64"))
    model = pretrained.model("house-model1").eval()
    with torch.no_grad():
        by_hand = torch.nn.functional.cross_entropy(model(tokens[None, :-1])[0], tokens[1:]).item()
    found = Result(tuple(run(start="pretrained", steps=0)))
    assert found.at("test_loss", 0) == pytest.approx(by_hand, abs=1e-4)
    assert found.facts["zero_shot"] == pytest.approx(by_hand, abs=1e-4)


def test_the_donor_never_read_the_text_it_is_tested_on():
    card = pretrained.card("house-model1")
    assert card["unseen"]["text"] == transfer.Config().corpus
    assert all(one["text"] != transfer.Config().corpus for one in card["data"])


def test_only_the_permitted_tokens_are_read(monkeypatch):
    from core import batches

    lengths = []
    real = batches.batch
    monkeypatch.setattr(batches, "batch", lambda tokens, *rest: lengths.append(len(tokens)) or real(tokens, *rest))
    run(text_tokens=700, steps=2)
    assert set(lengths) == {700}


def test_asking_for_more_than_the_text_has_is_said():
    notes = [e for e in run(text_tokens=1_000_000, steps=0) if e.kind == "note"]
    assert [n.code for n in notes] == ["text_is_shorter"]
    assert notes[0].facts["tokens"] < notes[0].facts["asked"]


def test_twenty_steps_from_the_donor_beat_a_hundred_from_scratch():
    scratch = Result(tuple(run(start="scratch", text_tokens=5000, steps=100)))
    tuned = Result(tuple(run(start="pretrained", text_tokens=5000, steps=20)))
    assert tuned.final("test_loss") < scratch.best("test_loss") - 0.5


def test_a_step_counts_six_operations_for_each_multiplying_weight_and_pair():
    facts = Result(tuple(run(steps=0))).facts
    assert facts["multiplying"] == 64 * 2000 and facts["parameters"] == 2 * 64 * 2000
    assert facts["flop_per_step"] == 6 * 128_000 * 512
