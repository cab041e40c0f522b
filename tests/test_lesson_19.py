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
from pages import claims_19, figures_19, figures_19_arms, verdict_19, verdict_19_arms
from pages import lesson_19_unused_tokens as lesson_19

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
    rows = [
        (g, m, *((None, None) if v is None else (v + (0 if m else shift), v + 1)), 0.1, 5.0)
        for g, v in values.items()
        for m in (True, False)
    ]
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
        notebook = {f"notebook_{g}": never[i] and never[i] + k for g, k in (("common", 1), ("rare", 2))}
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


def test_nobody_is_told_to_train_longer_while_a_run_is_going_on():
    together = run((CHANCE, CHANCE, CHANCE), never=(CHANCE, CHANCE, CHANCE - 0.1))
    going = Result(together.events[:-1])
    for rule, labels in (
        (verdict_19.follow_verdict, ("run",)),
        (verdict_19_arms.mask_verdict, ("plain", "logits", "loss")),
    ):
        assert "Train longer" in said(rule, view(dict.fromkeys(labels, together)))
        words = said(rule, view(dict.fromkeys(labels, going)))
        assert words and "longer" not in words


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
    words = said(verdict_19.follow_verdict, view({"run": run((CHANCE, -5, -6), end="diverged")}))
    assert words == f"run: diverged at step 200. {verdict_19.LOWER.en}"


def test_untied_input_rows_that_stay_are_told_from_those_that_move():
    still = run((CHANCE, -5.6, -6.8), never_in=0.0005, common_in=0.2, never_out=0.4, common_out=0.3)
    sgd = run((CHANCE, -5.6, -6.8), never_in=0.3, common_in=0.9, never_out=0.3, common_out=0.9)
    seen = view({"tied": UPFALL, "untied": still, "sgd": sgd})
    assert verdict_19_arms.touch_answer(seen) == "not"
    words = said(verdict_19_arms.touch_verdict, seen)
    assert "1.40 times" in words and "0.333 times" in words
    assert (
        verdict_19_arms.touch_answer(view({"untied": run((CHANCE, -5.6, -6.8), never_in=0.19, common_in=0.2)})) == "lot"
    )


@pytest.mark.parametrize(("log_mean", "found"), [(CHANCE, "chance"), (-9.0, "between"), (-10.5, "low")])
def test_a_masked_run_is_at_chance_low_or_between(log_mean, found):
    masked = run((CHANCE, -5.6, -6.8), never=(CHANCE, CHANCE, log_mean - 1))
    seen = view({"plain": UPFALL, "logits": masked, "loss": UPFALL, "smooth": UPFALL})
    assert verdict_19_arms.mask_answer(seen) == found
    assert len(verdict_19_arms.mask_verdict(seen)) == 2


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
    spec = figures_19_arms.share_chart(view({"plain": UPFALL}, smoothing=0.5)).to_dict()
    heights = [layer["encoding"]["y"]["value"] for layer in spec["layer"] if "value" in layer["encoding"].get("y", {})]
    assert len(set(heights)) == 2, "with a large ε both names would stand on the same spot"


# --- runs that went nowhere, or too far -----------------------------------------------------------------------------


def nowhere(value=CHANCE):
    return run((value,) * 3, rare=(value,) * 3, never=(value,) * 3, losses=(7.6,) * 3, never_out=0.0, common_out=0.0)


@pytest.mark.parametrize("end", ["diverged", "stopped"])
def test_a_curve_that_is_no_number_has_no_way(end):
    lost = run(
        (CHANCE, None, None),
        rare=(CHANCE, None, None),
        never=(CHANCE, None, None),
        losses=(7.6, math.nan, math.nan),
        end=end,
    )
    seen = view({"run": lost})
    assert verdict_19.path(lost) is None and verdict_19.common_answer(seen) is None
    words = said(verdict_19.follow_verdict, seen)
    assert words == f"run: diverged at step 200. {verdict_19.LOWER.en}"
    assert not [r for r in verdict_19.follow_readouts(seen) if "NaN" in str(r.value) or "∞" in str(r.value)]


