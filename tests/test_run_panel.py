"""The buttons under a run: how far it can be continued, and as what; and the pictures' specifications, shared by all."""

import time
from dataclasses import replace
from types import SimpleNamespace

import altair as alt
import pytest

from app import controls, predict, probes, run_panel, theme
from app.lesson import Arm, discover, start
from app.spot import Spot, arms_of, drawn, make_view
from app.view import ArmView, View
from core import events, experiment, jobs, queue, runs
from core.events import Finished, Metric, Sample, Started
from core.experiment import run_id
from core.result import Result
from core.runs import Status


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))


def spot_of(number: int, slug: str, **values) -> Spot:
    lesson = discover()[number]
    playground = next(p for p in lesson.playgrounds if p.slug == slug)
    chosen = start(lesson, playground) | values
    return Spot(number, lesson, playground, chosen, arms_of(playground, chosen), "en", 1.0, "a1b2c3d4")


def ended(spot: Spot, *reasons: str) -> View:
    """All arms at their end, the first ones for these reasons."""
    arms = []
    for place, arm in enumerate(spot.arms):
        reason = reasons[place] if place < len(reasons) else "done"
        result = Result((Started(arm.config.steps), Finished(arm.config.steps, reason)))
        arms.append(ArmView(arm, run_id(arm.config), Status(reason), result, "live"))
    return View(tuple(arms), spot.values)


def test_an_arm_on_a_schedule_is_trained_anew_and_the_others_go_on(monkeypatch):
    spot, asked = spot_of(20, "race", schedule="constant", warmup=0.0), []
    monkeypatch.setattr(jobs, "submit", lambda configs, session: asked.extend(configs) or [])
    twice = run_panel.further(spot, ended(spot))
    assert twice == 2 * spot.config.steps
    run_panel._longer(spot, twice)
    assert spot.values["steps"] == twice and [c.steps for c in asked] == [twice] * len(spot.arms)
    extend = [experiment.of(arm.config).extends(arm.config) for arm in spot.arms]
    assert set(extend) == {True, False}
    for arm, config, goes_on in zip(spot.arms, asked, extend, strict=True):
        assert config == replace(arm.config, steps=twice)
        assert (run_id(config) == run_id(arm.config)) == goes_on, arm.label


def test_runs_with_steps_of_their_own_go_on_together():
    """Lesson 8's race gives every arm its share of the steps that the knob says."""
    spot = spot_of(8, "race")
    twice = run_panel.further(spot, ended(spot))
    assert twice == 2 * spot.values["steps"]
    longer = arms_of(spot.playground, spot.values | {"steps": twice})
    assert [a.config.steps for a in longer] == [2 * a.config.steps for a in spot.arms]


def test_what_has_diverged_goes_no_further():
    spot = spot_of(5, "train")
    assert run_panel.further(spot, ended(spot)) == 2 * spot.config.steps
    assert run_panel.further(spot, ended(spot, *["diverged"] * len(spot.arms))) == 0
    race = spot_of(20, "race", schedule="constant", warmup=0.0)
    assert run_panel.further(race, ended(race, "diverged")), "the other arms can"


