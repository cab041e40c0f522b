"""What lesson 11 says, on runs made to show it: the verdicts follow the numbers, the answers come from the run."""

from dataclasses import replace

import pytest

from app.i18n import same
from app.lesson import Arm
from app.view import ArmView, View, inline
from core.events import Finished, Metric, Started, Table
from core.experiments import attention_scale, dot_growth, dot_products, gains, softmax_spread
from core.result import Result
from core.runs import Status
from pages import verdict_11 as rules
from pages import verdict_11_trained
from pages.figures_11 import strip_rows
from pages.lesson_11_numerical_scaling import LESSON, TRAIN, train_arms


def seen(label, config, result, color=0):
    return ArmView(Arm(label, same(label), config, color), label, Status("done", 0, 0), result, "inline")


def dots(**values):
    config = dot_products.Config(**values)
    law = dot_growth.Config(mean=config.mean, std=config.std, product=config.product)
    return View((seen("dots", config, inline(config)), seen("growth", law, inline(law))), {})


def said(rule, view):
    return " ".join(line.en for line in rule(view))


def test_the_length_question_is_answered_by_the_measured_law_and_only_for_plain_entries():
    assert rules.at_200(dots()) == pytest.approx(14.1, abs=rules.LENGTH.tolerance)
    assert rules.at_200(dots(std=2.0)) is None and rules.at_200(dots(mean=1.0)) is None
    assert rules.at_200(dots(product="elementwise")) is None


def test_each_case_of_the_dot_products_has_its_own_sentence():
    assert "they are back at" in said(rules.dots_verdict, dots())
    assert "adds up nothing" in said(rules.dots_verdict, dots(product="elementwise"))
    assert "the mean adds up as well" in said(rules.dots_verdict, dots(mean=1.0))
    assert "the mean adds up as well" not in said(rules.dots_verdict, dots(mean=0.1))  # too little to be seen
    assert "σ²√d says 7.07. After division by √50 = 7.07" in said(rules.dots_verdict, dots(mean=0.1))
    assert "share a direction" in said(rules.dots_verdict, dots(correlation=0.5))
    hot = {"dtype": "float16", "std": 15.0, "d": 4096, "correlation": 0.9}
    assert "cannot bring them back" in said(rules.dots_verdict, dots(**hot))
    assert "none does" in said(rules.dots_verdict, dots(**hot, divide="before"))


def test_infinite_scores_are_drawn_at_the_edge_and_not_lost():
    rows = strip_rows(dots(dtype="float16", std=15.0, d=4096, correlation=1.0))
    assert (rows["kind"] == "overflow").any() and rows["value"].notna().all()


def softmaxes(**values):
    config = softmax_spread.Config(**values)
    raw = replace(config, exponent=0.0)
    return View((seen("chosen", config, inline(config)), seen("raw", raw, inline(raw))), {})


def test_the_gradient_question_is_answered_only_where_it_was_asked():
    assert rules.split_answer(softmaxes()) == "larger"
    assert rules.split_answer(softmaxes(d=256)) is None and rules.split_answer(softmaxes(exponent=1.0)) is None


def test_a_flat_softmax_is_called_a_plain_average():
    assert "plain average" in said(rules.softmax_verdict, softmaxes(attention_scale=0.0))
    assert "plain average" not in said(rules.softmax_verdict, softmaxes())


def trained(losses, config=TRAIN, reason="done"):
    """A view of the four arms whose runs end at these losses, in order."""
    arms = []
    for arm, loss in zip(train_arms(config, {}), losses, strict=True):
        events = [
            Started(200),
            *(Metric(s, n, v) for s in (0, 200) for n, v in (("score_std", 4.0), ("entropy", 0.37), ("raw_std", 4.0))),
        ]
        events += [Metric(200, "test_loss", loss), Finished(200, reason)]
        arms.append(seen(arm.label, arm.config, Result(tuple(events))))
    return View(tuple(arms), {})