def test_of_several_runs_the_one_that_diverged_is_named():
    lost = run((CHANCE, -5, -6), end="diverged")
    for rule, labels in (
        (verdict_19_arms.touch_verdict, ("tied", "untied", "sgd")),
        (verdict_19_arms.mask_verdict, ("plain", "logits", "loss")),
    ):
        words = said(rule, view(dict.fromkeys(labels[:2], UPFALL) | {labels[2]: lost}))
        assert words.startswith(f"{labels[2]}: diverged at step 200.") and labels[0] not in words


def test_rows_that_did_not_move_as_one_are_not_said_to():
    unmoved = run((-20, -20, -20), rare=(-22,) * 3, never=(-23,) * 3, never_out=0.0, common_out=0.0)
    assert "moved as one" not in said(verdict_19.follow_verdict, view({"run": unmoved}))
    apart = Result(
        tuple(
            Table(e.step, e.name, e.columns | {"cosine": [0.3] * len(e.columns["cosine"])})
            if e.kind == "table" and e.name == "geometry"
            else e
            for e in UPFALL.events
        )
    )
    assert "not moved as one so far: mean cosine of their paths 0.300" in said(
        verdict_19.follow_verdict, view({"run": apart})
    )
    assert "same push" not in verdict_19.together_why(view({"run": apart})).en


def test_common_tokens_that_sink_in_a_failing_model_do_not_show_how_sure_it_is():
    words = said(verdict_19.follow_verdict, view({"run": run((CHANCE, -5.6, -6.8), losses=(7.6, 5.0, 9.0))}))
    assert "got worse" in words and "surer the model" not in words and "switch the measure" not in words
    assert "switch the measure" not in said(verdict_19.follow_verdict, view({"run": UPFALL})), (
        "here the mean p has sunk too"
    )


def test_a_rise_alone_is_not_explained_as_a_rise_and_a_fall():
    assert "everywhere else" not in verdict_19.common_why(view({"run": run((CHANCE, -6.0, -5.6))})).en


def test_the_notebooks_indices_are_not_blamed_where_all_of_them_occur():
    harmless = Result((Started(300, FACTS | {"notebook": {"unused_common": 0.0}}), *UPFALL.events[1:]))
    words = said(verdict_19.follow_verdict, view({"run": harmless}, {"indices": "notebook"}))
    assert "suppressed" not in words and "each of its 100 ids does occur" in words


@pytest.mark.parametrize(
    ("fields", "answered"),
    [({}, True), ({"keep": 5000}, False), ({"tokenizer": "bytes"}, False), ({"whole": True}, False)],
)
def test_the_share_in_question_is_that_of_the_whole_training_text_in_2000_tokens(fields, answered):
    config = census.Config(**fields)
    seen = ArmView(
        Arm("census", same(""), config),
        "census",
        runs.Status("done", 1, 1),
        Result(tuple(census.run(config, {}))),
        "inline",
    )
    assert (verdict_19_arms.census_answer(View((seen,), {})) is not None) == answered


def test_without_decay_nothing_moves_the_rows_that_nobody_reads():
    still = run((CHANCE, -5.6, -6.8), never_in=0.0, common_in=0.2, never_out=0.4, common_out=0.3)
    results = {"tied": UPFALL, "untied": still, "sgd": UPFALL}
    assert "weight decay alone" in said(verdict_19_arms.touch_verdict, view(results))
    words = said(verdict_19_arms.touch_verdict, view(results, weight_decay=0.0))
    assert "untied 0: no gradient" in words and "decay alone" not in words
    assert "divides a tiny push" not in words, "SGD moved them as far"


def test_before_the_first_step_no_row_is_compared():
    results = dict.fromkeys(("tied", "untied", "sgd"), nowhere())
    results = {
        name: Result(
            tuple(
                e
                if e.kind != "table" or e.name != "geometry"
                else Table(e.step, e.name, geometry(never_in=0.0, common_in=0.0, never_out=0.0, common_out=0.0))
                for e in r.events
            )
        )
        for name, r in results.items()
    }
    assert said(verdict_19_arms.touch_verdict, view(results)) == "At step 0 no row has moved yet."
    assert verdict_19_arms.touch_answer(view(results)) is None


def stopped(result, step):
    return Result(
        (
            *(e for e in result.events if getattr(e, "step", 0) <= step and e.kind != "finished"),
            Finished(step, "stopped"),
        )
    )


