"""Lesson 19's rules on runs that show them: how a curve went, which arm is told apart, what a claim reads off."""

import math

import pytest

from app.i18n import same
from app.lesson import Arm
from app.view import ArmView, View
from core import runs
from core.events import Finished, Metric, Started, Table
from core.experiments import census, unused_tokens
from core.result import Result
from pages import claims_19, figures_19, figures_19_arms, verdict_19

V = 2000
CHANCE = -math.log(V)
FACTS = {
    "vocabulary": V,
    "used": 1300,
    "train_tokens": 60_000,
    "sizes": {"common": 100, "rare": 100, "never": 100},
    "ties": 27,
    "unigram": {"common": -5.3, "rare": -10.4},
    "notebook": {"unused_common": 43.0},
}


def curves(values, shift=0.0):
    """A table "curves" of {group: ln p}; ln of mean p is one nat higher, the unmasked rows `shift` higher."""
    rows = [(g, m, v + (0 if m else shift), v + 1, 0.1, 5.0) for g, v in values.items() for m in (True, False)]
    names = ("group", "masked", "log_p", "log_mean", "mass", "rank")
    return dict(zip(names, (list(c) for c in zip(*rows, strict=True)), strict=True))


def geometry(**moved):
    """A table "geometry": {group_matrix: distance}, all cosines 0.99."""
    keys = [name.split("_") for name in moved]
    columns = {"group": [k[0] for k in keys], "matrix": [k[1] for k in keys], "moved": list(moved.values())}
    return columns | {name: [0.99] * len(keys) for name in ("cosine", "rows", "norm", "along")}


def run(common, rare=(CHANCE, -9.0, -10.4), never=(CHANCE, -9.5, -11.4), losses=(7.6, 6.0, 5.0), end="done", **moved):
    moved = moved or {"never_out": 0.7, "common_out": 0.5, "never_in": 0.7, "common_in": 0.5}
    events = [Started(300, FACTS)]
    for i, step in enumerate((0, 100, 200)):
        groups = {"common": common[i], "rare": rare[i], "never": never[i]}
        notebook = {"notebook_common": never[i] + 1, "notebook_rare": never[i] + 2}
        events += [Metric(step, "test_loss", losses[i]), Metric(step, "mass", 0.3)]
        events += [Table(step, "curves", curves(groups | notebook, 0.3)), Table(step, "geometry", geometry(**moved))]
    return Result((*events, Finished(200, end)))


def view(results, values=None, **fields):
    arms = tuple(
        ArmView(
            Arm(label, same(label), unused_tokens.Config(steps=200, **fields), i),
            label,
            runs.Status("done", 200, 200),
            r,
            "live",
        )
        for i, (label, r) in enumerate(results.items())
    )
    start = {"metric": "log_p", "indices": "correct", "masked": True, "moment": 1000}
    return View(arms, start | (values or {}))


UPFALL = run((CHANCE, -5.6, -6.8))


@pytest.mark.parametrize(
    ("common", "found"),
    [
        ((CHANCE, -5.6, -6.8), "upfall"),
        ((CHANCE, -6.0, -5.6), "up"),
        ((CHANCE, -8.0, -9.0), "down"),
        ((CHANCE, -7.4, -7.5), "same"),
    ],
)
def test_a_curve_is_told_by_its_start_peak_and_end(common, found):
    assert verdict_19.path(run(common)) == found


def test_the_prediction_waits_until_the_run_is_over():
    unfinished = Result(tuple(e for e in UPFALL.events if e.kind != "finished"))
    assert verdict_19.common_answer(view({"run": UPFALL})) == "upfall"
    assert verdict_19.common_answer(view({"run": unfinished})) is None


def said(rule, seen):
    return " ".join(line("en") for line in rule(seen))


def test_groups_that_part_are_named_with_their_cosine_and_the_peak():
    words = said(verdict_19.follow_verdict, view({"run": UPFALL}))
    assert "never used −11.4" in words and "cosine 0.990" in words and "peaked at −5.6 (step 100)" in words


def test_groups_that_are_still_together_are_said_to_be():
    together = run((CHANCE, CHANCE, CHANCE), never=(CHANCE, CHANCE, CHANCE - 0.1))
    assert "still together" in said(verdict_19.follow_verdict, view({"run": together}))


def test_a_loud_start_is_not_called_chance():
    loud = run((-22, -8, -6.5), rare=(-22, -9, -10), never=(-22, -10, -12))
    assert "The start is not chance" in said(verdict_19.follow_verdict, view({"run": loud}))


def test_the_notebooks_indices_are_judged_when_they_are_shown():
    words = said(verdict_19.follow_verdict, view({"run": UPFALL}, {"indices": "notebook"}))
    assert "43 never occur" in words and "−10.4" in words


