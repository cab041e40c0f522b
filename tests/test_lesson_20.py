"""Lesson 20's rules on runs that show them: who is ahead by seconds and by steps, what counts as noise, what stays the same."""

import math
from dataclasses import replace

import pytest

from app import theme
from app.lesson import Arm, discover, quick, start
from app.view import ArmView, View
from core import training_options
from core.events import Finished, Metric, Sample, Started, Table
from core.experiments import data_parallel, micro_bench, option_bench, recipe, step_budget
from core.result import Result
from core.runs import Status
from pages import recipes_20, verdict_20, verdict_20_bench
from pages.claims_20 import at_equal_time, seconds_to
from pages.controls_20 import OPTION_NAMES
from pages.figures_20 import at_seconds, common_seconds, race_chart, race_rows
from pages.figures_20_bench import badge, case_chart, case_rows, memory_rows, parts_rows, speed_chart, speed_rows

LESSON = discover()[20]


def play(slug):
    return next(p for p in LESSON.playgrounds if p.slug == slug)


def run_of(losses, step_seconds, reason="done"):
    """A run whose test losses at steps 0, 10, 20, ... are these, every step taking as long."""
    last, events = 10 * (len(losses) - 1), [Started(10 * (len(losses) - 1), {"peak_flops": 1e11})]
    for i, loss in enumerate(losses):
        step = 10 * i
        events.append(Metric(step, "train_loss", loss, step * step_seconds))
        events.append(Metric(step, "test_loss", loss, step * step_seconds))
    for name, value in (("step_ms", 1000 * step_seconds), ("tokens_per_second", 1024 / step_seconds), ("mfu", 0.3)):
        events.append(Metric(last, name, value))
    for name in ("peak_bytes", "saved_bytes", "optimizer_bytes"):
        events.append(Metric(0, name, 1e6))
    return Result((*events, Finished(last, reason)))


def view_of(slug, results, config=None, lang="en", size=1.0, source="live"):
    playground = play(slug)
    config = config or playground.config
    arms = playground.arms(config, {})
    assert len(arms) == len(results)
    views = tuple(
        ArmView(a, a.label, Status("done", r.step, r.step), r, source) for a, r in zip(arms, results, strict=True)
    )
    return View(views, start(LESSON, playground) | vars(config), lang, size)


def said(lines):
    return " ".join(line.en for line in lines)


SHORT = replace(recipes_20.QUICK, steps=20)


def test_the_loss_after_some_seconds_lies_between_its_neighbours():
    run = run_of([4.0, 2.0, 1.0], 0.1)
    assert at_seconds(run, 0.5) == pytest.approx(3.0) and at_seconds(run, 2.0) == 1.0
    assert at_seconds(run, 9.0) == 1.0 and at_seconds(run_of([4.0], 0.1), 1.0) == 4.0  # after the last test it holds
    assert at_seconds(Result(()), 1.0) != at_seconds(Result(()), 1.0)  # nan


def test_a_slow_good_step_wins_by_steps_and_loses_by_seconds():
    """everything: better at every step, three times as slow."""
    runs = [run_of([4, 3, 2.0], 0.1), run_of([4, 3.5, 3.0], 0.1), run_of([4, 3.8, 1.5], 0.3)]
    view = view_of("race", runs, SHORT)
    assert common_seconds(view) == pytest.approx(2.0)
    assert [r[0] for r in verdict_20.standing(view)] == ["yours", "baseline", "everything"]
    assert [r[0] for r in verdict_20.standing(view, "steps")] == ["everything", "yours", "baseline"]
    assert "By steps the order is another" in said(verdict_20.race(view))


def test_level_recipes_are_called_level_and_a_diverged_one_is_named():
    runs = [run_of([4, 3, 2.0], 0.1), run_of([4, 3, 2.01], 0.1), run_of([4, 3.8, 2.5], 0.1)]
    assert "does not tell them apart" in said(verdict_20.race(view_of("race", runs, SHORT)))
    broken = [run_of([4, 3, 9.0], 0.1, "diverged"), *runs[1:]]
    assert "yours" in said(verdict_20.race(view_of("race", broken, SHORT)))


def test_the_order_is_the_answer_only_for_the_recipes_the_question_names():
    runs = [run_of([4, 3, 2.2], 0.1), run_of([4, 3.5, 2.0], 0.1), run_of([4, 3.8, 1.0], 0.1)]
    assert verdict_20.order_answer(view_of("race", runs, SHORT)) == "everything,baseline,yours"
    assert verdict_20.order_answer(view_of("race", runs, replace(SHORT, lr=1e-2))) is None


