"""What a pin, a stored picture and a row of all runs are called: by the knobs' names, in the reader's language."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
import streamlit as st

from app import compare, controls
from app.i18n import same
from app.lesson import Arm, discover, quick
from app.view import ArmView, View, look
from core.events import Finished, Metric, Started
from core.experiments import model5
from core.result import Result
from core.runs import Status

LESSONS = discover()


def test_settings_are_told_by_the_names_on_their_knobs():
    changed = replace(model5.Config(), lr=0.01, weight_decay=0.2, init="gpt2", device="cpu")
    name = controls.differing(LESSONS[8], changed, model5.Config())
    assert name.en.startswith("learning rate 0.01") and "weight decay 0.2" in name.en and "GPT-2" in name.en
    assert name.vi.startswith("tốc độ học 0.01") and "suy giảm trọng số 0.2" in name.vi
    assert "init" not in name.vi, "which arm it is, no knob of this lesson says"


def test_a_number_without_a_knob_is_written_as_sentences_write_it():
    name = controls.differing(LESSONS[8], SimpleNamespace(unheard=20_000), SimpleNamespace(unheard=1))
    assert name.en == "unheard 20,000"


def test_nothing_that_differs_has_no_name():
    assert controls.differing(LESSONS[8], replace(model5.Config(), device="cuda"), model5.Config()) is None


@pytest.mark.parametrize(
    ("number", "slug"), [(n, p.slug) for n, lesson in LESSONS.items() for p in lesson.playgrounds], ids=str
)
def test_every_preset_has_a_readable_name(number, slug):
    """No Config as one line of JSON (a run that reads another), and no field's own name."""
    lesson = LESSONS[number]
    (playground,) = [p for p in lesson.playgrounds if p.slug == slug]
    start = {c.field: controls.default(c, playground) for c in controls.belonging(lesson, playground)}
    base = quick(lesson, playground)[0].config
    for preset in playground.presets:
        values = start | dict(preset.values)
        arm = playground.arms(controls.config_of(playground, values), values)[0]
        name = controls.differing(lesson, arm.config, base)
        fields = {f for f in vars(arm.config) if "_" in f}
        assert name is None or ('": ' not in name.en and not fields & set(re.split(r"\W+", name.vi))), preset.name


def test_of_a_long_text_the_beginning_is_told():
    (own,) = [p for p in LESSONS[16].playgrounds if p.slug == "own"]
    long = replace(own.config, text="on and on " * 50)
    name = controls.differing(LESSONS[16], long, own.config).en
    assert name.startswith("your page on and on") and name.endswith(" …") and len(name) <= len("your page ") + 60


@pytest.mark.parametrize(
    ("kept", "now", "said"),
    [
        ({"lr": 0.01}, {"lr": 0.001}, "◈ tốc độ học 0.01: loss kiểm thử 1.30, bây giờ là 1.20 (chênh −0.100)"),
        (
            {"steps": 50},
            {"steps": 50, "lr": 0.05},
            "◈ số bước 50: loss kiểm thử 1.30, bây giờ là 1.20 (chênh −0.100). Khác bây giờ: tốc độ học 1e-3",
        ),
    ],
)
def test_a_pin_is_compared_in_the_readers_language(monkeypatch, kept, now, said):
    def run(loss, **values):
        config = replace(model5.Config(lr=0.001), **values)
        result = Result((Started(10, {}), Metric(10, "test_loss", loss), Finished(10, "done")))
        return ArmView(Arm("main", same("main"), config, 0), f"model5-{values}", Status("done"), result, "live")

    playground = LESSONS[8].playgrounds[0]
    spot = SimpleNamespace(number=8, lesson=LESSONS[8], playground=playground, me="0123abcd", lang="vi", prefix="l08_")
    told, pinned = [], run(1.3, **kept)
    monkeypatch.setattr(compare, "look", lambda arm, session: replace(pinned, arm=arm))
    monkeypatch.setattr(st, "session_state", {"pins": {"8": []}})
    monkeypatch.setattr(compare.learner, "change", lambda me, act: (act(st.session_state), st.session_state)[1])
    compare.pin(spot, View((pinned,), {}))
    front = run(1.2, **now)
    view = View((front,), {}, pinned=compare.pinned_views(spot, (front,)))
    button = SimpleNamespace(button=lambda *a, **k: False)
    monkeypatch.setattr(st, "columns", lambda _: (SimpleNamespace(caption=told.append), button))
    spot.playground = replace(playground, against=None)
    compare.chips(spot, replace(view, pinned=tuple(replace(p, run_id=pinned.run_id) for p in view.pinned)))
    assert told == [said]


def test_a_pin_without_a_loss_is_compared_by_what_the_playground_reads_off():
    from pages.lesson_14_dropout import LESSON

    (numbers,) = [p for p in LESSON.playgrounds if p.slug == "numbers"]
    spot = SimpleNamespace(playground=numbers)

    def front(**values):
        return View(tuple(look(a) for a in numbers.arms(replace(numbers.config, **values), {})), {})

    pinned, now = front(p=0.2), front(p=0.9)
    ghost = replace(pinned.arms[0], arm=replace(pinned.arms[0].arm, label="pin0"))
    told = compare.told_apart(spot, now, ghost)
    then, here = (numbers.readouts(v) for v in (pinned, now))
    assert told.en.startswith(f"{then[0].label.en} {then[0].value} → {here[0].value}; ")
    assert told.en.count("→") == compare.READ and told.vi.startswith(then[0].label.vi)
    assert compare.told_apart(spot, now, now.arms[0]) is None, "the same numbers are no comparison"