def test_a_gap_is_a_cost_a_gain_or_no_difference_one_run_could_show():
    costs = said(verdict_11_trained.train_verdict, trained((5.9, 5.6, 5.41, 5.4)))
    assert "costs +0.300" in costs and "no difference one run could show (+0.010" in costs
    assert "is better here (−0.200" in said(verdict_11_trained.train_verdict, trained((5.4, 5.6, 5.4, 5.4)))
    assert "diverged" in said(verdict_11_trained.train_verdict, trained((5.4, 5.6, 5.4, 5.4), reason="diverged"))


def test_where_the_sliders_meet_a_reference_there_are_fewer_runs_and_the_page_still_speaks():
    assert len(train_arms(TRAIN, {})) == 4
    assert len(train_arms(replace(TRAIN, init_std=0.02), {})) == 2
    assert len(train_arms(replace(TRAIN, attention_scale=1.0, init_std=0.02), {})) == 1
    config = replace(TRAIN, init_std=0.02)
    assert "costs" in said(verdict_11_trained.train_verdict, trained((5.9, 5.6), config))


def test_where_a_head_looks_at_birth_is_read_from_its_entropy():
    view = trained((5.9, 5.6, 5.4, 5.4))
    assert verdict_11_trained.birth_answer(view) == "few"  # the made-up entropy is 0.37
    other = replace(TRAIN, attention_scale=8.0)
    assert verdict_11_trained.birth_answer(trained((5.9, 5.6, 5.4, 5.4), other)) is None


def read(gain=1.0, gap=1e-8, first=(0.07, 0.3)):
    names, blank = ["1.ln_1", "1.ln_2", "ln_f"], [0.0] * 3
    norms = {"norm": names, "gain": [gain] * 3, "gain_std": blank, "shift": blank, "shift_std": blank}
    small = norms | {"before": [first[0]] * 3, "after": [first[1]] * 3}
    table = {"factor": [0.3] * 3, "way": list(gains.WAYS), "loss": [5.5, 4.9, 4.8]}
    events = (
        Started(300),
        Table(300, "norms", norms | {"before": blank, "after": blank}),
        Table(300, "rescale", table),
        Table(300, "small", small),
        Metric(300, "base_loss", 4.8),
        Metric(300, "same_gap", gap),
        Finished(300, "done"),
    )
    return View((seen("main", gains.Config(), Result(events)),), {"factor": 0.3})


def test_gains_that_stayed_and_gains_that_moved_are_told_apart():
    assert "hardly moved" in said(verdict_11_trained.gains_verdict, read())
    assert "hardly moved" not in said(verdict_11_trained.gains_verdict, read(gain=0.3))


def test_small_gains_may_amplify_or_shrink_and_the_verdict_says_which():
    assert "still amplifies" in said(verdict_11_trained.gains_verdict, read())
    assert "still shrinks" in said(verdict_11_trained.gains_verdict, read(first=(2.0, 0.3)))


def test_the_chosen_factor_picks_its_losses():
    view = read()
    assert [verdict_11_trained.rescaled(view, way) for way in gains.WAYS] == [5.5, 4.9, 4.8]
    assert verdict_11_trained.still_answer(view) == "same" and verdict_11_trained.still_answer(read(gap=0.2)) == "other"