def test_the_same_recipe_is_run_once():
    assert len(recipes_20.arms(recipe.Config(), {})) == 2
    assert len(recipes_20.arms(recipes_20.of(recipe.Config(), **training_options.MODERN), {})) == 2
    wide = recipes_20.arms(replace(recipes_20.QUICK, width=96, seed=3, batch=8), {})
    assert {a.config.width for a in wide} == {96} and {a.config.seed for a in wide} == {3}
    assert [a.config.batch for a in wide] == [8, 16, 16], "the batch is an option, not a size"


@pytest.mark.parametrize("axis", ["seconds", "step", "tokens"])
def test_the_axis_moves_every_point(axis):
    runs = [run_of([4, 3, 2.0], 0.1)] * 3
    view = view_of("race", runs, replace(SHORT, batch=8))
    view = replace(view, values=view.values | {"axis": axis})
    rows = race_rows(view)
    mine = rows[(rows["arm"] == "yours") & (rows["kind"] == "test")]
    assert list(mine["x"]) == pytest.approx(
        {"seconds": [0, 1, 2], "step": [0, 10, 20], "tokens": [0, 5120, 10240]}[axis]
    )
    race_chart(view).to_dict()
    assert ("same" in set(rows["kind"])) == (axis == "seconds")


def test_what_an_option_does_to_the_result_is_read_off_its_gaps():
    assert badge(2e-7, 2e-5) == "same"
    assert badge(4e-3, 0.07) == "rounding"
    assert badge(0.0, 1.03) == "training" and badge(0.4, 0.7) == "training"
    assert badge(None, None) == badge(math.nan, 0.0) == "model"


def benched(speeds, noise=0.03, **more):
    """{option: (low, middle, high)} as a finished bench."""
    codes = ["baseline", *speeds]
    spread = {"baseline": (1.0, 1.0, 1.0), **speeds}
    table = {"option": codes}
    for place, name in enumerate(("speed_low", "speed", "speed_high")):
        table[name] = [spread[c][place] for c in codes]
    for name in ("low", "ms", "high", "tokens_per_second", "peak", "saved", "optimizer"):
        table[name] = [10.0] * len(codes)
    table["gradient_gap"], table["update_gap"], table["passes"] = ([0.0] * len(codes) for _ in range(3))
    parts = {"option": ["baseline"] * 2, "part": ["forward", "update"], "ms": [3.0, 1.0]}
    events = [Started(5), Table(5, "options", table), Table(5, "parts", parts), Metric(5, "noise", noise)]
    events += [Metric(5, name, value) for name, value in more.items()]
    return Result((*events, Finished(5, "done")))


def test_a_noisy_machine_names_no_winner():
    config = option_bench.Config(options="bfloat16,loop", steps=5)
    quiet = benched({"bfloat16": (1.2, 1.3, 1.4), "loop": (0.9, 1.0, 1.1)})
    words = said(verdict_20_bench.bench(view_of("options", [quiet], config)))
    assert "bfloat16, mixed (1.30 ×)" in words and "noise of this machine: AdamW loop" in words
    noisy = benched({"bfloat16": (1.2, 1.3, 1.4), "loop": (0.9, 1.0, 1.1)}, noise=0.3)
    words = said(verdict_20_bench.bench(view_of("options", [noisy], config)))
    assert "Too noisy" in words and "bfloat16" not in words


@pytest.mark.parametrize(("after", "answer"), [(50, "few"), (500, "some"), (7800, "many"), (math.inf, "never")])
def test_compile_is_judged_by_the_steps_it_takes_to_pay(after, answer):
    result = benched({"compiled": (1.0, 1.05, 1.1)}, compile_seconds=23.4, pays_after=after)
    view = view_of("options", [result], option_bench.Config(options="compiled", steps=5))
    assert verdict_20_bench.compile_answer(view) == answer
    assert ("never pays" in said(verdict_20_bench.bench(view))) == (answer == "never")


def test_the_bench_draws_hollow_what_is_within_the_noise():
    config = option_bench.Config(options="bfloat16,loop", steps=5)
    view = view_of("options", [benched({"bfloat16": (1.2, 1.3, 1.4), "loop": (0.9, 1.0, 1.1)})], config)
    rows = speed_rows(view)
    assert dict(zip(rows["option"], rows["clear"], strict=True)) == {"bfloat16": True, "loop": False}
    assert len(parts_rows(view)) == 2 and len(memory_rows(view)) == 9
    speed_chart(view).to_dict()


