"""Lesson 15: five wirings of one model, the sampling twins, and what the page says of runs that show it."""

import math
from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from app.lesson import discover, start
from app.view import ArmView, View, look
from core import losses, runs
from core.events import Finished, Metric, Started
from core.experiment import encode
from core.experiments import model5, output_cost, sampling_twins
from core.problem import Problem
from core.result import Result
from pages import verdict_15 as rules

LESSON = discover()[15]
PLAY = {p.slug: p for p in LESSON.playgrounds}
TINY = model5.Config(
    corpus="tales-en",
    init="gpt2",
    divide_logits="no",
    width=16,
    blocks=1,
    heads=2,
    context=8,
    batch=4,
    steps=30,
    lr=1e-2,
)


def inline(slug, **values) -> View:
    playground = PLAY[slug]
    values = start(LESSON, playground) | values
    own = {f: v for f, v in values.items() if f in type(playground.config).__dataclass_fields__}
    arms = playground.arms(replace(playground.config, **own), values)
    return View(tuple(look(arm) for arm in arms), values)


def said(view, slug) -> str:
    lines = PLAY[slug].verdict(view)
    assert all(line.en and line.vi and "{" not in line.en for line in lines)
    return " ".join(line.en for line in lines)


@pytest.fixture(scope="module")
def wired():
    """The five wirings on a tiny model, as the page sees them."""
    values = start(LESSON, PLAY["wirings"])
    arms = PLAY["wirings"].arms(TINY, values)
    done = runs.Status("done", TINY.steps, TINY.steps)
    return View(tuple(ArmView(a, a.label, done, Result(tuple(model5.run(a.config, {}))), "live") for a in arms), values)


@pytest.fixture(scope="module")
def twins():
    """The twins of a tiny trained model at T = 0.5."""
    weights = {}
    for event in model5.run(TINY, {}):
        if event.kind == "snapshot":
            weights = {k: v.clone() for k, v in event.state().items()}

    def write(**fields):
        config = sampling_twins.Config(encode(TINY), prompt="One", **fields)
        return Result(tuple(sampling_twins.run(config, {"model": weights})))

    return write


def test_softmax_before_cross_entropy_is_held_between_two_numbers():
    vocabulary = 50
    for right in (True, False):  # all probability on the target, then on another token
        logits = torch.full((1, vocabulary), -100.0)
        logits[0, 3 if right else 4] = 100.0
        value = losses.WIRINGS["softmax_ce"](logits, torch.tensor([3])).item()
        assert value == pytest.approx(math.log(math.e + vocabulary - 1) - right, abs=1e-5)


def test_raw_nll_only_ever_raises_the_target():
    logits = torch.zeros(1, 5, requires_grad=True)
    losses.WIRINGS["raw_nll"](logits, torch.tensor([2])).backward()
    assert logits.grad.tolist() == [[0, 0, -1, 0, 0]]


def test_log_softmax_twice_is_log_softmax_once():
    logits = 5 * torch.randn(20, 100, generator=torch.Generator().manual_seed(0))
    targets = torch.arange(20)
    values = [losses.WIRINGS[w](logits, targets).item() for w in ("ce", "log_softmax_nll", "log_softmax_ce")]
    assert max(values) - min(values) < 1e-5
    assert values[0] == pytest.approx(F.cross_entropy(logits.double(), targets).item(), abs=1e-5)


def test_three_wirings_are_one_run_and_the_bugs_are_not(wired):
    assert rules.apart(wired, "log_softmax_nll") < 1e-4 and rules.apart(wired, "log_softmax_ce") < 1e-4
    assert rules.twice_answer(wired) == "same"
    assert wired.result("raw_nll").final("train_loss") < 0
    words = said(wired, "wirings")
    assert "the same run as logits → CE" in words and "cannot leave" in words and "winning another game" in words
    assert [r.label.en for r in rules.wirings_readouts(wired)] == [a.arm.name.en for a in wired.arms]


def test_the_order_is_read_off_the_true_losses(wired):
    order = rules.order_answer(wired).split(",")
    found = [wired.result(label).final("test_loss") for label in order]
    assert found == sorted(found) and order[0] == "ce"


