"""Lesson 13's rules in words: on `apply` as it is computed here, and on made-up runs."""

import math
from dataclasses import replace

import pytest

from app.lesson import start
from app.view import ArmView, View, look
from core.events import Finished, Metric, Started, Table
from core.result import Result
from core.runs import Status
from pages import claims_13, verdict_13, verdict_13_growth
from pages import lesson_13_model_5_weight_inits as page


def applied(visited=4, **values):
    config = replace(page.APPLY, **values)
    return View(tuple(look(a) for a in page.single(config, {})), {"visited": visited})


def run(grows, kurtosis=3.1, reason="done", outside=0.0, **metrics):
    """A run of 200 steps whose blocks' QKV go from 0.02 to 0.02 + grows·10⁻⁴."""
    table = {"block": list(range(1, len(grows) + 1)), "qkv": [0.02] * len(grows), "outside": [outside] * len(grows)}
    last = table | {"qkv": [0.02 + 1e-4 * g for g in grows]}
    events = [Started(200, {"references": {"uniform": 7.6}}), Table(0, "spread", table), Table(200, "spread", last)]
    values = {"growth": 1e-4 * sum(grows) / len(grows), "kurtosis": kurtosis, "test_loss": 6.0} | metrics
    events += [Metric(0, "entropy", 1.0), *(Metric(200, n, v) for n, v in values.items())]
    events += [Metric(200, "train_loss", 6.0, 1.0), Finished(200, reason)]
    return Result(tuple(events))


def view(arms, results):
    return View(
        tuple(
            ArmView(a, a.label, Status("done", 200, 200), results[a.label], "live") for a in arms if a.label in results
        ),
        {},
    )


def words(lines):
    return " ".join(line.en for line in lines)


def test_the_order_decides_and_the_prediction_waits_for_the_end():
    first, turned = (p.answer for p in verdict_13.APPLY_PREDICTIONS)
    assert first(applied()) == "linear" and turned(applied()) is None
    assert turned(applied(order="head")) == "xavier" and first(applied(order="head")) is None
    assert first(applied(visited=3)) is None and first(applied(tying="untied")) is None
    assert [verdict_13.winner("embedding")(applied(seed=s)) for s in range(5)] == ["linear"] * 5


@pytest.mark.parametrize(
    ("visited", "values", "said"),
    [
        (0, {}, "visited nobody"),
        (1, {}, "both stand at 0.0063"),
        (4, {}, "the rule for Linear, which wants 0.0200"),
        (4, {"order": "head"}, "the rule for embeddings, which wants 0.0063"),
        (4, {"tying": "untied"}, "Two matrices"),
        (4, {"moved_first": True}, "Two matrices"),
        (4, {"moved_first": True, "tying": "same"}, "end at 0.0"),
        (4, {"linear_std": 1.0}, "no start for training"),
    ],
)
def test_the_verdict_says_who_wrote_last(visited, values, said):
    assert said in words(verdict_13.apply_verdict(applied(visited, **values)))


def test_an_output_layer_that_nobody_visited_keeps_what_it_shared():
    """Made tied, it is the embedding's N(0, 1) that is left in it; made untied, a Linear's default."""
    for values, told, low, high in (
        ({"moved_first": True}, "N(0, 1), from when", 0.9, 1.1),
        ({"tying": "untied"}, "PyTorch's default", 0.01, 0.03),
    ):
        seen = applied(3, **values)
        assert told in words(verdict_13.apply_verdict(seen)) and low < verdict_13.entry(seen, "head")[0] < high


@pytest.mark.parametrize("values", [{"tying": "same"}, {"tying": "course"}, {"tying": "course", "moved_first": True}])
def test_before_any_visit_an_output_layer_that_was_tied_is_as_wide_as_the_embedding(values):
    seen = applied(0, **values)
    assert verdict_13.entry(seen, "head")[1] == 1.0
    assert "the output layer with them" in words(verdict_13.apply_verdict(seen))
    apart = applied(0, tying="untied")
    assert verdict_13.entry(apart, "head")[1] < 0.03 and "every Linear is" in words(verdict_13.apply_verdict(apart))