def test_every_option_has_a_name_and_every_name_an_option():
    assert set(OPTION_NAMES) == {"baseline", *training_options.BENCHED}


CASES = {
    "attention": [(s, t) for s in ("manual", "math", "flash", "auto, dropout") for t in (16, 64, 256, 1024)],
    "batch": [("step", b) for b in range(62, 67)],
    "vocabulary": [(s, v) for s in ("float32", "bfloat16") for v in (50_256, 50_257, 50_304)],
    "product": [(s, n) for s in ("float32", "bfloat16", "float32, as torch comes") for n in (256, 1024)],
    "layout": [("rows + rows", 0), ("rows + columns", 1), ("product, rows", 3), ("product, columns", 4)],
    "update": [("loop", 0), ("foreach", 1), ("fused", 2)],
    "index": [("int64", 0), ("int32", 1)],
}  # fmt: skip


def operated(what, ms=lambda series, x: 2.0, spread=0.02):
    rows = CASES[what]
    table = {"series": [s for s, _ in rows], "x": [x for _, x in rows]}
    table |= {name: [ms(s, x) * k for s, x in rows] for name, k in (("low", 0.9), ("ms", 1.0), ("high", 1.1))}
    table["rate"] = [1000 * x / ms(s, x) if what == "batch" else 1e9 for s, x in rows]
    events = [Started(5), Sample(0, "float32", "…", "RuntimeError: no"), Table(5, "cases", table)]
    events += [Metric(5, f"{s}/{x:g}", ms(s, x)) for s, x in rows]
    events += [Metric(5, f"spread/{s}/{x:g}", spread) for s, x in rows]
    return Result((*events, Finished(5, "done")))


@pytest.mark.parametrize("what", micro_bench.WHAT)
def test_every_comparison_is_put_in_words_and_drawn(what):
    for lang, size in (("en", 1.0), ("vi", 1.5)):
        view = view_of("operations", [operated(what)], micro_bench.Config(what=what, steps=5), lang, size)
        assert verdict_20_bench.operations(view)[0](lang) and "nan" not in verdict_20_bench.operations(view)[0](lang)
        assert len(case_rows(view)) == len(CASES[what])
        case_chart(view).to_dict()


def test_times_that_scatter_come_with_a_warning():
    config = micro_bench.Config(what="update", steps=5)
    quiet, shaky = (view_of("operations", [operated("update", spread=s)], config) for s in (0.02, 0.4))
    assert "no digit" not in said(verdict_20_bench.operations(quiet)) and "over 40 %" in said(
        verdict_20_bench.operations(shaky)
    )


@pytest.mark.parametrize(("faster", "answer"), [(0.9, "faster"), (1.0, "level"), (1.1, "slower")])
def test_64_against_62_is_judged_by_the_noise(faster, answer):
    result = operated("batch", lambda s, x: x * (faster if x == 64 else 1.0))
    view = view_of("operations", [result], micro_bench.Config(what="batch", steps=5))
    assert verdict_20_bench.batch_answer(view) == answer
    assert ("within the noise" in said(verdict_20_bench.operations(view))) == (answer == "level")


def test_the_budget_speaks_in_the_unit_people_use():
    assert verdict_20.long(578.7).en == "579 days" and verdict_20.long(0.5).en == "12.0 hours"
    assert verdict_20.long(83 / 1440).en == "83.0 minutes"
    result = Result(tuple(step_budget.run(step_budget.Config(), {})))
    view = view_of("budget", [result])
    assert verdict_20.memory_answer(view) == "2"
    assert "124 million parameters" in said(verdict_20.budget(view)) and "1.99 GB" in said(verdict_20.budget(view))


def parallel(losses, rate):
    events = [Metric(i + 1, "train_loss", loss, 0.1 * i) for i, loss in enumerate(losses)]
    facts = {"gradient_bytes": 4e6, "window_share": 8}
    return Result((Started(3, facts), *events, Metric(3, "tokens_per_second", rate), Finished(3, "done")))