def test_a_run_without_unused_tokens_says_how_to_get_some():
    events = []
    for e in UPFALL.events:
        if e.kind == "table" and e.name == "curves":
            keep = [i for i, g in enumerate(e.columns["group"]) if g != "never"]
            e = Table(e.step, e.name, {name: [column[i] for i in keep] for name, column in e.columns.items()})
        events.append(e)
    assert "Nothing is unused" in said(verdict_19.follow_verdict, view({"run": Result(tuple(events))}))


def test_divergence_has_the_first_word():
    assert "Diverged" in said(verdict_19.follow_verdict, view({"run": run((CHANCE, -5, -6), end="diverged")}))


def test_untied_input_rows_that_stay_are_told_from_those_that_move():
    still = run((CHANCE, -5.6, -6.8), never_in=0.0005, common_in=0.2, never_out=0.4, common_out=0.3)
    sgd = run((CHANCE, -5.6, -6.8), never_in=0.3, common_in=0.9, never_out=0.3, common_out=0.9)
    seen = view({"tied": UPFALL, "untied": still, "sgd": sgd})
    assert verdict_19.touch_answer(seen) == "not"
    words = said(verdict_19.touch_verdict, seen)
    assert "1.40 times" in words and "0.333 times" in words
    assert verdict_19.touch_answer(view({"untied": run((CHANCE, -5.6, -6.8), never_in=0.19, common_in=0.2)})) == "lot"


@pytest.mark.parametrize(("log_mean", "found"), [(CHANCE, "chance"), (-9.0, "between"), (-10.5, "low")])
def test_a_masked_run_is_at_chance_low_or_between(log_mean, found):
    masked = run((CHANCE, -5.6, -6.8), never=(CHANCE, CHANCE, log_mean - 1))
    seen = view({"plain": UPFALL, "logits": masked, "loss": UPFALL, "smooth": UPFALL})
    assert verdict_19.mask_answer(seen) == found
    assert len(verdict_19.mask_verdict(seen)) == 2


def test_claims_read_what_they_say_they_read():
    results = {
        "run": UPFALL,
        "adam": UPFALL,
        "sgd": run((CHANCE, -5.6, -6.8), never=(CHANCE, -9, -10.2), losses=(7.6, 6.5, 6.2)),
    }
    assert claims_19.farthest_from_chance(results) == pytest.approx(0)
    assert claims_19.smaller_gap(results) == pytest.approx(1.0)
    assert claims_19.mask_effect(results) == pytest.approx(0.3 / 1.0)
    # AdamW is at SGD's last loss of 6.2 by step 100, where its unused tokens stand at -9.5 against -10.2
    assert claims_19.at_equal_loss(results) == pytest.approx(0.7)
    assert claims_19.relative_movement(results["adam"]) == pytest.approx(1.4)


def test_a_rescue_is_dated_by_the_first_step_at_half():
    events = [Metric(s, "first", v) for s, v in ((0, 0.0), (30, 0.4), (35, 0.5), (50, 0.7))]
    assert claims_19.first_half({"rescue": Result(tuple(events))}) == 35
    assert claims_19.first_half({"rescue": Result(tuple(events[:2]))}) == 1000


def test_the_notebooks_free_ids_are_single_bytes():
    result = Result(tuple(census.run(census.Config(), {})))
    assert 0.2 < claims_19.single_bytes({"census": result}) < 1


def test_the_curves_picture_shows_the_ghost_only_when_asked():
    kinds = {}
    for indices in ("correct", "notebook", "both"):
        rows = figures_19.curves_rows(view({"run": UPFALL}, {"indices": indices}))
        kinds[indices] = {(k, n) for k, n in zip(rows["kind"], rows["name"], strict=True) if k in ("true", "notebook")}
    assert {k for k, _ in kinds["correct"]} == {"true"}
    assert kinds["notebook"] == {("notebook", "common"), ("notebook", "rare"), ("true", "never used")}
    assert kinds["both"] == kinds["correct"] | kinds["notebook"]


def test_a_table_is_taken_at_the_last_step_up_to_the_moment():
    assert figures_19.table_at(UPFALL, "geometry", 150)[0] == 100
    assert figures_19.table_at(UPFALL, "geometry", 5)[0] == 0
    assert figures_19.table_at(UPFALL, "nothing", 5) == (None, {})


def test_the_smoothing_floor_is_drawn_only_where_labels_are_smoothed():
    labels = [list(figures_19_arms.share_rows(view({"plain": UPFALL}, smoothing=s))["label"]) for s in (0.0, 0.1)]
    assert "ln(ε/V)" not in labels[0] and "ln(ε/V)" in labels[1]
