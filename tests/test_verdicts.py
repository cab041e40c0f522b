"""What the page says of runs whose learning rate was far too high: that, and nothing that it only looks like."""

from dataclasses import replace

from app.i18n import same
from app.lesson import Arm
from app.view import ArmView, View
from core.events import Finished, Metric, Started
from core.experiments import borrowed, like_x, model1
from core.result import Result
from core.runs import Status
from pages import controls_07, verdict_05, verdict_07, verdict_10


def run(steps: int, facts: dict, **metrics) -> Result:
    """A finished run with these metrics, each {step: value}."""
    points = [Metric(step, name, value) for name, values in metrics.items() for step, value in values.items()]
    return Result((Started(steps, facts), *points, Finished(steps, "done")))


def view(results: dict, config, values: dict | None = None, *, active: bool = False) -> View:
    status = Status("running" if active else "done", 1, 1)
    return View(
        tuple(ArmView(Arm(k, same(k), config(k)), k, status, r, "live") for k, r in results.items()), values or {}
    )


def text(said) -> str:
    return " ".join(t.en for t in said)


# --- lesson 5 -----------------------------------------------------------------------------------------------------


def told_of_model1(own: dict, test: dict) -> str:
    facts = {"references": {"uniform": 7.6, "best": 1.34}}
    arm = Arm("next", same("next"), replace(model1.Config(), steps=600))
    return text(verdict_05.judge(arm, run(600, facts, test_loss=test, text_loss=own)))


def test_a_run_that_comes_down_and_is_thrown_back_again_and_again_is_not_called_still_falling():
    test = {0: 7.6, 100: 1.7, 400: 1.9, 500: 2.9, 600: 2.4}
    said = told_of_model1(test, test)
    assert "at step 100 it had been at 1.70" in said and "ten times smaller" in said and "falling" not in said


def test_a_run_that_learns_a_short_text_by_heart_has_not_been_thrown():
    said = told_of_model1({0: 7.6, 100: 1.7, 500: 1.4, 600: 1.3}, {0: 7.6, 100: 2.0, 500: 2.2, 600: 2.5})
    assert "jump over the goal" not in said


# --- lesson 10 ----------------------------------------------------------------------------------------------------


def bent(clean: float, *, active: bool = False):
    results = {
        "chosen": run(250, {}, test_loss={0: 3.0, 250: clean}, wrote_text={250: 0.18}),
        "clean": run(250, {}, test_loss={0: 3.0, 250: clean}),
    }
    return view(results, lambda _: like_x.Config(), active=active)


def test_a_ruined_clean_run_is_told_before_anything_about_the_bias():
    assert "the learning rate has ruined both" in text(verdict_10.verdict(bent(4.6)))
    assert "did not notice" in text(verdict_10.verdict(bent(2.8)))


def test_nothing_is_concluded_while_a_run_goes_on():
    assert verdict_10.verdict(bent(2.8, active=True)) == []


def test_the_price_list_of_a_ruined_model_says_so():
    def listed(base):
        runs = {f"{w:g}": run(150, {}, test_loss={0: 3.0, 150: base + w}, p_set_text={150: w}) for w in verdict_10.GRID}
        return text(verdict_10.grid_verdict(view(runs, lambda _: like_x.Config())))

    assert "ruined" in listed(4.6) and "ruined" not in listed(2.9)


# --- lesson 7 -----------------------------------------------------------------------------------------------------

FACTS = {"references": {"uniform": 7.6}, "parameters": 10, "trainable": 5}


def yours(train: float) -> str:
    arm = controls_07.against(borrowed.Config(), {})[0]
    steps = {s: train for s in range(1, 251)}
    result = run(250, FACTS, test_loss={0: 7.6, 50: 7.0, 250: 9.4}, same_loss={0: 7.6, 250: 9.4}, train_loss=steps)
    return text(verdict_07.verdict(View((ArmView(arm, "yours", Status("done", 250, 250), result, "live"),), {})))


def test_worse_than_guessing_is_by_heart_only_where_the_own_text_has_become_easier():
    assert yours(2.0).count("by heart") == 2
    assert "by heart" not in yours(9.4) and "no better on the text it was trained on" in yours(9.4)


def test_who_wins_among_models_that_are_all_worse_than_guessing_is_no_comparison():
    def dialled(best):
        def end(ratio):
            losses = {0: 7.6, 250: best + ratio}
            return run(250, FACTS, test_loss=losses, same_loss=losses)

        config = borrowed.Config()
        arms = [Arm(f"{r:g}", same(""), replace(config, ratio=r)) for r in controls_07.RATIOS]
        seen = [ArmView(a, a.label, Status("done", 250, 250), end(a.config.ratio), "live") for a in arms]
        return text(verdict_07.dial_verdict(View(tuple(seen), {"score": "final"})))

    assert "no comparison" in dialled(7.7) and "lowest" in dialled(6.5)