def test_two_processes_are_compared_step_by_step():
    config = replace(data_parallel.Config(), steps=3)
    one, same, other = parallel([4, 3, 2], 100), parallel([4, 3.00001, 2], 150), parallel([4, 3.2, 2], 90)
    view = view_of("parallel", [same, one], config)
    assert verdict_20.gap(view) == pytest.approx(1e-5) and verdict_20.parallel_answer(view) == "same"
    assert "1.50 ×" in said(verdict_20.parallel(view))
    view = view_of("parallel", [other, one], config)
    assert verdict_20.parallel_answer(view) == "other" and "costs more" in said(verdict_20.parallel(view))


def test_equal_time_is_the_shortest_of_the_times():
    runs = {"a": run_of([4, 3, 2.0], 0.1), "b": run_of([4, 2, 1.0], 0.2)}
    assert at_equal_time(runs, ("a",), ("b",)) == pytest.approx(2.0 - 2.0)
    assert seconds_to(runs["b"], 2.0) == pytest.approx(2.0) and math.isnan(seconds_to(runs["b"], 0.5))


def test_quick_arms_are_three_recipes_on_one_text():
    arms = quick(LESSON, play("race"))
    assert all(isinstance(a, Arm) for a in arms)
    assert len({(a.config.corpus, a.config.width, a.config.steps, a.config.seed) for a in arms}) == 1
    assert [a.config.optimizer for a in arms] == ["adamw", "adamw", "muon"]


# --- settings the questions are not about, runs that broke, differences that are none --------------------------------


@pytest.mark.parametrize("reason", ["diverged", "done", "stopped"])
def test_a_race_with_a_loss_that_is_no_number_has_no_order(reason):
    runs = [run_of([4, math.nan, math.nan], 0.1, reason), run_of([4, 3, 2.0], 0.1), run_of([4, 3, 1.0], 0.1)]
    view = view_of("race", runs, SHORT)
    words = said(verdict_20.race(view))
    assert words.startswith("yours: diverged at step 20.") and "nan" not in words and "inf" not in words
    assert verdict_20.order_answer(view) is None


def test_recipes_that_are_level_do_not_change_places_by_steps():
    runs = [run_of([4, 3, 2.0], 0.1), run_of([4, 3, 2.01], 0.1), run_of([4, 3, 1.995], 0.101)]
    assert "another" not in said(verdict_20.race(view_of("race", runs, SHORT)))


def test_the_reasons_of_the_order_are_those_of_the_losses():
    def why(*ends):
        return verdict_20.order_why(view_of("race", [run_of([4, 3, e], 0.1) for e in ends], SHORT)).en

    assert "takes learning away" in why(4.3, 2.7, 0.7) and "learns far more" in why(4.3, 2.7, 0.7)
    assert "takes learning away" not in why(2.0, 2.7, 3.0) and "learns far more" not in why(2.0, 2.7, 3.0)


def test_small_shares_keep_their_digits():
    assert [theme.whole(v) for v in (0.35, 0.0031, 0.0)] == ["35 %", "0.31 %", "0 %"]


def budgeted(**values):
    config = replace(step_budget.Config(), **values)
    return view_of("budget", [Result(tuple(step_budget.run(config, {})))], config)


@pytest.mark.parametrize(
    "values",
    [
        {"precision": "pure_bfloat16"},
        {"precision": "bfloat16"},
        {"optimizer": "sgd"},
        {"window": 8192},
        {"d_model": 1600, "layers": 2, "vocabulary": 32_000},
        {"tying": "untied"},
    ],
)
def test_the_memory_in_question_is_gpt2_s(values):
    assert verdict_20.memory_answer(budgeted()) == "2" and verdict_20.memory_answer(budgeted(**values)) is None


def test_the_budget_at_the_ends_of_its_sliders():
    small = budgeted(saved_ms=0.1, updates=1e3, d_model=64, layers=2, vocabulary=500, tokens_per_second=1e7)
    assert "0.100 seconds" in said(verdict_20.budget(small))
    assert not verdict_20.budget_readouts(small)[0].value.startswith(("0 ", "1 "))
    fast = verdict_20.budget_readouts(budgeted(d_model=8192, layers=96, tokens_per_second=1e7))[1]
    assert "e+" not in fast.value and "does not reach" in fast.help.en