def test_a_gap_is_a_second_matrix():
    arms = page.ways(page.TIED, {})
    one = {"gap": 0.0, "audit_counted": 10.0, "wte": 0.05, "head": 0.05}
    results = {
        "same": run([40, 40], **one),
        "course": run([50, 50], **(one | {"audit_counted": 15.0})),
        "moved": run([40, 40], **(one | {"audit_counted": 15.0, "gap": 1.5, "head": 0.04})),
        "untied": run([40, 40], **(one | {"audit_counted": 15.0, "gap": 1.6})),
    }
    said = words(verdict_13.tie_verdict(view(arms, results)))
    assert "is not tied" in said and "updates it twice" in said and "The true tie ends lowest" in said
    assert "0.400 nats behind" in words(
        verdict_13.tie_verdict(view(arms, results | {"same": run([40, 40], **(one | {"test_loss": 6.4}))}))
    )
    assert verdict_13.tie_answer(view(arms, results)) == "two"
    assert verdict_13.tie_answer(view(arms, results | {"moved": run([40, 40], **one)})) == "one"


@pytest.mark.parametrize(
    ("noise", "answer", "said"),
    [
        (run([1, 1]), "no", "only the difference"),
        (run([15, 15]), "less", "only the difference"),
        (run([38, 38]), "same", "as much as text does"),
    ],
)
def test_noise_is_held_against_text(noise, answer, said):
    seen = view(page.kinds(page.GROWTH, {}), {"text": run([50, 30]), "uniform": noise})
    assert verdict_13_growth.noise_answer(seen) == answer
    assert said in words(verdict_13_growth.growth_verdict(seen))
    course = page.kinds(replace(page.GROWTH, divide_logits=True), {})
    assert verdict_13_growth.noise_answer(view(course, {a.label: noise for a in course})) is None


def test_weights_outside_the_courses_axis_are_reported():
    arms = page.kinds(page.GROWTH, {})
    seen = view(arms, {a.label: run([50, 30], outside=0.92) for a in arms})
    assert "92.0 % of a block" in words(verdict_13_growth.growth_verdict(seen))


def test_a_diverged_run_is_called_that():
    arms = page.kinds(page.GROWTH, {})
    seen = view(arms, {a.label: run([50, 30], reason="diverged") for a in arms})
    said = words(verdict_13_growth.growth_verdict(seen))
    assert (
        said.startswith("text: diverged at step 200.") and said.count("diverged") == len(arms) and "widen" not in said
    )


def test_who_leads_is_read_against_the_median_of_the_others():
    assert verdict_13_growth.lead(run([80, 10, 30, 20])) == pytest.approx(4)
    assert verdict_13_growth.lead(run([80, 10, 30, 20, 25])) == pytest.approx(80 / 22.5)
    assert math.isnan(verdict_13_growth.lead(run([80, -1, -2, -3])))


@pytest.mark.parametrize(
    ("grows", "answer"),
    [
        ([80, 20, 18, 16], "first"),
        ([16, 18, 20, 80], "last"),
        ([16, 80, 20, 18], "middle"),
        ([20, 22, 25, 21], "alike"),
    ],
)
def test_the_leading_block_is_read_from_the_run(grows, answer):
    arms = page.recipes(page.LAYERS, {"seeds": 1})
    seen = view(arms, {"course": run(grows), "plain": run([20, 20, 20, 20])})
    assert verdict_13_growth.layers_answer(seen) == answer
    assert "no clear leader" in words(verdict_13_growth.layers_verdict(seen))


def test_seeds_multiply_the_recipes_and_noise_arms_differ_only_in_their_data():
    assert {a.config.seed for a in page.recipes(page.LAYERS, {"seeds": 3})} == {0, 1, 2}
    assert len({replace(a.config, data="text") for a in page.kinds(page.GROWTH, {})}) == 1


def test_every_claim_of_the_course_is_there_and_quick_starts_before_the_end():
    ids = [c.id for c in page.LESSON.claims]
    assert ids[:10] == [f"13.{letter}" for letter in "abcdefghij"]
    assert not {s for c in page.LESSON.claims for s in c.seeds if c.kind == "training"} & set(range(5))
    assert start(page.LESSON, page.LESSON.playgrounds[0])["visited"] < 4
    assert claims_13.growth is verdict_13_growth.growth


# --- results nobody hopes for ----------------------------------------------------------------------------------------


def ties(**changed):
    usual = {"gap": 0.0, "audit_counted": 10.0, "wte": 0.05, "head": 0.05}
    double = usual | {"audit_counted": 15.0}
    results = {
        "same": run([40, 40], **usual),
        "course": run([40, 40], **double),
        "moved": run([40, 40], **(double | {"gap": 1.5})),
        "untied": run([40, 40], **(double | {"gap": 1.6})),
    }
    return view(page.ways(page.TIED, {}), results | {k: run([40, 40], **(double | v)) for k, v in changed.items()})


def test_ties_are_not_compared_with_runs_that_fell():
    for bad in (math.nan, math.inf):
        said = words(
            verdict_13.tie_verdict(ties(untied={"test_loss": bad, "reason": "diverged"}, course={"test_loss": bad}))
        )
        assert "diverged at step 200" in said and "true tie" not in said
        assert "∞" not in said and "NaN" not in said


