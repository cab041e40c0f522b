"""Controls as widgets: every preset can be set, the last of several stays, and a link may go further than a slider."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from app import controls
from app.lesson import discover
from core.problem import Problem


def drawn(number: int, playground: str, preset: str = "", link: str = "", value: str = "") -> AppTest:
    """The controls of this playground alone, with that preset, opened with that value in the link."""

    def page(number, playground, preset):
        from app import controls
        from app.lesson import discover

        lesson = discover()[number]
        here = next(p for p in lesson.playgrounds if p.slug == playground)
        values, _ = controls.load(number, lesson, here, "en")
        for name in [p.values for p in here.presets if p.name == preset]:
            controls.apply(number, lesson, here, name)
        start = controls.prefix(number, lesson, here)
        for control in controls.belonging(lesson, here):
            controls.draw(control, start + control.field, values, "en")
        controls.save_link(number, lesson, here, values)
        controls.config_of(here, values)

    app = AppTest.from_function(page, args=(number, playground, preset), default_timeout=30)
    if link:
        app.query_params[link] = value
    return app.run()


@pytest.mark.parametrize("number", discover())
def test_every_preset_can_be_drawn(number):
    """All of a playground one below the other, each with keys of its own: an app each would take minutes."""

    def page(number):
        from app import controls
        from app.lesson import discover

        lesson = discover()[number]
        for playground in lesson.playgrounds:
            values, _ = controls.load(number, lesson, playground, "en")
            for preset in playground.presets:
                controls.apply(number, lesson, playground, preset.values)
                for control in controls.belonging(lesson, playground):
                    controls.draw(control, f"{playground.slug}_{preset.name}_{control.field}", values, "en")
                controls.config_of(playground, values)

    app = AppTest.from_function(page, args=(number,), default_timeout=60).run()
    assert not app.exception and len(app.slider) + len(app.get("button_group")) > 0


def test_a_preset_may_write_a_real_number_as_a_whole_one(monkeypatch):
    lesson = discover()[8]
    plain = replace(lesson.playgrounds[0].presets[0], name="plain", values={"dropout": 0, "blocks": 1.0})
    plays = (replace(lesson.playgrounds[0], presets=(plain,)), *lesson.playgrounds[1:])
    monkeypatch.setitem(discover(), 8, replace(lesson, playgrounds=plays))
    app = drawn(8, "train", "plain")
    slider = next(s for s in app.slider if s.key == "l08_dropout")
    assert not app.exception and isinstance(slider.value, float) and slider.step == 0.05


def test_of_several_the_last_one_stays_and_is_seen_to():
    app = drawn(4, "never")
    pills = next(b for b in app.button_group if b.key.endswith("forgetful"))
    for count in range(len(pills.value), 0, -1):
        assert len(pills.value) == count
        pills.set_value(pills.value[:-1]).run()
        pills = next(b for b in app.button_group if b.key.endswith("forgetful"))
    assert len(pills.value) == 1


def test_a_link_may_go_further_than_the_slider_and_is_not_changed():
    app = drawn(8, "train", link="l08_dropout", value="0.9")
    slider = next(s for s in app.slider if s.key == "l08_dropout")
    assert slider.value == 0.9 and app.query_params["l08_dropout"] == "0.9"
    app = slider.set_value(0.5).run()
    slider = next(s for s in app.slider if s.key == "l08_dropout")
    assert slider.value == 0.5 and slider.max == 0.9 and app.query_params["l08_dropout"] == "0.5" and not app.exception


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (40_000, "40,000"),
        (1_000_000, "1,000,000"),
        (999, "999"),
        (1e3, "1,000"),
        (7e5, "700,000"),
        (1e6, "1e6"),
        (1e-3, "1e-3"),
        (0.5, "0.5"),
        ("12000", "12000"),
        (True, "on"),
    ],
)
def test_whole_numbers_of_thousands_are_shown_as_sentences_write_them(value, words):
    slider = next(c for c in discover()[5].controls if type(c).__name__ == "Slider" and not c.words)
    assert controls.spoken(slider, value, "en") == words


def test_a_stop_of_thousands_is_shown_with_its_comma_and_stands_in_the_link_without():
    app = drawn(6, "split", link="l06_keep", value="5000")
    (slider,) = [s for s in app.select_slider if s.key == "l06_keep"]
    assert slider.value == 5000 and "5,000" in slider.options and "5000" not in slider.options
    assert app.query_params["l06_keep"] == "5000"
    app = slider.set_value(20_000).run()
    assert not app.exception and app.query_params["l06_keep"] == "20000"


@pytest.mark.parametrize(
    ("number", "slug"), [(n, p.slug) for n, lesson in discover().items() for p in lesson.playgrounds], ids=str
)
def test_nothing_in_a_link_is_no_choice_and_leaves_something_to_draw(number, slug):
    lesson = discover()[number]
    (playground,) = [p for p in lesson.playgrounds if p.slug == slug]
    values = {c.field: controls.default(c, playground) for c in controls.belonging(lesson, playground)}
    for control in controls.belonging(lesson, playground):
        own = hasattr(playground.config, control.field)  # of the run, which has its own tests
        if not own and type(control).__name__ == "Choice" and "" not in dict(control.options):
            with pytest.raises(Problem) as caught:
                controls.checked(control, playground, "")
            assert caught.value.code == "not_a_choice", control.field
        elif not own and type(control).__name__ == "Many":
            none = values | {control.field: controls.checked(control, playground, "")}
            assert playground.arms(controls.config_of(playground, none), none), control.field