def test_processes_whose_losses_part_or_break_are_not_called_the_same():
    config = replace(data_parallel.Config(), steps=3)
    one, other, same = parallel([4, 3, 2], 100), parallel([4, 3.2, 2], 150), parallel([4, 3, 2], 150)
    assert "has grown" in said(verdict_20.parallel(view_of("parallel", [other, one], config)))
    level = view_of("parallel", [same, one], config)
    assert (
        "differ by 0 nats" in said(verdict_20.parallel(level))
        and "difference 0 nats" in verdict_20.parallel_why(level).en
    )
    lost = view_of("parallel", [parallel([4, math.nan, math.nan], 150), one], config)
    assert "no numbers any more" in said(verdict_20.parallel(lost)) and verdict_20.parallel_answer(lost) is None
    assert "-" not in verdict_20.parallel_why(view_of("parallel", [other, one], config)).en


def test_a_bench_of_nothing_has_no_winner_and_no_loser():
    view = view_of("options", [benched({})], option_bench.Config(options="", steps=5))
    assert said(verdict_20_bench.bench(view)).startswith("Only the baseline was timed")
    assert speed_rows(view).empty


def test_compile_is_not_judged_by_a_noisy_machine():
    result = benched({"compiled": (1.0, 1.05, 1.1)}, noise=0.4, compile_seconds=23.4, pays_after=50)
    assert (
        verdict_20_bench.compile_answer(view_of("options", [result], option_bench.Config(options="compiled"))) is None
    )


@pytest.mark.parametrize(
    ("what", "slow", "wrong"),
    [
        ("attention", ("flash",), "never writes"),
        ("product", ("bfloat16",), "gains far less"),
        ("update", ("fused",), "cheer"),
        ("layout", ("product, columns",), "in blocks"),
        ("vocabulary", ("bfloat16", "float32"), "less time"),
    ],
)
def test_a_rival_that_is_no_faster_is_not_praised(what, slow, wrong):
    def ms(series, x):
        return 2.0 * (3 if series in slow and x not in (50_257, 256) else 1)

    view = view_of("operations", [operated(what, ms)], micro_bench.Config(what=what, steps=5))
    assert wrong not in said(verdict_20_bench.operations(view)) and "−" not in said(verdict_20_bench.operations(view))


def test_a_gpu_is_told_nothing_about_a_cpu_s_kernels():
    def ms(series, x):
        return 9.0 if series in ("auto, dropout", "float32, as torch comes") else 2.0

    for what, wrong in (("attention", "on a CPU"), ("product", "MKL")):
        config = micro_bench.Config(what=what, steps=5)
        words = [
            said(verdict_20_bench.operations(view_of("operations", [operated(what, ms)], replace(config, device=d))))
            for d in ("cpu", "cuda")
        ]
        assert wrong in words[0] and wrong not in words[1]


@pytest.mark.parametrize(("context", "rows"), [(32, "1,984 = 31 · 64"), (64, "3,968 = 62 · 64"), (16, "992 rows")])
def test_the_rows_of_62_windows_are_those_of_this_context(context, rows):
    config = micro_bench.Config(what="batch", steps=5, context=context)
    assert rows in verdict_20_bench.batch_why(view_of("operations", [operated("batch")], config)).en


# --- sentences that hold where the gain is small, and labels that say what is set -------------------------------------


def operation_words(what, **factors):
    """What is said where these series take so many times as long as all others."""

    def ms(series, x):
        return 2.0 * factors.get(series.replace(" ", "").replace(",", "").replace("+", ""), {}).get(x, 1)

    return said(
        verdict_20_bench.operations(view_of("operations", [operated(what, ms)], micro_bench.Config(what=what, steps=5)))
    )


def test_a_gain_too_small_to_be_explained_is_not_explained():
    level = operation_words("attention", manual={1024: 1.1})
    assert "never writes" not in level and "does not pay" not in level and "1.10 × at T = 1,024" in level
    assert "never writes" in operation_words("attention", manual={1024: 3})
    short = operation_words("attention", manual={64: 3, 1024: 0.8})
    assert "over long contexts it does not pay here" in short, "at T = 64 it is three times as fast"


@pytest.mark.parametrize(("times", "there"), [(1.5, "as fast"), (1.1, "one here."), (0.9, "gains nothing by it")])
def test_a_product_that_is_a_little_faster_is_not_said_to_gain_nothing(times, there):
    words = operation_words("product", float32={1024: times})
    assert there in words and ("gains nothing" in words) == (times < 1)


def test_products_read_in_blocks_only_where_the_addition_shows_the_difference():
    assert "in blocks" in operation_words("layout", rowscolumns={1: 3})
    assert "in blocks" not in operation_words("layout", rowscolumns={1: 1.1})
    assert "in blocks" not in operation_words("layout", rowscolumns={1: 3}, productcolumns={4: 2})


