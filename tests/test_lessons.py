"""Every lesson, as declared: both languages, controls that move something, presets that are possible, runs that start."""

import dataclasses
import re

import pytest
import vl_convert

from app import controls
from app import lesson as declared
from app.i18n import T
from app.lesson import Button, Choice, Many, Slider, discover, page_path, quick, start, unreadable
from core import experiment
from core.problem import Problem

LESSONS = discover()
PLAYGROUNDS = [
    pytest.param(lesson, playground, id=f"{n:02d}-{playground.slug}")
    for n, lesson in LESSONS.items()
    for playground in lesson.playgrounds
]


def texts(thing, seen=None):
    """Every T inside a declaration."""
    seen = set() if seen is None else seen
    if isinstance(thing, T):
        yield thing
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type) and id(thing) not in seen:
        seen.add(id(thing))
        for f in dataclasses.fields(thing):
            yield from texts(getattr(thing, f.name), seen)
    elif isinstance(thing, (list, tuple)):
        for one in thing:
            yield from texts(one, seen)
    elif isinstance(thing, dict):
        for one in thing.values():
            yield from texts(one, seen)


def test_every_lesson_file_can_be_read():
    assert not unreadable()


def test_a_file_that_cannot_be_read_costs_nobody_the_others(tmp_path, monkeypatch):
    (tmp_path / "lesson_01_broken.py").write_text("LESSON = nothing_of_that_name")
    (tmp_path / "lesson_02_whole.py").write_text("LESSON = 'a lesson'")
    (tmp_path / "lesson_without_a_number.py").write_text("raise SystemError")
    monkeypatch.setattr(declared, "PAGES", tmp_path)
    assert (
        discover() == {2: "a lesson"} and list(unreadable()) == [1] and "nothing_of_that_name" in str(unreadable()[1])
    )
    (tmp_path / "lesson_01_broken.py").write_text("LESSON = 'mended'")
    assert discover() == {1: "mended", 2: "a lesson"} and not unreadable()


@pytest.mark.parametrize("number", LESSONS)
def test_every_text_is_there_in_both_languages(number):
    lines = list(texts(LESSONS[number]))
    assert len(lines) > 50, "a lesson says more than that: question, controls, presets, predictions, verdict"
    for line in lines:
        assert bool(line.en) == bool(line.vi), line
        if line != LESSONS[number].formula:  # whose braces are no blanks: the next test compares them
            assert set(re.findall(r"{(\w*)[^}]*}", line.en)) == set(re.findall(r"{(\w*)[^}]*}", line.vi)), line
    formulas_and_titles = ("\\", "CodeChallenge")  # the course's own titles stay as they are
    long = [x for x in lines if len(x.en) > 40 and x.en == x.vi and not any(f in x.en for f in formulas_and_titles)]
    assert not long, "left untranslated"


# What a formula calls by the same word in both languages
NAMES = {
    *("AdamW", "Muon", "NS", "Xavier", "He", "PyTorch", "Bernoulli", "GPU"),  # proper names
    *("MFU", "SNR", "KL", "CE", "MLP", "FLOP", "s"),  # quantities and units by their letters
    *("se", "sd", "std", "sign", "softmax", "gelu", "drop"),  # functions
    *("lr", "wd", "wte", "wpe", "in", "out"),  # names in the code
    "loss",  # kept by the glossary
}


def worded(formula: str) -> tuple[set[str], str]:
    """(the words of a formula, the formula without what stands in its \\text)."""
    written = re.findall(r"\\(?:text|mathrm|operatorname)\s*{([^{}]*)}", formula)
    return set(re.findall(r"[^\W\d_]+", " ".join(written))), re.sub(r"\\text{[^{}]*}", "", formula)


@pytest.mark.parametrize("number", LESSONS)
def test_the_words_of_a_formula_are_the_readers_and_the_rest_is_one_formula(number):
    (english, symbols), (vietnamese, same_symbols) = map(worded, LESSONS[number].formula)
    assert english & vietnamese <= NAMES, "left untranslated"
    assert symbols == same_symbols and symbols.count("{") == symbols.count("}")