def test_the_default_of_the_lesson_is_a_head_of_sixteen():
    config = attention_scale.Config()
    assert (config.width // config.heads) ** 0.5 == TRAIN.attention_scale


# --- results nobody hopes for ----------------------------------------------------------------------------------------


def test_the_gradient_splits_only_where_rows_have_died():
    assert "it splits" in said(rules.softmax_verdict, softmaxes())
    for small in (0.01, 0.1):  # both are flat: one mean is a hair above the other, and nothing is dead
        assert "it splits" not in said(rules.softmax_verdict, softmaxes(std=small))


@pytest.mark.parametrize("other", [{"std": 30.0}, {"attention_scale": 0.0}, {"form": "course"}])
def test_the_gradient_question_is_left_open_for_other_entries(other):
    assert rules.split_answer(softmaxes(**other)) is None


def test_of_two_runs_that_have_not_learned_none_is_praised():
    view = trained((7.9, 7.6, 7.6, 7.6))
    events = lambda r: (r.events[0], Metric(0, "test_loss", 7.6), *r.events[1:])  # noqa: E731
    view = View(tuple(replace(a, result=Result(events(a.result))) for a in view.arms), {})
    text = said(verdict_11_trained.train_verdict, view)
    assert text.count("neither run has learned") == 2 and "costs" not in text
    assert "−0.000" not in said(verdict_11_trained.train_verdict, trained((5.6, 5.6, 5.3999, 5.4)))


def test_the_scale_that_takes_the_division_back_is_that_of_the_heads():
    config = replace(TRAIN, attention_scale=1.0)
    assert "4 takes it back" in said(verdict_11_trained.train_verdict, trained((5.9, 5.6), config))
    assert "8 takes it back" in said(verdict_11_trained.train_verdict, trained((5.9, 5.6), replace(config, heads=1)))
    wide = replace(TRAIN, width=768)
    assert verdict_11_trained.birth_answer(trained((5.9, 5.6, 5.4, 5.4), wide)) is None


def test_gains_that_are_no_numbers_are_not_read():
    broken = read()
    events = tuple(
        replace(e, columns=e.columns | {"loss": [None] * 3}) if getattr(e, "name", "") == "rescale" else e
        for e in broken.main.events
    )
    view = View((replace(broken.arms[0], result=Result((*events[:-1], Finished(37, "diverged")))),), {"factor": 0.3})
    assert "diverged at step 37" in said(verdict_11_trained.gains_verdict, view)
    assert len(verdict_11_trained.gains_readouts(view)) == 1
    assert "γ alone moves" not in said(verdict_11_trained.gains_verdict, View(broken.arms, {"factor": 1.0}))
    assert "rounding" not in verdict_11_trained.still_why(read(gap=0.2)).en
    assert verdict_11_trained.still_answer(read(gap=float("inf"))) is None


def test_a_run_that_was_killed_with_a_loss_that_is_no_number_is_told_too():
    killed = Result((Started(40), Metric(0, "test_loss", 7.6), Metric(20, "test_loss", float("nan"))))
    view = View((replace(read().arms[0], result=killed),), {"factor": 0.3})
    assert killed.finished is None and "diverged at step 20" in said(verdict_11_trained.gains_verdict, view)
    assert "no trained model to rescale" in said(verdict_11_trained.gains_verdict, view)


# --- sentences held against the numbers beside them ------------------------------------------------------------------


def test_entries_of_another_std_are_not_said_to_be_back_where_they_were():
    text = said(rules.dots_verdict, dots(std=2.0))
    assert "σ² is what is left of them: 3.9" in text and "back at" not in text


def test_likeness_below_zero_is_no_shared_direction():
    text = said(rules.dots_verdict, dots(correlation=-0.5))
    assert "point against each other" in text and "share a direction" not in text
    assert "divided by √50 they are still −3.54" in text
    assert "still 3.54" in said(rules.dots_verdict, dots(correlation=0.5))


def test_the_mean_has_its_share_in_where_a_query_and_its_key_point():
    text = said(rules.dots_verdict, dots(correlation=-0.5, mean=2.0))
    assert "share a direction" in text and "against each other" not in text
    for rho, mean in ((-1.0, 1.0), (-0.49, 0.7)):  # the second is 0 but for rounding
        text = said(rules.dots_verdict, dots(correlation=rho, mean=mean))
        assert "no direction in common on average: ρσ²d + dμ² = 0." in text and "grow with d" not in text


def test_scores_that_overflow_are_not_compared_with_the_law_as_if_all_were_there():
    hot = {"dtype": "float16", "std": 32.0, "d": 4096}
    text = said(rules.dots_verdict, dots(**hot))
    assert "make dot products of std 65,536; float16 loses the largest" in text and "to before" in text
    for divide in ("after", "before"):  # here the scores of like pairs are too large in either order
        text = said(rules.dots_verdict, dots(**hot, correlation=1.0, divide=divide))
        assert "take a smaller σ" in text and "to before" not in text


def test_the_law_of_the_slip_knows_that_nothing_is_added_up_and_that_q_may_know_its_k():
    def law(**values):
        row = rules.dots_readouts(dots(**values))[1]
        return row.value, row.help.en

    assert law(product="elementwise", correlation=1.0) == ("1.41", "√(σ⁴(1 + ρ²) + 2μ²σ²(1 + ρ))")
    assert law(product="elementwise", mean=1.0)[0] == "1.73" and law(d=64) == ("8.00", "√(d(σ⁴ + 2μ²σ²))")


def test_one_softmax_over_all_scores_has_no_rows():
    assert "of the rows are dead" in said(rules.softmax_verdict, softmaxes())
    text = said(rules.softmax_verdict, softmaxes(form="course", n=50))
    assert "of the draws, one softmax each, are dead" in text and "of the rows" not in text


def test_the_note_of_the_undivided_scores_fits_the_share_of_dead_rows():
    shares = [softmaxes(d=1024, exponent=0.0, seed=seed).main.final("dead") for seed in range(4)]
    assert all(0.6 < share < 0.75 for share in shares)
    note = next(p for p in LESSON.playgrounds[1].presets if p.name == "raw").look_for
    assert "seven rows in ten" in note.en and "mười hàng" in note.vi


def lined(losses, unigram, config=TRAIN):
    view = trained(losses, config)
    facts = {"references": {"uniform": 7.6, "unigram": unigram}}
    return View(
        tuple(replace(a, result=Result((Started(200, facts), *a.result.events[1:]))) for a in view.arms), view.values
    )


def test_runs_that_only_know_frequencies_say_nothing_of_the_division():
    early = said(verdict_11_trained.train_verdict, lined((7.0, 6.91, 6.76, 6.76), 6.16))
    assert early.count("too early to say") == 2 and "no difference" not in early
    late = said(verdict_11_trained.train_verdict, lined((5.9, 5.85, 5.3, 5.3), 6.16))
    assert "too early" not in late and late.count("no difference") == 2
    assert "costs +0.386" in said(verdict_11_trained.train_verdict, lined((6.229, 5.843, 5.3, 5.3), 6.16))


def test_a_gap_that_one_seed_can_make_is_called_that():
    text = said(verdict_11_trained.train_verdict, trained((5.519, 5.177, 5.721, 5.516)))
    assert "costs +0.342" in text and "costs +0.205" in text and text.count("That may be the luck of this seed") == 1
    assert text.endswith("try another.")


def test_normalising_is_not_advised_where_it_is_on():
    losses = (5.4, 5.6, 5.4, 5.4)
    off, on = (trained(losses, replace(TRAIN, qk_norm=on), "diverged") for on in (False, True))
    assert "normalise q and k" in said(verdict_11_trained.train_verdict, off)
    assert "normalise q and k" not in said(verdict_11_trained.train_verdict, on)


def test_gains_whose_mean_stayed_may_have_moved():
    view = read()
    events = tuple(
        replace(e, columns=e.columns | {"gain_std": [1.08, 0.4, 0.1]}) if getattr(e, "name", "") == "norms" else e
        for e in view.main.events
    )
    text = said(verdict_11_trained.gains_verdict, View((replace(view.arms[0], result=Result(events)),), view.values))
    assert "hardly moved" not in text and "std of up to 1.08" in text


def test_a_loss_that_stays_is_not_said_to_move_from_itself_to_itself():
    view = read()
    events = tuple(
        replace(e, columns=e.columns | {"loss": [4.801, 4.8, 4.8]}) if getattr(e, "name", "") == "rescale" else e
        for e in view.main.events
    )
    text = said(verdict_11_trained.gains_verdict, View((replace(view.arms[0], result=Result(events)),), view.values))
    assert "by no more than 0.01" in text and "from 4.80 to 4.80" not in text
    assert "from 4.80 to 5.50" in said(verdict_11_trained.gains_verdict, view)