def test_wirings_that_are_not_chosen_do_not_run():
    arms = PLAY["wirings"].arms(TINY, {"wirings": "raw_nll,smoothing"})
    assert [a.label for a in arms] == ["raw_nll", "smoothing"]
    assert all(a.config.wiring == a.label for a in arms)


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.5])
def test_the_twins_write_the_same_text_and_frozen_code_does_not(twins, temperature):
    result = twins(temperature=temperature)
    assert result.final("differ_log-softmax") == 0 and result.final("gap") < 5e-6
    assert result.final("differ_exp") > 5
    assert result.samples["logits"][0].text == result.samples["log-softmax"][0].text != result.samples["exp"][0].text
    assert len(result.samples["exp"][0].facts["hits"]) == result.final("differ_exp")


def test_each_of_the_three_texts_stands_under_its_own_name(twins):
    from app.run_panel import common

    done = runs.Status("done", 1, 1)
    arm = PLAY["wirings"].arms(TINY, {"wirings": "ce"})[0]
    view = View((ArmView(arm, "x", done, twins(temperature=0.5), "live"),), {})
    probe = PLAY["wirings"].probes[0]
    assert all(common(view, name) is not None and name in PLAY["wirings"].sample_names for name in probe.samples)


def test_nothing_is_filtered_until_a_learner_asks_for_it():
    values = start(LESSON, PLAY["wirings"])
    assert values["top_p"] == 1 and values["top_k"] == 0


def test_at_temperature_one_even_frozen_code_is_right(twins):
    assert twins(temperature=1.0).final("differ_exp") == 0


def test_twins_want_a_model_of_lesson_15():
    from core.experiments import like_x

    with pytest.raises(Problem, match="wrong_parent"):
        sampling_twins.read(sampling_twins.Config(encode(like_x.Config())))


def test_the_probe_asks_the_run_with_logits_only():
    values = start(LESSON, PLAY["wirings"])
    asked = [PLAY["wirings"].probes[0].config(a, values) for a in PLAY["wirings"].arms(TINY, values)]
    assert [c is not None for c in asked] == [True, False, False, False, False]


def test_the_page_says_what_is_frozen_and_what_is_lost():
    assert "Not frozen" in said(inline("twins"), "twins")
    assert "has chosen T = 1" in said(inline("twins"), "twins")
    assert "has chosen T = 1" not in said(inline("twins", temperature=1.0), "twins")
    assert "argmax" in said(inline("twins", temperature=0.0), "twins")
    assert "underflowed" in said(inline("twins", source="normal", std=100.0, temperature=100.0), "twins")
    assert "no token is left" in said(inline("twins", banned=5000), "twins")
    assert "larger than V" in said(inline("twins", top_k=5000), "twins")
    assert PLAY["twins"].predictions[0].answer(inline("twins")) == "yes"


def test_the_page_names_the_step_that_breaks():
    assert "Only the formula of the book" in said(inline("precision", std=1.0, offset=100.0), "precision")
    assert "rounded to 0" in said(inline("precision", std=30.0), "precision")
    calm = said(inline("precision", std=1.0), "precision")
    assert "Only the formula" not in calm and "rounded to 0" not in calm


def test_the_cost_is_said_once_it_is_measured():
    config = output_cost.Config(tokens=64, vocabulary=512, width=8, chunk=16)
    arm = PLAY["cost"].arms(config, {})[0]
    result = Result(tuple(output_cost.run(config, {})))
    view = View((ArmView(arm, "x", runs.Status("done"), result, "live"),), {})
    assert "less memory" in said(view, "cost") and len(rules.cost_readouts(view)) == 4
    assert max(result.final(name) for name in ("value_gap", "hidden_gap", "weight_gap")) < 1e-5
    assert result.final("log_softmax_ce_bytes") > result.final("ce_bytes") > 2 * result.final("chunked_bytes")
    for figure in PLAY["cost"].figures:
        assert len(figure.rows(view))


# --- results nobody hopes for ----------------------------------------------------------------------------------------