def test_two_matrices_too_young_to_differ_are_not_called_one():
    assert verdict_13.tie_answer(ties(moved={"gap": 0.001})) is None


def test_losses_that_have_not_come_down_say_nothing_of_ties():
    seen = ties()
    begun = tuple(
        replace(a, result=Result((a.result.events[0], Metric(0, "test_loss", 6.0), *a.result.events[1:])))
        for a in seen.arms
    )
    said = words(verdict_13.tie_verdict(View(begun, {})))
    assert "has learned anything" in said and "nats of the best" not in said


def test_noise_may_widen_more_and_may_diverge():
    arms = page.kinds(page.GROWTH, {})
    more = words(verdict_13_growth.growth_verdict(view(arms, {"text": run([10, 10]), "uniform": run([30, 30])})))
    assert "more than text does" in more and "as much as" not in more
    fell = view(arms, {"text": run([10, 10]), "uniform": run([30, 30], reason="diverged")})
    said = words(verdict_13_growth.growth_verdict(fell))
    assert "diverged at step 200" in said and "widens" not in said and verdict_13_growth.noise_answer(fell) is None
    decayed = page.kinds(replace(page.GROWTH, weight_decay=3.0), {})
    assert verdict_13_growth.noise_answer(view(decayed, {"text": run([10, 10]), "uniform": run([1, 1])})) is None


def test_weights_that_are_no_numbers_are_neither_read_nor_ranked():
    lost = Result(
        tuple(
            replace(e, columns=e.columns | {"qkv": [None] * 4}) if e.kind == "table" and e.step else e
            for e in run([1, 1, 1, 1]).events
        )
    )
    arms = page.recipes(page.LAYERS, {"seeds": 1})
    seen = view(arms, {"course": lost, "plain": lost})
    assert verdict_13_growth.layers_verdict(seen) == [] and verdict_13_growth.layers_answer(seen) is None
    assert verdict_13_growth.growth_readouts(view(page.kinds(page.GROWTH, {}), {"text": lost, "uniform": lost})) == []


def test_the_block_that_leads_is_named_and_the_reason_follows_the_answer():
    arms = page.recipes(page.LAYERS, {"seeds": 1})
    late = view(arms, {"course": run([16, 18, 20, 80]), "plain": run([20, 20, 20, 20])})
    assert "block 4 widens most" in words(verdict_13_growth.layers_verdict(late))
    assert "Block 1 by" not in verdict_13_growth.LAYERS_PREDICTION.why(late).en
    first = view(arms, {"course": run([80, 20, 18, 16]), "plain": run([20, 20, 20, 20])})
    assert "Block 1 by a factor of 4.44" in verdict_13_growth.LAYERS_PREDICTION.why(first).en
    few = page.recipes(replace(page.LAYERS, blocks=4), {"seeds": 1})
    assert verdict_13_growth.layers_answer(view(few, {"course": run([80, 20, 18, 16]), "plain": run([20] * 4)})) is None


# --- sentences held against the numbers beside them ------------------------------------------------------------------


def test_a_wide_linear_is_a_bad_start_only_where_it_writes_the_output_layer():
    assert "no start for training" in words(verdict_13.apply_verdict(applied(linear_std=1.0, moved_first=True)))
    assert "no start" not in words(verdict_13.apply_verdict(applied(linear_std=1.0, order="head")))


@pytest.mark.parametrize(
    ("visited", "values", "said"),
    [
        (1, {}, "Not visited yet"),
        (4, {}, "Xavier normal"),
        (4, {"position_std": 0.1}, "σ of their own"),
        (4, {"embedding_init": "pytorch"}, "By the rule for embeddings"),
    ],
)
def test_the_rule_beside_the_positions_is_the_one_that_wrote_them(visited, values, said):
    assert said in verdict_13.apply_readouts(applied(visited, **values))[1].help.en


def test_the_count_is_explained_for_the_tie_in_front():
    def why(**values):
        return verdict_13.apply_readouts(applied(**values))[2].help.en

    assert "V·d numbers twice" in why() and "counted once" in why(tying="same")
    assert "stored twice" in why(tying="untied") and "stored twice" in why(moved_first=True)