def test_a_rate_in_a_label_is_the_rate_that_is_set():
    hot = next(p for p in play("race").presets if p.name == "hot")
    assert (
        f"learning rate {hot.values['lr']:g}," in hot.label.en and f"tốc độ học {hot.values['lr']:g}," in hot.label.vi
    )


def test_processes_that_wait_for_a_core_are_not_said_to_lose_by_exchanging_alone():
    config = replace(data_parallel.Config(), steps=3, processes=4)
    view = view_of("parallel", [parallel([4, 3, 2], 90), parallel([4, 3, 2], 100)], config)
    assert "waiting for each other" in said(verdict_20.parallel(view))


def test_seconds_of_two_machines_are_not_compared_as_if_they_were_of_one():
    runs = [run_of([4, 3, 2.0], 0.1), run_of([4, 3, 2.5], 0.1), run_of([4, 3, 1.0], 0.1)]
    view = view_of("race", runs, SHORT, source="stored")
    assert "These seconds were measured on the machine" in said(verdict_20.race(view))
    mixed = replace_arms(view, (replace(view.arms[0], source="live"), *view.arms[1:]))
    words = said(verdict_20.race(mixed))
    assert "stored runs (baseline: AdamW 1e-3, everything on)" in words and "by steps can be trusted" in words
    own = replace_arms(view, tuple(replace(a, source="live") for a in view.arms))
    assert "stored" not in said(verdict_20.race(own))


def replace_arms(view, arms):
    return View(arms, view.values, view.lang, view.size)


def test_this_processor_s_passing_measure_is_not_called_a_ceiling():
    readouts = verdict_20.budget_readouts(budgeted(hardware="cpu", tokens_per_second=1e7))
    helps = " ".join(r.help.en for r in readouts)
    assert "does not reach" not in helps and "Nothing goes faster" not in helps and "NumPy" in helps
    assert "Nothing goes faster" in " ".join(r.help.en for r in verdict_20.budget_readouts(budgeted()))


def test_logits_outweigh_what_the_small_budget_s_note_says_and_no_more():
    small = next(p for p in play("budget").presets if p.name == "small")
    result = budgeted(**small.values).main
    model = sum(result.final(f"bytes_{n}") for n in ("weights", "gradients", "optimizer"))
    assert model < result.final("bytes_logits") < result.final("bytes_activations")
    assert "everything" not in small.look_for.en


def test_a_run_that_fell_because_nothing_was_divided_is_told_to_divide():
    runs = [run_of([7.6, math.nan], 0.1, "diverged"), run_of([4, 3], 0.1), run_of([4, 3], 0.1)]
    forgot = next(p for p in play("race").presets if p.name == "forgot").values | {"steps": 10}
    words = said(verdict_20.race(view_of("race", runs, replace(SHORT, **forgot))))
    assert "losses of 16 micro-batches were added up" in words and "tenth" not in words
    for other in ({"divide": True}, {"optimizer": "adamw"}, {"clip": 1.0}):
        assert "tenth" in said(verdict_20.race(view_of("race", runs, replace(SHORT, **forgot | other))))


def test_the_micro_batches_that_were_added_up_are_those_the_batch_was_cut_into():
    runs = [run_of([7.6, math.nan], 0.1, "diverged"), run_of([4, 3], 0.1), run_of([4, 3], 0.1)]
    forgot = next(p for p in play("race").presets if p.name == "forgot").values | {"steps": 10, "batch": 16}
    words = said(verdict_20.race(view_of("race", runs, replace(SHORT, **forgot | {"accumulate": 32}))))
    assert "losses of 16 micro-batches" in words
    words = said(verdict_20.race(view_of("race", runs, replace(SHORT, **forgot | {"accumulate": 2, "batch": 1}))))
    assert "micro-batches" not in words and "tenth" in words, "one window cannot be cut"


def test_what_is_listed_by_itself_or_read_aloud_says_what_it_is_about():
    claim = next(c for c in LESSON.claims if c.id == "20.e2")
    assert claim.text.en.startswith("A training divided") and claim.text.vi.startswith("Một quá trình huấn luyện")
    alt = play("parallel").figures[0].alt
    assert "where both are the same training" in alt.en and "nếu thật sự là cùng một quá trình huấn luyện" in alt.vi