def made(losses, train=2.0, reason="done") -> View:
    """The wirings with these last test losses (None: not begun)."""
    arms = []
    for arm in PLAY["wirings"].arms(TINY, {"wirings": ",".join(sorted(losses))}):
        facts = {"vocabulary": 2000, "references": {"uniform": 7.6}}
        events = [Started(30, facts), Metric(1, "train_loss", 7.6), Metric(30, "train_loss", train)]
        events += [Metric(30, "test_loss", losses[arm.label]), Finished(30, reason)]
        arms.append(ArmView(arm, arm.label, runs.Status("done", 30, 30), Result(tuple(events)), "live"))
    return View(tuple(arms), {})


@pytest.mark.parametrize("lost", [math.nan, math.inf])
def test_a_wiring_whose_loss_is_none_is_neither_ranked_nor_quoted(lost):
    view = made({"ce": 5.0, "raw_nll": lost, "softmax_ce": 7.0, "log_softmax_ce": lost}, train=lost)
    assert rules.order_answer(view) is None and rules.twice_answer(view) is None
    text = said(view, "wirings")
    assert not any(word in text.lower() for word in ("nan", "∞", "inf"))
    assert rules.wirings_readouts(view) == []


def test_wirings_that_have_got_nowhere_are_not_ranked_and_not_blamed():
    view = made({"ce": 7.60, "raw_nll": 7.59, "softmax_ce": 7.58}, train=7.6)
    assert rules.order_answer(view) is None
    text = said(view, "wirings")
    assert "no worse than logits → CE" in text and "bad model" not in text and "another game" not in text


def test_the_reason_follows_the_order():
    usual = made({"ce": 5.0, "raw_nll": 6.0, "softmax_ce": 7.0})
    turned = made({"ce": 5.0, "raw_nll": 7.0, "softmax_ce": 6.0})
    assert "Raw NLL still learns" in rules.order_why(usual).en
    assert rules.order_answer(turned) == "ce,softmax_ce,raw_nll" and "still learns" not in rules.order_why(turned).en


@pytest.mark.parametrize("other", [{"dtype": "float16"}, {"std": 3.0}, {"offset": 100.0}])
def test_the_question_about_float32_and_std_30_is_answered_for_them_alone(other):
    (ask,) = PLAY["precision"].predictions
    assert ask.answer(inline("precision")) is not None and ask.answer(inline("precision", **other)) is None


def test_a_whole_share_is_a_hundred_percent():
    shares = [r.value for r in rules.precision_readouts(inline("precision", std=100.0, dtype="float16"))]
    assert not any("e+" in str(v) for v in shares)


def test_the_twins_question_is_answered_at_one_half_and_a_run_not_there_yet_says_nothing():
    (ask,) = PLAY["twins"].predictions
    assert ask.answer(inline("twins", temperature=100.0)) is None
    empty = View(tuple(replace(a, result=Result(())) for a in inline("twins").arms), {})
    assert rules.twins_verdict(empty) == [] and ask.answer(empty) is None


@pytest.mark.parametrize(("share", "words"), [(0.0, "0"), (0.002, "0.200"), (0.48, "48"), (1.0, "100")])
def test_a_few_of_a_hundred_are_not_said_to_be_none(share, words):
    assert rules.of_100(share) == words


def test_one_chunk_for_everything_saves_nothing():
    config = output_cost.Config(tokens=256, chunk=2048)
    names = [f"{form}_{what}" for form in rules.COST_FORMS for what in ("seconds", "bytes")]
    events = [
        Started(0, {"logit_bytes": 100}),
        *(Metric(0, n, 1.0) for n in (*names, "ratio", "hidden_gap", "weight_gap")),
    ]
    arm = PLAY["cost"].arms(config, {})[0]
    view = View((ArmView(arm, "x", runs.Status("done", 0, 0), Result((*events, Finished(0, "done"))), "live"),), {})
    assert "one chunk holds the whole batch" in said(view, "cost")


# --- sentences that a strict student holds against the numbers ---------------------------------------------------------


def test_at_temperature_one_nothing_is_proved_about_a_frozen_temperature():
    words = said(inline("twins", temperature=1.0), "twins")
    assert "says nothing" in words and "Not frozen" not in words


def test_digits_lost_to_a_large_offset_are_called_rounding():
    view = inline("twins", offset=100.0, temperature=0.05)
    assert view.main.final("gap") > rules.EQUAL
    assert "Not frozen" in said(view, "twins") and "should not happen" not in said(view, "twins")