def test_who_is_ahead_is_named_and_the_broken_tie_is_judged_by_its_own_loss():
    behind = {"same": {"test_loss": 5.734, "audit_counted": 10.0}, "course": {"test_loss": 5.552}}
    far = words(
        verdict_13.tie_verdict(ties(**behind, moved={"test_loss": 5.3, "gap": 1.5}, untied={"test_loss": 5.903}))
    )
    assert "0.182" not in far and "two matrices, or one updated twice" not in far
    assert "ends 0.434 nats below the true one" in far
    near = words(
        verdict_13.tie_verdict(ties(**behind, moved={"test_loss": 5.72, "gap": 1.5}, untied={"test_loss": 5.9}))
    )
    assert "0.182 nats behind “the course's, on the CPU”" in near and "0.0140 nats from the true one" in near
    bad = words(verdict_13.tie_verdict(ties(**behind, moved={"test_loss": 5.9, "gap": 1.5}, untied={"test_loss": 5.9})))
    assert "ends 0.166 nats above the true one" in bad and "hides" not in bad


def test_ties_are_not_ranked_before_a_model_is_below_the_frequencies():
    near = {"moved": {"test_loss": 6.234, "gap": 1.5}, "course": {"test_loss": 6.2}}
    seen = ties(same={"test_loss": 6.246, "audit_counted": 10.0}, untied={"test_loss": 6.18}, **near)

    def with_line(line):
        facts = {"references": {"uniform": 7.6, "unigram": line}}
        arms = (replace(a, result=Result((Started(200, facts), *a.result.events[1:]))) for a in seen.arms)
        return words(verdict_13.tie_verdict(View(tuple(arms), {})))

    assert "too early to say which tie" in with_line(5.9) and "nats behind" not in with_line(5.9)
    assert "nats behind" in with_line(6.2)
    seen = ties(same={"test_loss": 11.285, "audit_counted": 10.0}, untied={"test_loss": 8.691})  # far apart already
    assert "nats behind" in with_line(5.9)


def test_equal_stds_are_not_called_two():
    rows = verdict_13.tie_readouts(ties(moved={"gap": 0.0005, "wte": 0.02, "head": 0.02}))
    assert rows[0].help.en == "Two matrices too, though their stds are still equal."
    rows = verdict_13.tie_readouts(ties(moved={"gap": 1.5, "wte": 0.03, "head": 0.058}))
    assert rows[0].help.en == "Two stds: two matrices."


def test_weights_that_became_narrower_are_not_passed_over():
    arms = page.kinds(replace(page.GROWTH, weight_decay=3.0), {})
    said = words(verdict_13_growth.growth_verdict(view(arms, {"text": run([-50, -42]), "uniform": run([-82, -82])})))
    assert said == "On text the weights have not widened: −46.0 ×10⁻⁴ (mean over blocks). On uniform noise: −82.0."
    alone = words(verdict_13_growth.growth_verdict(view(arms, {"text": run([-50, -42])})))
    assert alone == "On text the weights have not widened: −46.0 ×10⁻⁴ (mean over blocks)."
    assert "have not widened" not in words(
        verdict_13_growth.growth_verdict(view(arms, {"text": run([50, 42]), "uniform": run([-1, -1])}))
    )


def test_noise_that_widens_is_not_answered_with_no_because_text_widens_more():
    seen = view(page.kinds(page.GROWTH, {}), {"text": run([250, 240]), "uniform": run([15, 14])})
    assert verdict_13_growth.noise_answer(seen) == "less"


@pytest.mark.parametrize(
    "grows", [[-10, -40, -41, -40, -42, -40, -39, -41], [0.01, 0.0, 0.02, 0.01, 0.0, 0.06, 0.01, 0.0]]
)
def test_of_blocks_that_have_not_widened_none_is_first(grows):
    arms = page.recipes(page.LAYERS, {"seeds": 1})
    seen = view(arms, {"course": run(grows), "plain": run(grows)})
    assert verdict_13_growth.layers_answer(seen) is None
    said = words(verdict_13_growth.layers_verdict(seen))
    assert said.count("no block has widened") == 2 and "times the median" not in said


def test_the_verdict_and_the_answer_mean_the_same_leader():
    arms = page.recipes(page.LAYERS, {"seeds": 1})

    def both(grows):
        seen = view(arms, {"course": run(grows), "plain": run(grows)})
        return verdict_13_growth.layers_answer(seen), words(verdict_13_growth.layers_verdict(seen))

    answer, said = both([40, 60, 10, 12, 9, 11, 10, 8])  # block 1 is far above the others, and yet not the one
    assert answer == "middle" and "block 2 widens most" in said and "block 1 widens" not in said
    answer, said = both([40, 45, 38, 30, 10, 12, 9, 11])
    assert answer == "middle" and "block 2 widens most" in said
    answer, said = both([30, 10, -1, -2, -1, -3, -1, 5])
    assert answer == "first" and "block 1 widens most, by 30.0" in said and "have not widened" in said
