"""Tokens that never occur: the groups by hand, the gradient against autograd, and what training does to their rows."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core import corpora, rng
from core.experiment import encode, make
from core.experiments import census, glitch, rescue, unused_tokens
from core.frequency_groups import audit, floor, frequency_groups, notebook_groups
from core.problem import Problem
from core.result import Result
from core.row_geometry import leaning, pair_cosine, push_and_pull, row_geometry

pytestmark = pytest.mark.usefixtures("private_home")

TINY = {"width": 16, "blocks": 1, "heads": 2, "context": 16, "batch": 4, "steps": 10, "group": 20, "keep": 6000}


def tiny(**values):
    return make(unused_tokens.Config, **(TINY | values))


def played(config, inputs=None):
    """(Result, tensors of the last snapshot)."""
    events, state = [], {}
    for event in unused_tokens.run(config, inputs or {}):
        if event.kind == "snapshot":
            state = event.state
        else:
            events.append(event)
    return Result(tuple(events)), {name: tensor.detach().clone() for name, tensor in state().items()}


# --- the groups ------------------------------------------------------------------------------------------------------

#            id:  2 five times, 7 three times, 5 twice, 9 once; 0, 1, 3, 4, 6, 8 never
TEXT = [2, 7, 2, 5, 9, 2, 7, 2, 5, 7, 2]


def test_the_groups_are_the_most_and_the_least_counted_tokens():
    groups = frequency_groups(TEXT, 10, 1)
    assert (groups.common.tolist(), groups.rare.tolist()) == ([2], [9])
    assert set(frequency_groups(TEXT, 10, 100).never) == {0, 1, 3, 4, 6, 8}


def test_common_and_rare_never_share_a_token():
    groups = frequency_groups(TEXT, 10, 100)  # four tokens occur: a third of them is one
    assert len(groups.common) == len(groups.rare) == 1
    assert not set(groups.common) & set(groups.rare)


def test_groups_of_a_real_text_agree_with_a_counter():
    tokens = corpora.tokens("manual", "bpe", "train")[:6000]
    groups, counted = frequency_groups(tokens, 2000, 50, seed=3), Counter(tokens.tolist())
    fifty = sorted(counted.values())
    assert sorted(counted[i] for i in groups.common.tolist()) == fifty[-50:]
    assert sorted(counted[i] for i in groups.rare.tolist()) == fifty[:50]
    assert not any(counted[i] for i in groups.never.tolist())
    assert groups.ties == fifty.count(fifty[49])


def test_the_seed_decides_among_equals_only():
    tokens = corpora.tokens("manual", "bpe", "train")[:6000]
    one, two = (frequency_groups(tokens, 2000, 50, seed=s) for s in (0, 1))
    assert set(one.rare) != set(two.rare) and set(one.never) != set(two.never)
    assert sorted(one.counts[one.rare]) == sorted(two.counts[two.rare])


def test_the_notebook_takes_places_in_a_list_for_token_ids():
    # unique ids [2, 5, 7, 9] with counts [5, 2, 3, 1]: the most common sits at place 0, the least common at place 3
    drawn = notebook_groups(TEXT, 10, 1)
    assert (drawn["common"].tolist(), drawn["rare"].tolist(), drawn["never"].tolist()) == ([0], [3], [0])
    found = audit(frequency_groups(TEXT, 10, 1), drawn)
    assert (found["overlap_common"], found["unused_common"], found["unused_rare"]) == (0, 1, 1)
    assert found["share"] == pytest.approx(5 / 11) and found["share_drawn"] == 0


def test_where_ids_are_dealt_out_without_gaps_the_notebook_is_right():
    dense = [0, 0, 0, 1, 1, 2]
    assert notebook_groups(dense, 3, 1)["common"].tolist() == frequency_groups(dense, 3, 1).common.tolist() == [0]


def test_the_floor_of_a_group_is_the_log_of_its_mean_frequency():
    groups = frequency_groups(TEXT, 10, 1)
    assert floor(groups.counts, groups.common) == pytest.approx(math.log(5 / 11))


# --- the gradient ----------------------------------------------------------------------------------------------------


def test_push_minus_pull_is_the_gradient_of_the_head():
    hidden = torch.randn(30, 5, generator=rng.stream(0, "eval"), dtype=torch.float64)
    head = torch.randn(8, 5, generator=rng.stream(1, "eval"), dtype=torch.float64, requires_grad=True)
    y = torch.randint(6, (30,), generator=rng.stream(2, "eval"))  # tokens 6 and 7 are never the answer
    F.cross_entropy(hidden @ head.T, y).backward()
    push, pull = push_and_pull(hidden, torch.softmax(hidden @ head.detach().T, 1), y, 8)
    torch.testing.assert_close(push - pull, head.grad)
    assert (pull[6:] == 0).all() and (push[6:].norm(dim=1) > 0).all()


def test_the_mean_pair_cosine_is_the_mean_over_all_pairs():
    rows = torch.randn(6, 3, generator=rng.stream(0, "eval"))
    pairs = [F.cosine_similarity(rows[i], rows[j], dim=0).item() for i in range(6) for j in range(i)]
    assert pair_cosine(rows) == pytest.approx(np.mean(pairs), abs=1e-6)
    assert math.isnan(pair_cosine(rows[:1]))


def test_geometry_knows_a_group_that_moved_as_one_against_the_mean_state():
    before, mean = torch.randn(5, 4, generator=rng.stream(0, "eval")), torch.tensor([1.0, 0, 0, 0])
    found = row_geometry(before, before - 2 * mean, mean)
    assert found["moved"] == pytest.approx(2) and found["cosine"] == pytest.approx(1)
    assert found["along"] == pytest.approx(1)


def test_the_cones_first_coordinate_is_the_component_along_the_mean_state():
    rows = torch.tensor([[3.0, 4.0, 0], [0, 1.0, 2.0], [0, 5.0, -2.0]])
    spots = leaning(rows, torch.tensor([2.0, 0, 0]))
    assert spots[:, 0].tolist() == [3.0, 0.0, 0.0]


# --- masks and curves ------------------------------------------------------------------------------------------------

LOGITS = torch.randn(2, 3, 6, generator=rng.stream(3, "eval"), dtype=torch.float64)
Y = torch.tensor([[0, 1, 2], [1, 1, 3]])
UNUSED, RARE = torch.tensor([0, 0, 0, 0, 1, 1], dtype=torch.bool), torch.tensor([0, 0, 0, 1, 0, 0], dtype=torch.bool)


def test_the_logits_mask_is_the_cross_entropy_with_unused_logits_at_minus_infinity():
    masked = LOGITS.masked_fill(UNUSED, -torch.inf).flatten(0, 1)
    loss = unused_tokens.masked_loss(LOGITS, Y, "logits", UNUSED, RARE, 0.0)
    torch.testing.assert_close(loss, F.cross_entropy(masked, Y.flatten()))


def test_the_loss_mask_grades_the_places_whose_answer_is_not_rare():
    loss = unused_tokens.masked_loss(LOGITS, Y, "loss", UNUSED, RARE, 0.0)
    torch.testing.assert_close(loss, F.cross_entropy(LOGITS.flatten(0, 1)[:5], Y.flatten()[:5]))


def test_curves_are_means_over_places_and_tokens_and_leave_the_groups_inputs_out():
    log_p = torch.log_softmax(LOGITS.flatten(0, 1), 1)
    x, ids = torch.tensor([4, 0, 0, 0, 0, 0]), torch.tensor([4, 5])
    found = unused_tokens.group_curves(log_p, x, {"never": ids})
    p = log_p.exp()[1:, 4:]  # place 0 reads a token of the group
    assert found["masked"] == [True, False]
    assert found["log_p"][0] == pytest.approx(p.log().mean().item(), abs=1e-4)
    assert found["log_mean"][0] == pytest.approx(p.mean().log().item(), abs=1e-4)
    assert found["mass"][1] == pytest.approx(log_p.exp()[:, 4:].sum(1).mean().item(), abs=1e-4)


# --- whole runs ------------------------------------------------------------------------------------------------------


def test_without_tying_or_decay_an_unused_token_is_never_read_and_its_input_row_stays_exactly_where_it_was():
    result, _ = played(tiny(tying="untied", weight_decay=0.0))
    table = result.tables["geometry"][10]
    moved = dict(zip(zip(table["group"], table["matrix"], strict=True), table["moved"], strict=True))
    assert moved["never", "in"] == 0 and moved["common", "in"] > 0
    assert moved["never", "out"] > 0


def test_decay_alone_shrinks_an_unread_row_by_its_own_law():
    config = tiny(tying="untied", weight_decay=2.0, lr=0.01)
    result, _ = played(config)
    norms = [result.tables["geometry"][s]["norm"] for s in (0, 10)]
    place = list(zip(result.tables["geometry"][0]["group"], result.tables["geometry"][0]["matrix"], strict=True))
    at = place.index(("never", "in"))
    assert norms[1][at] / norms[0][at] == pytest.approx((1 - 0.01 * 2.0) ** 10, rel=1e-4)


def test_tied_unused_rows_move_together_away_from_the_mean_state():
    result, _ = played(tiny())
    table = result.tables["geometry"][10]
    at = list(zip(table["group"], table["matrix"], strict=True)).index(("never", "out"))
    assert table["cosine"][at] > 0.9 and table["along"][at] > 0.5


def test_the_logits_mask_leaves_unused_output_rows_alone():
    result, _ = played(tiny(mask="logits", weight_decay=0.0))
    table = result.tables["geometry"][10]
    assert [m for g, m in zip(table["group"], table["moved"], strict=True) if g == "never"] == [0, 0]


def test_an_untrained_model_gives_every_group_one_over_v():
    result, _ = played(tiny(steps=0))
    table = result.tables["curves"][0]
    assert all(abs(value + math.log(2000)) < 0.1 for value in table["log_p"])


def test_the_pruning_gain_is_what_renormalising_saves():
    result, _ = played(tiny())
    assert result.final("gain") == pytest.approx(-math.log1p(-result.final("mass")), rel=0.05)


def test_small_vocabularies_say_how_small_their_groups_are():
    result, _ = played(tiny(corpus="tales-en", tokenizer="words", group=100, steps=0))
    assert [n.code for n in result.notes] == ["small_groups"]
    assert result.notes[0].facts["never"] == result.facts["vocabulary"] - result.facts["used"]


def test_a_text_without_unused_tokens_trains_and_says_so(monkeypatch):
    tokens = np.arange(2000, dtype=np.uint16).repeat(3)
    monkeypatch.setattr(corpora, "tokens", lambda corpus, tokenizer, part: tokens)
    result, _ = played(tiny(keep=0, steps=1))
    assert "no_unused" in [n.code for n in result.notes]
    assert "never" not in result.tables["curves"][0]["group"]


def test_a_run_taken_up_again_goes_on_as_if_never_stopped():
    whole, _ = played(tiny())
    _, half = played(tiny(steps=5))
    rest = Result(tuple(e for e in unused_tokens.run(tiny(), {}, (5, half)) if e.kind != "snapshot"))
    assert rest.metrics["train_loss"][10] == whole.metrics["train_loss"][10]


# --- the census, the probes ------------------------------------------------------------------------------------------


def test_the_census_finds_what_a_counter_finds():
    config = census.Config(keep=6000, group=20, word=" the")
    result, counted = (
        Result(tuple(census.run(config, {}))),
        Counter(corpora.tokens("manual", "bpe", "train")[:6000].tolist()),
    )
    assert result.final("used") == len(counted)
    assert result.final("once") == sum(n == 1 for n in counted.values())
    assert result.tables["found"][1]["count"][0] == max(counted.values())
    ranks = result.tables["ranks"][1]
    assert sum(g == "never" for g in ranks["group"]) == 20 and len(set(ranks["id"])) == len(ranks["id"])


def test_the_whole_text_has_at_least_the_tokens_of_its_training_part():
    part, whole = (Result(tuple(census.run(census.Config(whole=w), {}))) for w in (False, True))
    assert whole.final("tokens") > part.final("tokens") and whole.final("used") >= part.final("used")


def test_a_byte_that_is_no_character_is_shown_in_hex():
    from core import tokenizers

    bytes_ = tokenizers.load("bytes")
    assert (bytes_.show(0xE2), bytes_.show(65), bytes_.show(10)) == ("0xE2", "A", "0x0A")


def test_rescue_windows_hold_the_new_token_where_the_host_was():
    tokens = np.array([1, 2, 3, 4, 5, 6] * 20)
    rows = rescue.sentences(tokens, 3, 99, 4, 8)
    assert rows.shape[1] == 9 and (rows == 99).any(1).all() and not (rows == 3).any()
    assert rescue.host(["the", " then", " their", "x"], np.array([9, 2, 3, 9])) == 2
    absent = rescue.host(["the", " then", " their", "x"], np.array([0, 0, 0, 9]))
    assert absent == 3, "a word that does not occur has no sentences"


def test_a_rescue_makes_the_token_likelier_and_starts_from_the_trained_weights():
    parent = tiny()
    trained, weights = played(parent)
    config = rescue.Config(parent=encode(parent), steps=10, lr=3e-3)
    result = Result(tuple(e for e in rescue.run(config, {"trained": weights}) if e.kind != "snapshot"))
    assert result.at("p_new", 10) > 2 * result.at("p_new", 0)
    assert result.at("test_loss", 0) == pytest.approx(trained.final("test_loss"), abs=0.05)


def test_a_glitch_probe_scores_itself_against_the_true_list():
    parent = tiny(steps=30)
    _, weights = played(parent)
    result = Result(tuple(glitch.run(glitch.Config(parent=encode(parent)), {"model": weights})))
    assert result.tables["prompts"][1]["kind"] == ["text", "common", "rare", "never"]
    assert 0.5 < result.final("lean_precision") <= 1
    perfect = glitch.precision(torch.tensor([0.0, 1, 2]), np.array([True, False, True]), [1, 2, 3])
    assert perfect == [1.0, 0.5, pytest.approx(2 / 3)]


@pytest.mark.parametrize("probe", [rescue, glitch])
def test_probes_refuse_another_experiments_run(probe):
    from core.experiments import model1

    wrong = replace(probe.Config(), parent=encode(model1.Config()))
    with pytest.raises(Problem, match="wrong_parent"):
        probe.EXPERIMENT.needs(wrong)


def test_a_run_that_diverges_ends_as_diverged_with_its_tables():
    result, _ = played(tiny(optimizer="sgd", momentum=0.9, lr=10.0, width=64, blocks=2, steps=40))
    assert result.finished.reason == "diverged"


def test_a_page_reads_a_diverging_run_while_it_is_still_going_on():
    """A log keeps what is not finite as null; the rule's sentences must not stumble over it."""
    from core import events
    from pages import verdict_19

    result, _ = played(tiny())
    # At which step every weight is nan hangs on the processor: here it is the last at which the table was made.
    last = max(result.tables["geometry"])
    table = result.tables["geometry"][last]
    broken = {name: [math.nan] * len(column) for name, column in table.items() if isinstance(column[0], float)}
    said = [
        replace(e, columns=e.columns | broken) if e.kind == "table" and (e.name, e.step) == ("geometry", last) else e
        for e in result.events
    ]
    lines = "".join(events.to_json(e) + "\n" for e in said if e.kind != "finished")
    logged = Result(tuple(events.read_lines(lines.splitlines())))
    assert None in logged.tables["geometry"][last]["moved"]
    assert math.isnan(verdict_19.geometry(logged, "never", "out", "moved"))