@pytest.mark.parametrize("number", LESSONS)
def test_claims_have_their_lesson_number_and_a_way_to_be_judged(number):
    for claim in LESSONS[number].claims:
        assert claim.id.startswith(f"{number}.")
        assert claim.kind == "citation" or claim.requires or (claim.measure and claim.judge), claim.id
    assert len({c.id for c in LESSONS[number].claims}) == len(LESSONS[number].claims)


@pytest.mark.parametrize(("lesson", "playground"), PLAYGROUNDS)
def test_presets_set_fields_that_exist_to_values_that_are_possible(lesson, playground):
    assert playground.presets[0].values == {}, "the first preset is quick"
    assert any(p.broken for p in playground.presets) or len(playground.presets) < 3
    known = {c.field for c in lesson.controls} | {f.name for f in dataclasses.fields(playground.config)}
    for preset in playground.presets:
        assert set(preset.values) <= known, preset.name
        fields = {f.name for f in dataclasses.fields(playground.config)}
        experiment.make(
            type(playground.config), playground.config, **{k: v for k, v in preset.values.items() if k in fields}
        )


@pytest.mark.parametrize(("lesson", "playground"), PLAYGROUNDS)
def test_every_control_in_front_belongs_to_the_playground(lesson, playground):
    belonging = {c.field for c in controls.belonging(lesson, playground)}
    assert playground.front, "nothing to change"
    assert set(playground.front) <= belonging


@pytest.mark.parametrize(("lesson", "playground"), PLAYGROUNDS)
def test_moving_a_training_control_changes_the_run(lesson, playground):
    """A control named after a field of the Config must lead to another run: else it only changes a label."""
    fields = {f.name: f for f in dataclasses.fields(playground.config)}
    defaults = start(lesson, playground)

    def ids(values):
        return {experiment.run_id(a.config) for a in playground.arms(controls.config_of(playground, values), values)}

    still, inert = ids(defaults), []
    for control in controls.belonging(lesson, playground):
        if control.field not in fields or isinstance(control, Button | Many) or control.field == "steps":
            continue
        now, other = defaults[control.field], None
        if isinstance(control, Choice):
            other = [code for code, _ in control.options if code not in (now, "gpt2")]
        elif isinstance(control, Slider):
            stops = list(control.values) or [control.low, control.high]
            other = [v for v in stops if v != now]
        moved = []
        for value in other or ([not now] if isinstance(now, bool) else []):
            try:
                moved.append(ids(defaults | {control.field: value}) != still)
            except Problem:
                continue  # not possible together with the rest: the page says so
        if moved and not any(moved):
            inert.append(control.field)
    assert not inert


@pytest.mark.parametrize(("lesson", "playground"), PLAYGROUNDS)
def test_every_function_shown_exists(lesson, playground):
    from app.source import source

    assert playground.code
    for name in playground.code:
        where, text = source(name)
        assert where and re.search(r"\b(def|class) ", text), name


@pytest.mark.parametrize(("lesson", "playground"), PLAYGROUNDS)
def test_every_chart_is_valid_vega_lite_before_and_after_a_stored_run(lesson, playground):
    """Altair validates here, in both languages and both sizes; on the page it does not, for speed."""
    from app.view import View, look

    values, arms = start(lesson, playground), tuple(look(arm) for arm in quick(lesson, playground))
    for lang, size in (("en", 1.0), ("vi", 1.5)):
        view = View(arms, values, lang, size)
        if not any(a.result.events for a in arms):
            pytest.skip("no stored run of the quick preset")
        for line in playground.verdict(view):
            assert line(lang) and "{" not in line(lang)
        for readout in playground.readouts(view):
            assert readout.label(lang)
        for figure in playground.figures:
            rows = figure.rows(view)
            charts = figure.chart(view)
            for chart in charts if isinstance(charts, tuple) else (charts,):
                spec = chart.to_dict()
                assert "hconcat" not in spec and "vconcat" not in spec
            if not figure.folded:
                assert rows is not None and len(rows), figure.name