def test_masks_are_compared_where_all_runs_have_come_to():
    labels = ("plain", "logits", "loss", "smooth")
    words = said(verdict_19_arms.mask_verdict, view(dict.fromkeys(labels[:3], UPFALL) | {"smooth": stopped(UPFALL, 5)}))
    assert "nothing has been pushed" in words and "what counts" not in words
    assert said(verdict_19_arms.mask_verdict, view(dict.fromkeys(labels[:3], UPFALL) | {"smooth": Result(())})) == ""


def test_masks_of_runs_that_learned_nothing_show_nothing():
    seen = view(dict.fromkeys(("plain", "logits", "loss", "smooth"), nowhere(CHANCE - 1)))
    assert (
        "nothing has been pushed" in said(verdict_19_arms.mask_verdict, seen)
        and verdict_19_arms.mask_answer(seen) is None
    )


def test_rare_tokens_that_did_not_fall_are_not_said_to():
    masked = run((CHANCE, -5.6, -6.8), never=(CHANCE, CHANCE, CHANCE - 1))
    words = said(verdict_19_arms.mask_verdict, view({"plain": UPFALL, "logits": masked, "loss": UPFALL}))
    assert "not yet told apart" in words and "what counts" not in words and "smoothed" not in words
    fell = run((CHANCE, -5.6, -6.8), rare=(CHANCE, -9.5, -11.2))
    assert "what counts" in said(verdict_19_arms.mask_verdict, view({"plain": UPFALL, "logits": masked, "loss": fell}))


def test_labels_are_smoothed_only_with_an_epsilon():
    arms = [len(lesson_19.masks(unused_tokens.Config(smoothing=e), {})) for e in (0.0, 0.1)]
    assert arms == [3, 4]


def test_pictures_of_a_run_that_is_no_number_any_more():
    """A log keeps as null what was not finite."""
    none = [None] * 3
    who = {"group": ["common", "rare", "never"], "id": [1, 2, 3], "piece": ["a", "b", "c"], "count": [5, 1, 0]}
    tables = {
        "cone": {"x": none, "y": none},
        "geometry": {"group": who["group"], "matrix": ["out"] * 3, "moved": none, "cosine": none},
        "forces": {"group": who["group"], "push": none, "pull": [None, None, 0.0], "net": none},
        "prompts": {"kind": ["text", "rare"], "entropy": [None, 1.0], "loss": [None, 2.0]},
    }
    lost = run((CHANCE, None, None), never=(CHANCE, None, None), losses=(7.6, math.nan, math.nan), end="diverged")
    events = [Table(0, "members", who), Table(0, "cone", {"x": [0.1] * 3, "y": [0.1] * 3})]
    events += [Table(200, name, columns) for name, columns in tables.items()]
    seen = view({"run": Result((*lost.events[:-1], *events, lost.events[-1]))})
    assert len(figures_19.cone_rows(seen)) == 6
    assert list(figures_19.forces_rows(seen)["group"]) == ["never used"]
    assert figures_19_arms.moved_rows(seen).empty and "nan" not in " ".join(figures_19_arms.share_rows(seen)["label"])
    prompted = view({"run": Result((Table(1, "prompts", tables["prompts"]),))})
    assert list(figures_19.prompts_rows(prompted)["label"]) == ["1.00", "2.00"]


def test_a_bar_too_short_for_its_number_has_it_beside():
    table = Table(1, "prompts", {"kind": ["text", "rare"], "entropy": [0.1, 5.0], "loss": [2.0, 2.5]})
    rows = figures_19.prompts_rows(view({"run": Result((table,))}))
    assert list(rows["side"]) == ["out", "in", "in", "in"]
    assert (
        figures_19.prompts_chart(view({"run": Result((table,))}))[0].to_dict()["layer"][2]["mark"]["color"] != "white"
    )


@pytest.mark.parametrize(("word", "side"), [(" the", "right"), ("ÿ", "left")])
def test_the_token_looked_up_is_named_on_the_side_that_has_room(word, side):
    config = census.Config(word=word)
    seen = ArmView(
        Arm("census", same(""), config),
        "census",
        runs.Status("done", 1, 1),
        Result(tuple(census.run(config, {}))),
        "inline",
    )
    rows = figures_19_arms.zipf_rows(View((seen,), {}))
    assert list(rows[rows["kind"] == "found"]["side"]) == [side]


# --- sentences that hold at the ends of the knobs ---------------------------------------------------------------------