def test_two_outputs_that_really_differ_are_reported():
    view = inline("twins")
    events = (*view.main.events[:-1], Metric(0, "gap", 0.01), view.main.events[-1])
    assert "should not happen" in said(replace(view, arms=(replace(view.arms[0], result=Result(events)),)), "twins")


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"std": 1.0, "offset": 100.0}, "overflows"),
        ({"dtype": "float16", "std": 0.1, "offset": 10.0}, "its sum, overflows"),
        ({"std": 3.0, "offset": -100.0}, "rounded to 0 before it is divided"),
        ({"dtype": "bfloat16", "std": 1.0, "offset": -100.0}, "rounded to 0 before it is divided"),
    ],
)
def test_the_formula_of_the_book_breaks_at_both_ends(settings, word):
    view = inline("precision", **settings)
    assert view.main.final("broken_by_hand") > 0 and view.main.final("broken_two_steps") == 0
    assert word in said(view, "precision")
    assert ("overflows" in said(view, "precision")) == ("overflows" in word)


@pytest.mark.parametrize(("std", "better"), [(3.0, "logs"), (1.0, "logits"), (0.1, "logits")])
def test_what_half_precision_keeps_depends_on_the_spread_as_the_tooltip_says(std, better):
    result = inline("precision", dtype="bfloat16", std=std).main
    errors = {form: result.final(f"stored_{form}") for form in ("logits", "logs")}
    assert min(errors, key=errors.get) == better
    assert "std 1 and less" in PLAY["precision"].figures[2].help.en


def test_the_last_ten_steps_are_ten_steps_where_few_of_them_were_logged():
    result = Result(
        (Started(100), *(Metric(s, "train_loss", 8.0 if s < 91 else 6.0) for s in (1, 40, 70, 88, 93, 100)))
    )
    assert rules.last(result, "train_loss") == 6.0
    assert math.isnan(rules.last(result, "test_loss"))


def test_a_true_loss_between_guessing_and_cross_entropy_is_told_by_its_distance():
    assert "4.13: 0.130 nats above logits → CE" in said(made({"ce": 4.0, "softmax_ce": 4.13}), "wirings")
    assert "8.10: worse than guessing" in said(made({"ce": 5.0, "softmax_ce": 8.1}), "wirings")
    alone = said(made({"softmax_ce": 7.62}), "wirings")
    assert "true loss is 7.62." in alone and "worse" not in alone and "bad" not in alone


def test_the_losses_of_a_ranking_stand_in_its_order_with_their_names():
    turned = made({"ce": 5.0, "raw_nll": 7.0, "softmax_ce": 6.0})
    assert rules.order_why(turned).en == "True test loss: logits → CE 5.00, softmax → CE 6.00, logits → NLL 7.00."


def test_softmax_before_cross_entropy_hardly_corrects_a_sure_mistake_and_never_the_wrong_way():
    found = {}
    for wiring in ("ce", "softmax_ce"):
        logits = torch.tensor([[8.0, 0.0, 0.0, 0.0]], requires_grad=True)  # sure of token 0; token 1 is right
        losses.WIRINGS[wiring](logits, torch.tensor([1])).backward()
        found[wiring] = logits.grad[0, 0].item()
    assert 0 < found["softmax_ce"] < 0.01 < 0.9 < found["ce"]
    assert "hardly corrects" in rules.order_why(made({"ce": 5.0, "raw_nll": 6.0, "softmax_ce": 7.0})).en


def test_the_time_of_log_softmax_with_nll_is_the_measured_one():
    names = [f"{form}_{what}" for form in rules.COST_FORMS for what in ("seconds", "bytes")]
    values = dict.fromkeys(names, 1.0) | {"log_softmax_nll_seconds": 1.7}
    events = [Metric(0, n, v) for n, v in (values | dict.fromkeys(("ratio", "hidden_gap", "weight_gap"), 1.0)).items()]
    arm = PLAY["cost"].arms(output_cost.Config(), {})[0]
    result = Result((Started(0, {"logit_bytes": 100}), *events, Finished(0, "done")))
    assert "log-softmax → NLL: 1.70 × the time" in said(
        View((ArmView(arm, "x", runs.Status("done", 0, 0), result, "live"),), {}), "cost"
    )