def nameless(part: dict, scales: dict | None = None) -> list[str]:
    """The y axes of a Vega chart that carry numbers and do not say of what."""
    known = (scales or {}) | {scale["name"]: scale["type"] for scale in part.get("scales", ())}
    found = [
        axis["scale"]
        for axis in part.get("axes", ())
        if axis["orient"] == "left" and axis.get("labels", True) and known[axis["scale"]] not in ("band", "point")
        if not axis.get("title")
    ]
    return found + [one for mark in part.get("marks", ()) if mark["type"] == "group" for one in nameless(mark, known)]


@pytest.mark.parametrize(("lesson", "playground"), PLAYGROUNDS)
def test_every_height_says_what_it_measures(lesson, playground):
    """Of layers with two titles Vega keeps none where one of them is empty: lesson 8's loss had no unit for long."""
    from app import charts
    from app.view import View, look

    view = View(tuple(look(arm) for arm in quick(lesson, playground)), start(lesson, playground))
    for figure in playground.figures:
        if figure.name == "models":
            continue  # the knob that changes its unit changes a row that says it
        made = figure.chart(view)
        for chart in made if isinstance(made, tuple) else (made,):
            spec = charts.specification(chart)
            spec.setdefault("data", {"values": []})
            assert not nameless(vl_convert.vegalite_to_vega(spec)), figure.name


@pytest.mark.parametrize("number", discover())
def test_no_slider_has_a_stop_that_its_playground_refuses(number):
    lesson = discover()[number]
    for playground in lesson.playgrounds:
        for control in controls.belonging(lesson, playground):
            if type(control).__name__ != "Slider" or not hasattr(playground.config, control.field):
                continue
            at = getattr(playground.config, control.field)
            ends = controls.stops(control, at) if control.log or control.values else (control.low, control.high)
            kept = [experiment.coerce(type(playground.config), control.field, value) for value in ends]
            assert len(set(kept)) == len(ends), (playground.slug, control.field, "two stops are one value")


def test_a_preset_leaves_nothing_behind_that_no_control_shows(monkeypatch):
    lesson = discover()[18]
    playground = lesson.playgrounds[0]
    names = {p.name: p for p in playground.presets}
    shown = {c.field for c in controls.belonging(lesson, playground)}
    assert set(names["course"].values) - shown, "a field behind the controls"
    values = {c.field: declared.default(c, playground) for c in controls.belonging(lesson, playground)}
    monkeypatch.setattr(controls.st, "session_state", {"state_18": {playground.slug: values}})
    before = controls.config_of(playground, values)
    controls.apply(18, lesson, playground, names["course"].values)
    assert values["init"] == names["course"].values["init"]
    controls.apply(18, lesson, playground, names["quick"].values)
    assert controls.config_of(playground, values) == before


def test_every_lesson_has_a_name_of_its_own_and_shows_itself():
    slugs = [lesson.slug for lesson in LESSONS.values()]
    assert len(set(slugs)) == len(slugs), "the page would be another lesson's"
    for number in LESSONS:
        assert page_path(number).read_text(encoding="utf-8").endswith("show(LESSON)\n"), "the page would be blank"


def test_a_slip_in_a_declaration_is_called_by_its_name():
    lesson, playground = LESSONS[5], LESSONS[5].playgrounds[0]
    with pytest.raises(TypeError, match="train: figures must be a tuple, not Figure: is a comma"):
        dataclasses.replace(playground, figures=playground.figures[0])
    with pytest.raises(TypeError, match="front must be a tuple, not str"):
        dataclasses.replace(playground, front="width")
    with pytest.raises(TypeError, match="train-model-1: playgrounds must be a tuple"):
        dataclasses.replace(lesson, playgrounds=playground)
    with pytest.raises(ValueError, match="group 'train' is none of foundations, training"):
        dataclasses.replace(lesson, group="train")