def test_a_model_that_ends_worse_than_it_began_is_said_to():
    def worse(train):
        found = run(
            (CHANCE, -60.0, -106.0), rare=(CHANCE, -99.0, -215.0), never=(CHANCE, -99.0, -229.0), losses=(7.6, 70, 127)
        )
        losses = [Metric(step, "train_loss", value) for step, value in zip((1, 200), train, strict=True)]
        return said(verdict_19.follow_verdict, view({"run": Result((*found.events[:-1], *losses, found.events[-1]))}))

    assert "risen from 7.60 to 127" in worse((7.6, 144.0)) and verdict_19.LOWER.en in worse((7.6, 144.0))
    assert "risen from 7.60 to 127" in worse((7.6, 1.0)) and verdict_19.LOWER.en not in worse((7.6, 1.0)), "overfitting"
    assert "has risen" not in said(verdict_19.follow_verdict, view({"run": run((CHANCE, -6.0, -5.6))}))


def test_a_model_that_learns_its_own_text_by_heart_is_surer_and_of_that_only():
    def learned(train, losses):
        found = run((CHANCE, -5.6, -7.3), losses=losses)
        parts = [Metric(step, "train_loss", value) for step, value in zip((1, 100, 200), train, strict=True)]
        last = [Metric(step, "train_loss", train[2]) for step in range(201, 221)]
        return said(
            verdict_19.follow_verdict, view({"run": Result((*found.events[:-1], *parts, *last, found.events[-1]))})
        )

    by_heart = learned((7.6, 5.85, 2.42), (7.6, 6.385, 6.390))  # as with 5,000 tokens of text
    assert "got worse" not in by_heart and "The surer" not in by_heart and "the surer the model is" in by_heart
    assert "training loss went from 5.85 to 2.42, the test loss from 6.38 to 6.39" in by_heart
    both = learned((7.6, 5.85, 5.0), (7.6, 6.0, 5.0))
    assert "its own text only" not in both and "the surer the model is" in both
    assert "got worse" not in learned((7.6, 5.8, 5.8), (7.6, 6.385, 6.390)), "five thousandths of a nat are no rise"
    assert "got worse" in learned((7.6, 5.8, 5.9), (7.6, 5.0, 9.0))


def test_the_cooled_softmax_is_said_to_be_as_slow_as_it_is():
    note = next(p for p in lesson_19.FOLLOW.presets if p.name == "cooled").look_for
    assert (
        "three to five times" in note.en and "ba đến năm lần" in note.vi
    )  # steps to a gap of 1, 2, 4 nats: 70, 120, 260 for 20, 30, 50


def test_how_much_of_a_vocabulary_is_unused_is_said_of_the_byte_pairs():
    shares = {}
    for corpus in ("manual", "tales-en"):
        result = Result(tuple(census.run(census.Config(corpus=corpus), {})))
        shares[corpus] = 1 - result.final("used_share")
    assert shares["manual"] == pytest.approx(1 / 3, abs=0.05) and shares["tales-en"] == pytest.approx(0.9, abs=0.05)
    words = Result(tuple(census.run(census.Config(corpus="tales-en", tokenizer="words"), {})))
    assert 1 - words.final("used_share") < 0.1, "word by word it is another share: the tooltip must name the byte pairs"
    help = next(c.help for c in lesson_19.CONTROLS if c.field == "corpus")
    assert "2,000 byte pairs" in help.en and "2,000 cặp byte" in help.vi


def test_titles_and_descriptions_promise_nothing_that_a_knob_takes_away():
    assert figures_19_arms.saved.title.en.endswith("?"), "one sentence and five steps do not bring it back"
    assert "gather on the left" not in figures_19.cone.alt.en, "at step 0 nothing has gathered"


def test_tokens_that_never_occur_are_not_said_not_to_exist():
    words = said(verdict_19_arms.mask_verdict, view(dict.fromkeys(("plain", "logits", "loss", "smooth"), UPFALL)))
    masked = run((CHANCE, -5.6, -6.8), never=(CHANCE, CHANCE, CHANCE - 1))
    words += said(verdict_19_arms.mask_verdict, view({"plain": UPFALL, "logits": masked, "loss": UPFALL}))
    assert "tokens that never occur" in words and "do not exist" not in words