def test_no_run_is_continued_beyond_its_knob():
    high = type(spot_of(10, "bend").config).__dataclass_fields__["steps"].metadata["high"]
    for steps, wanted in ((high // 2, high), (high - 1, high), (high, 0)):
        spot = spot_of(10, "bend", steps=steps)
        assert run_panel.further(spot, ended(spot)) == wanted


def test_a_specification_is_made_once_and_survives_another_session_that_clears_them(monkeypatch):
    made = []

    def chart(view):
        made.append(view)
        return alt.Chart().mark_point().encode(x="x:Q")

    class Emptied(dict):
        """What others clear the moment it is filled."""

        def __setitem__(self, key, value):
            super().__setitem__(key, value)
            self.clear()

    figure, view = SimpleNamespace(chart=chart), View((), {})
    specs = {}
    monkeypatch.setattr(run_panel, "_specs", lambda: specs)
    first = run_panel.specifications(figure, view, (5, "loss"))
    assert run_panel.specifications(figure, view, (5, "loss")) is first and len(made) == 1
    monkeypatch.setattr(run_panel, "_specs", Emptied)
    assert run_panel.specifications(figure, view, (5, "loss")) == first and len(made) == 2
    specs.update({number: [] for number in range(run_panel.SPECS + 1)})
    monkeypatch.setattr(run_panel, "_specs", lambda: specs)
    run_panel.specifications(figure, view, (6, "loss"))
    assert len(specs) == 1, "and there are never more than these"


def test_a_continued_run_of_the_page_is_the_one_it_shows(monkeypatch):
    """Whatever a playground does with its steps, the page looks at what was sent."""
    for number, slug in ((5, "train"), (8, "train"), (13, "growth")):
        spot, asked = spot_of(number, slug), []
        monkeypatch.setattr(jobs, "submit", lambda configs, session, asked=asked: asked.extend(configs) or [])
        run_panel._longer(spot, 2 * spot.config.steps)
        shown: tuple[Arm, ...] = arms_of(spot.playground, spot.values)
        assert asked == [arm.config for arm in shown]


def test_two_arms_that_have_written_the_same_so_far_are_still_two():
    """Equal weights and equal luck: at step 0 they write the same text, and it is nobody else's."""
    spot = spot_of(5, "train")
    (name,) = spot.playground.samples
    events = (Started(600), Sample(0, name, "Last", "the same words"), Metric(3, "train_loss", 7.0))
    arms = tuple(ArmView(a, run_id(a.config), Status("running"), Result(events), "live") for a in spot.arms)
    found = run_panel.cards(View(arms, spot.values), spot, name)
    assert [title for title, _ in found] == [f"{arm.name.en} · step 0" for arm in spot.arms]


def stub(spot: Spot, place: int, step: int) -> None:
    """This learner's own run of the arm at `place`, stopped at `step`."""
    run = runs.create(spot.arms[place].config)
    jobs.watch(run.id, spot.me)
    told = (Started(600), Metric(step, "test_loss", 7.0), Finished(step, "stopped"))
    run.log.write_text("".join(events.to_json(e) + "\n" for e in told))
    jobs.stop(run.id, spot.me)


def test_a_stopped_run_is_shown_among_its_like_and_never_judged_against_whole_ones():
    spot = spot_of(5, "train")
    stub(spot, 0, 50)
    assert [(a.source, a.result.step) for a in make_view(spot).arms] == [("stored", 600)] * 2
    stub(spot, 1, 60)
    assert [(a.source, a.result.step) for a in make_view(spot).arms] == [("live", 50), ("live", 60)]
    other = replace(spot, me="b1b2c3d4")
    assert [a.source for a in make_view(other).arms] == ["stored"] * 2


def test_while_the_quick_run_waits_other_settings_still_have_a_picture():
    jobs.submit([arm.config for arm in spot_of(5, "train").arms], "b1b2c3d4")
    spot = spot_of(5, "train", lr=2e-3)
    found = drawn(spot, make_view(spot))
    assert found.main.metrics and found.shown == "learning rate 5e-3"
    assert "tốc độ học" in drawn(replace(spot, lang="vi"), make_view(spot)).shown


def test_arms_that_do_the_same_share_a_line_and_others_are_named():
    spot = spot_of(5, "train", lr=2e-3)
    view = ended(spot)
    assert [line.en for line in run_panel.status_lines(spot, view)] == ["Finished: 600 steps."]
    alone = View((replace(view.arms[0], status=Status("running", 12, 600)),), spot.values)
    assert [line.en for line in run_panel.status_lines(spot, alone)] == ["step 12 of 600"]
    arms = [replace(a, status=Status("paused", step, 600)) for a, step in zip(view.arms, (12, 9), strict=True)]
    lines = [line.en for line in run_panel.status_lines(spot, View(tuple(arms), spot.values))]
    assert [line.split(".")[0] for line in lines] == [f"{a.arm.name.en}: Paused at step {a.status.step}" for a in arms]


def test_who_is_next_for_long_is_told_why(monkeypatch):
    """The workers are nice to other programs: on a busy machine a run can be next for a minute, and nothing moves."""
    spot = spot_of(5, "train", lr=2e-3)
    jobs.submit([arm.config for arm in spot.arms], spot.me)
    assert run_panel.status_lines(spot, make_view(spot))[0].en.endswith("Next in the queue.")
    monkeypatch.setattr(run_panel, "time", SimpleNamespace(time=lambda: time.time() + 75))
    first, second = run_panel.status_lines(spot, make_view(spot))
    assert (
        "keep this machine busy" in first.en and "asked for about 75 s ago" in first.en and "khoảng 75 giây" in first.vi
    )
    assert second.en.endswith("After your other runs.")
    one, two = make_view(spot).arms
    going = View((replace(one, status=Status("running", 3, 600)), replace(two, status=one.status)), spot.values)
    assert run_panel.status_lines(spot, going)[1].en.endswith("Next in the queue."), "it is plain what it waits for"


def test_the_picture_that_stays_is_ones_own_run_while_that_is_on_its_way():
    spot = spot_of(5, "train")
    jobs.submit([arm.config for arm in spot.arms], spot.me)
    for arm in spot.arms:
        lines = (Started(600), Metric(0, "test_loss", 7.6), Metric(10, "test_loss", 6.0))
        runs.Run(run_id(arm.config)).log.write_text("".join(events.to_json(e) + "\n" for e in lines))
    drawn(spot, make_view(spot))
    other = spot_of(5, "train", lr=2e-3)
    found = drawn(other, make_view(other))
    assert [a.source for a in found.arms] == ["live", "live"] and found.main.step == 10


@pytest.mark.parametrize(("reason", "button"), [("stopped", "on"), ("failed", "again")])
def test_a_stopped_run_goes_on_and_a_failed_one_is_tried_again(monkeypatch, reason, button):
    """What was stopped keeps its steps: "try again" would promise a new beginning."""
    spot, names = spot_of(5, "train", lr=2e-3), []
    monkeypatch.setattr(run_panel, "_button", lambda place, spot, name, act, **more: names.append(name))
    monkeypatch.setattr(run_panel.st, "session_state", {})
    for arm in spot.arms:
        lines = (Started(600), Metric(10, "test_loss", 6.0), Finished(10, reason))
        runs.create(arm.config).log.write_text("".join(events.to_json(e) + "\n" for e in lines))
    run_panel._train_box(spot, False)
    assert names[0] == button


def test_an_arm_that_only_these_settings_have_can_be_trained_while_the_others_are_on_their_way(monkeypatch):
    spot, labels = spot_of(5, "train"), []
    jobs.submit([spot.arms[0].config], "b1b2c3d4")
    monkeypatch.setattr(run_panel, "_button", lambda place, spot, name, act, **more: labels.append((name, act)))
    monkeypatch.setattr(run_panel.st, "session_state", {})
    alone = replace(spot, arms=tuple(replace(a, config=replace(a.config, lr=2e-3)) for a in spot.arms))
    jobs.submit([alone.arms[0].config], "b1b2c3d4")
    run_panel._train_box(alone, True)
    assert [name for name, _ in labels][:3] == ["rest", "pause", "stop"]
    dict(labels)["rest"]()
    assert {runs.Run(run_id(a.config)).status().state for a in alone.arms} == {"queued"}
    labels.clear()
    run_panel._train_box(alone, True)
    assert [name for name, _ in labels][:2] == ["pause", "stop"]


def test_settings_are_told_by_the_names_on_their_knobs():
    lesson = discover()[5]
    own = {"lr": 5e-3, "optimizer": "sgd", "corpus": "tales-vi", "unheard": 2}
    quick = {"lr": 1e-3, "optimizer": "adamw", "corpus": "tales-en", "unheard": 1}
    told = controls.differing(lesson, SimpleNamespace(**own), SimpleNamespace(**quick))("vi")
    assert told == "tốc độ học 5e-3, thuật toán tối ưu SGD, văn bản Tales (tiếng Việt), unheard 2"


def test_a_prediction_is_judged_by_the_settings_it_was_about():
    """Other settings are another question, and the explanation is the quick run's. Another seed is the same question."""
    question = spot_of(5, "train").playground.predictions[0]
    for values, same in (({}, True), ({"seed": 3}, True), ({"lr": 1.0}, False), ({"steps": 1200}, False)):
        spot = spot_of(5, "train", **values)
        assert predict.decides(spot, question, ended(spot)) is same, values
    spot = spot_of(4, "race", scale=0.1)
    assert predict.decides(spot, spot.playground.predictions[0], ended(spot)), "it says itself what decides it"


@pytest.mark.parametrize("number", discover())
def test_the_settings_that_a_page_opens_with_decide_what_its_quick_preset_decides(number):
    for playground in discover()[number].playgrounds:
        spot = spot_of(number, playground.slug)
        view = View(tuple(ArmView(a, a.label, Status("done"), Result(()), "live") for a in spot.arms), spot.values)
        assert all(predict.decides(spot, question, view) for question in playground.predictions), playground.slug


@pytest.mark.parametrize("number", discover())
def test_what_the_quick_preset_decides_has_one_to_go_back_to(number):
    for playground in discover()[number].playgrounds:
        if any(p.decided_by == "quick" for p in playground.predictions):
            assert "quick" in [p.name for p in playground.presets], playground.slug


def test_nothing_is_asked_of_a_model_that_was_stopped_on_its_way(monkeypatch):
    """Or an open "Look inside" would take up again what was just stopped."""
    spot, said = spot_of(3, "model"), []
    (probe,) = spot.playground.probes
    for place in range(len(spot.arms)):
        stub(spot, place, 10)
    monkeypatch.setattr(probes.st, "caption", said.append)
    probes.probe_box(spot, make_view(spot), probe)
    assert len(said) == 1 and queue.waiting() == []


def test_who_stops_a_run_that_goes_on_for_others_watches_it_no_more(monkeypatch):
    spot, me = spot_of(5, "train", lr=2e-3), "a1b2c3d4"
    ids = jobs.submit([arm.config for arm in spot.arms], me)
    jobs.submit([arm.config for arm in spot.arms], "b1b2c3d4")
    monkeypatch.setattr(run_panel.st, "session_state", {})
    run_panel._stop(spot, [a for a in make_view(spot).arms])
    run_panel._train_box(spot, True)  # the page looks again, as it does every second
    assert all(runs.Run(id).watchers() == ["b1b2c3d4"] for id in ids)
    run_panel._train(spot)
    assert all(sorted(runs.Run(id).watchers()) == [me, "b1b2c3d4"] for id in ids)


def test_buttons_that_find_a_run_begun_by_somebody_else_have_the_page_drawn_anew(monkeypatch):
    """What was drawn without it never looks again by itself."""

    class Anew(Exception):
        pass

    def rerun():
        raise Anew

    spot = spot_of(5, "train", lr=2e-3)
    jobs.submit([arm.config for arm in spot.arms], "b1b2c3d4")
    monkeypatch.setattr(run_panel.st, "rerun", rerun)
    for part in (lambda: run_panel._train_box(spot, False), lambda: run_panel._picture(spot, False, False)):
        with pytest.raises(Anew):
            part()


@pytest.mark.parametrize("size", [1.0, 1.5])
def test_labels_are_as_long_in_large_type_and_no_text_is_black_or_small(size):
    dots = alt.Chart().mark_text().encode(y=alt.Y("a:N", axis=alt.Axis(labelLimit=200)), x="b:Q")
    spec = run_panel._styled((dots | (dots + dots)).to_dict(validate=False), size)
    assert spec["hconcat"][0]["encoding"]["y"]["axis"]["labelLimit"] == 200 * size
    assert all(one["encoding"]["y"]["axis"]["labelLimit"] == 200 * size for one in spec["hconcat"][1]["layer"])
    assert spec["config"]["axis"]["labelLimit"] == 180 * size and spec["config"]["legend"]["labelLimit"] == 160 * size
    assert spec["config"]["text"] == {"fontSize": round(13 * size), "color": theme.GREY}
    assert spec["config"]["axisDiscrete"] == {"labelFlush": False}, "a name stands at its column or row"


def test_what_a_counted_table_writes_is_never_called_an_arms():
    """While no arm has made a step, or where one arm alone is there, it still is nobody's writing."""
    spot = spot_of(8, "train")
    name = "table of pairs"
    begun = Result((Started(600), Sample(0, name, "Last", "counted words")))
    for results in ((begun, begun), (Result(()), begun)):
        arms = tuple(
            ArmView(a, run_id(a.config), Status("paused"), r, "live") for a, r in zip(spot.arms, results, strict=True)
        )
        (card,) = run_panel.cards(View(arms, spot.values), spot, name)
        assert card[0] == spot.playground.sample_names[name].en and card[1].text == "counted words"


def test_arms_that_are_born_differently_are_named_before_training_and_all_are_shown():
    spot = spot_of(8, "echo")
    arms = tuple(
        ArmView(
            a,
            run_id(a.config),
            Status("done", 20, 20),
            Result(
                (Started(20), *(Sample(s, "story", "Last", f"{a.label} at {s}") for s in (0, 20)), Finished(20, "done"))
            ),
            "stored",
        )
        for a in spot.arms
    )
    titles = [title for title, _ in run_panel.cards(View(arms, spot.values), spot, "story")]
    assert titles[0] == f"{spot.arms[0].name.en}: before training" and len(titles) == len(arms) + 1
    same = tuple(replace(a, result=arms[0].result) for a in arms)
    assert run_panel.cards(View(same, spot.values), spot, "story")[0][0] == "before training"


def test_who_stops_before_the_first_step_is_not_told_of_something_learned():
    spot = spot_of(10, "bend", seed=7)
    for id in jobs.submit([arm.config for arm in spot.arms], spot.me):
        jobs.stop(id, spot.me)
    view = make_view(spot)
    (line,) = run_panel.status_lines(spot, view)
    assert line == run_panel.TEXT["unbegun"]
    asked = []

    def button(place, spot, name, act, **_):
        asked.append(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_panel, "_button", button)
        run_panel._train_box(spot, False)
    assert asked == ["train"], "there is nothing to go on from"


def test_a_run_that_is_paused_is_stopped_whoever_has_it_open(monkeypatch):
    """It trains for nobody: nobody is told that it goes on for others."""
    spot = spot_of(5, "train", seed=7)
    (id, *_) = jobs.submit([arm.config for arm in spot.arms], spot.me)
    jobs.pause(id)
    jobs.watch(id, "0ther000")
    said = []
    monkeypatch.setattr(run_panel.st, "toast", said.append)
    paused = [a for a in make_view(spot).arms if a.status.state == "paused"]
    run_panel._stop(spot, paused, everybody=True)
    assert said == [] and runs.Run(id).status().state == "stopped"


def test_ones_own_other_arms_are_not_others_in_the_queue():
    first, second = spot_of(10, "bend", seed=7), spot_of(10, "bend", seed=8)
    jobs.submit([arm.config for arm in first.arms], first.me)
    ahead = len(queue.waiting())
    jobs.submit([arm.config for arm in second.arms], second.me)
    told = [[line.en for line in run_panel.status_lines(spot, make_view(spot))] for spot in (first, second)]
    assert len(told[0]) == len(told[1]) == 3
    assert [line.endswith("After your other runs.") for line in told[0]] == [False, True, True]
    assert all(line.endswith(f"Waiting in the queue, {ahead} before you.") for line in told[1])


def test_what_failed_says_itself_what_to_do():
    spot = spot_of(10, "bend", letters="qqqq")
    view = replace(
        ended(spot, *["failed"] * len(spot.arms)),
        arms=tuple(
            replace(a, status=Status("failed", facts={"code": "no_token_has", "letters": "qqqq", "works": "x"}))
            for a in ended(spot).arms
        ),
    )
    lines = [line.en for line in run_panel.status_lines(spot, view, "letters to like *x*")]
    assert lines[0] == r"Still showing: letters to like \*x\*." and "qqqq" in lines[1]


def test_an_answer_of_a_finished_model_has_no_step():
    from core.experiments import ask

    arm = Arm("a", controls.T("the model", "mô hình"), ask.Config())
    view = View((ArmView(arm, "ask-1", Status("done"), Result((Sample(1, "answer", "One", "day"),)), "live"),), {})
    spot = spot_of(5, "train")
    assert [title for title, _ in run_panel.cards(view, spot, "answer")] == [run_panel.TEXT["now"].en]
