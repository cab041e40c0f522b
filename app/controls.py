"""Controls to widgets. Their state lives in one dict per playground; the link carries what differs from quick.

Widgets are not bound to the URL by Streamlit (its option labels would enter the link in the reader's language): this
file reads the link once, checks every value, and writes back what is not the default.
"""

import math
from dataclasses import replace
from functools import cache

import streamlit as st

from app import sentences, theme
from app.i18n import T
from app.lesson import Lesson, Playground, default, discover
from core import experiment
from core.problem import Problem

PER_DECADE = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
WORDS = 60  # letters of one setting in the name of a run


def fields(playground: Playground) -> set[str]:
    """Names of the playground's training fields."""
    return set(type(playground.config).__dataclass_fields__)


def probe_fields(playground: Playground) -> set[str]:
    return {name for probe in playground.probes for name in probe.controls}


def belonging(lesson: Lesson, playground: Playground) -> list:
    """The lesson's controls that mean something here: its Config's fields, its probes', and what its presets or front
    name (view fields)."""
    named = set(playground.front) | probe_fields(playground) | {f for p in playground.presets for f in p.values}
    own = fields(playground)
    training = {f for play in lesson.playgrounds for f in fields(play)}
    probes = {f for play in lesson.playgrounds for f in probe_fields(play)}
    here = [c for c in lesson.controls if c.field in own | named or c.field not in training | probes]
    return [fitted(c, type(playground.config)) for c in here if c.field not in playground.fixed]


@cache
def fitted(control, Config: type):
    """The control without the stops that this Config refuses: playgrounds share sliders, and not all go as far."""
    if type(control).__name__ != "Slider" or control.field not in Config.__dataclass_fields__:
        return control

    def taken(value) -> bool:
        try:
            experiment.coerce(Config, control.field, value)
            return True
        except Problem:
            return False

    if control.log or control.values:
        places = stops(control, control.values[0] if control.values else control.low)
        kept = tuple(place for place in places if taken(place))
        return control if len(kept) == len(places) else replace(control, values=kept, zero=False)
    low, high, step = control.low, control.high, control.step or (control.high - control.low) / 100
    while low < high and not taken(low):
        low = round(low + step, 9)
    while high > low and not taken(high):
        high = round(high - step, 9)
    return replace(control, low=low, high=high)


def prefix(number: int, lesson: Lesson, playground: Playground) -> str:
    first = lesson.playgrounds[0].slug == playground.slug
    return f"l{number:02d}_" if first else f"l{number:02d}_{playground.slug}_"


def checked(control, playground: Playground, value):
    """`value` (from a link or a preset) as this control holds it. Raises Problem."""
    if hasattr(playground.config, control.field):
        return experiment.coerce(type(playground.config), control.field, value)
    kind, text = type(control).__name__, str(value)
    if kind == "Slider":
        try:
            number = float(value)
        except ValueError:
            raise Problem("not_a_number", field=control.field, value=text[:40]) from None
        low, high = (min(control.values), max(control.values)) if control.values else (control.low, control.high)
        if not (math.isfinite(number) and (low <= number <= high or (control.zero and number == 0))):
            raise Problem("out_of_range", field=control.field, value=text[:40], low=low, high=high, number="real")
        return int(number) if control.values and all(isinstance(v, int) for v in control.values) else number
    if kind in ("Choice", "Many"):
        codes = [code for code, _ in control.options]
        wrong = [
            v for v in (text.split(",") if kind == "Many" else [text]) if v not in codes and (v or kind == "Choice")
        ]
        if wrong:
            raise Problem("not_a_choice", field=control.field, value=text[:40], valid=", ".join(codes))
        return text
    if kind == "Toggle":
        return text.lower() in ("true", "1", "on")
    if kind == "Text":
        return text[: getattr(control, "max_chars", 40)]
    try:
        return int(float(text))  # a button: how often it was pressed
    except (ValueError, OverflowError):  # inf is a number, but no count
        raise Problem("not_a_number", field=control.field, value=text[:40]) from None


def load(number: int, lesson: Lesson, playground: Playground, lang: str) -> tuple[dict, list[str]]:
    """(the values of this playground's controls, sentences about what the link asked for in vain)."""
    state = st.session_state.setdefault(f"state_{number}", {})
    values = state.setdefault(playground.slug, {})
    controls = belonging(lesson, playground)
    for control in controls:
        values.setdefault(control.field, default(control, playground))
    start = prefix(number, lesson, playground)
    asked = {k: v for k, v in st.query_params.items() if k.startswith(f"l{number:02d}_")}
    if state.get("link") == asked:
        return values, state.get("complaints", [])
    complaints, known = [], {f"l{number:02d}_play"}
    for control in controls:
        key = start + control.field
        known.add(key)
        if key in asked:
            try:
                values[control.field] = checked(control, playground, asked[key][:400])
                st.session_state.pop(key, None)
            except Problem as problem:
                reason = sentences.say(problem.code, problem.facts | {"field": control.label})
                facts = {"field": control.label, "value": asked[key][:40], "reason": reason}
                complaints.append(sentences.say("stale_link", facts)(lang))
    others = {prefix(number, lesson, p) + c.field for p in lesson.playgrounds for c in lesson.controls}
    strange = [k[:40] for k in asked if k not in known | others]
    if strange:
        complaints.append(sentences.say("unknown_in_link", {"fields": ", ".join(strange[:5])})(lang))
    state["link"], state["complaints"] = asked, complaints
    return values, complaints


def save_link(number: int, lesson: Lesson, playground: Playground, values: dict) -> None:
    """Put what differs from quick into the address bar, and nothing else."""
    wanted = {}
    start = prefix(number, lesson, playground)
    if playground.slug != lesson.playgrounds[0].slug:
        wanted[f"l{number:02d}_play"] = playground.slug
    for control in belonging(lesson, playground):
        if (
            type(control).__name__ != "Button"
            and getattr(control, "lines", 1) == 1
            and values[control.field] != default(control, playground)
        ):
            wanted[start + control.field] = theme.knob(values[control.field])
    now = {k: v for k, v in st.query_params.items() if k.startswith(f"l{number:02d}_")}
    for key in now:
        if key not in wanted:
            del st.query_params[key]
    for key, value in wanted.items():
        if now.get(key) != value:
            st.query_params[key] = value
    memory = st.session_state[f"state_{number}"]
    memory["link"], memory["play_link"] = wanted, wanted.get(f"l{number:02d}_play")  # written here, not asked for


def stops(control, value) -> list:
    """The places of a slider that is not linear; a value from a link that lies between them gets a place of its own."""
    if control.values:
        places = list(control.values)
    else:
        first, last = math.floor(math.log10(control.low)), math.ceil(math.log10(control.high))
        steps = [float(f"{m}e{e}") for e in range(first, last + 1) for m in PER_DECADE]
        places = [s for s in steps if control.low * 0.999 <= s <= control.high * 1.001]
        places = sorted({*places, float(control.low), float(control.high)})
    if control.zero and 0 not in places:
        places = [0.0, *places]
    if all(not math.isclose(value, p, rel_tol=1e-9, abs_tol=1e-12) for p in places):
        places = sorted([*places, value])
    return places


def draw(control, key: str, values: dict, lang: str, *, disabled: bool = False) -> None:
    """One widget; its value lands in `values`.

    The state of its key is what counts. The same value also goes along as its default, at every run: the state is told to
    the browser once, and where another run of the page follows at once (a part of it asked for that) never arrives.
    """
    label, help, now = control.label(lang), control.help(lang), values[control.field]
    if getattr(control, "unit", None):
        label = f"{label} ({control.unit(lang)})"
    kind = type(control).__name__
    if kind == "Slider" and (control.log or control.values):
        places = stops(control, now)
        now = min(places, key=lambda p: abs(p - now))
        if st.session_state.get(key) not in places:
            st.session_state[key] = now
        new = st.select_slider(
            label,
            places,
            st.session_state[key],
            key=key,
            help=help,
            format_func=lambda place: spoken(control, place, lang),
            disabled=disabled,
        )
    elif kind == "Slider":
        whole = isinstance(now, int) and not isinstance(now, bool)
        cast = int if whole else float
        step = control.step or (1 if whole else (control.high - control.low) / 100)
        held = cast(st.session_state.setdefault(key, cast(now)))
        digits = 0 if whole else max(0, math.ceil(-math.log10(step)))  # 5, not 5.00, where the step is 1
        # A link may go further than the slider, which then does too; and stays so long, or it would end under the thumb.
        reach = st.session_state.setdefault(f"{key}_reach", held)
        bounds = cast(min(control.low, held, reach)), cast(max(control.high, held, reach))
        shown = f"%.{digits}f"
        new = st.slider(
            label, *bounds, st.session_state[key], step=cast(step), key=key, help=help, disabled=disabled, format=shown
        )
        new = float(f"{new:.3g}") if not whole else new
    elif kind == "Choice":
        names = dict(control.options) | dict(control.more() if control.more else ())
        codes = list(names) if now in names else [*names, now]
        show = lambda code: names.get(code, T(str(code), str(code)))(lang)  # noqa: E731
        told_in = f"{key}_lang"  # the browser holds a choice by its label: in another language it has to be told anew
        if st.session_state.get(key) not in codes or st.session_state.get(told_in, lang) != lang:
            st.session_state[key] = now
        st.session_state[told_in] = lang
        if len(codes) <= 3 and sum(len(show(c)) for c in codes) < 46:
            new = st.segmented_control(
                label,
                codes,
                key=key,
                default=st.session_state[key],
                help=help,
                format_func=show,
                required=True,
                disabled=disabled,
            )
        else:
            new = st.selectbox(
                label,
                codes,
                codes.index(st.session_state[key]),
                key=key,
                help=help,
                format_func=show,
                disabled=disabled,
            )
        new = now if new is None else new  # another language may need the other widget, which begins with nothing
    elif kind == "Many":
        names = dict(control.options)
        # None chosen is no choice: the last one stays, and is seen to
        picked = st.session_state.get(key) or [c for c in str(now).split(",") if c in names]
        st.session_state[key] = picked
        new = st.pills(
            label,
            list(names),
            key=key,
            default=picked,
            help=help,
            selection_mode="multi",
            format_func=lambda c: names[c](lang),
        )
        new = ",".join(sorted(new)) or now
    elif kind == "Toggle":
        st.session_state.setdefault(key, bool(now))
        new = st.toggle(label, st.session_state[key], key=key, help=help, disabled=disabled)
    elif kind == "Text":
        text = st.session_state.setdefault(key, now)
        how = {"key": key, "help": help, "max_chars": control.max_chars, "disabled": disabled}
        box = (
            st.text_area(label, text, height=28 * control.lines, **how)
            if control.lines > 1
            else st.text_input(label, text, **how)
        )
        new = box or ""
    else:
        new = now + 1 if st.button(label, key=key, help=help) else now
    values[control.field] = new


def config_of(playground: Playground, values: dict):
    """The Config these settings stand for. Raises Problem."""
    own = fields(playground)
    return experiment.make(type(playground.config), playground.config, **{k: v for k, v in values.items() if k in own})


def apply(number: int, lesson: Lesson, playground: Playground, wanted: dict) -> None:
    """Set these fields (a preset over quick), for the widgets of the next rerun."""
    values = st.session_state[f"state_{number}"][playground.slug]
    here = {c.field: c for c in belonging(lesson, playground)}
    # 0 of a field of real numbers is 0.0
    asked = {name: checked(here[name], playground, v) if name in here else v for name, v in wanted.items()}
    for name in set(values) - set(here):
        del values[name]  # what an earlier preset set behind the controls
    values |= {field: default(c, playground) for field, c in here.items()} | asked  # some of it no control shows
    start = prefix(number, lesson, playground)
    for field in here:
        st.session_state.pop(start + field, None)


def spoken(control, value, lang: str) -> str:
    """A value as its control shows it: an option's or a stop's word where it has one, whole numbers of thousands as
    sentences write them. `control` None: of a field that no control shows."""
    options = {True: T("on", "bật"), False: T("off", "tắt")} if isinstance(value, bool) else {}
    options |= dict(getattr(control, "options", ())) | dict(getattr(control, "words", ()))
    if more := getattr(control, "more", None):
        options |= dict(more())
    parts = str(value).split(",") if type(control).__name__ == "Many" else [value]

    def plain(part) -> str:
        whole = isinstance(part, int) or (isinstance(part, float) and part.is_integer() and abs(part) < 1e6)
        return f"{part:,.0f}" if whole and abs(part) >= 1000 else theme.knob(part)

    return ", ".join(options[part](lang) if part in options else plain(part) for part in parts)


def settings(config) -> dict:
    """{field: value} as a learner set them: of a run that reads another, that one's instead of one long line."""
    values = dict(vars(config))
    parent = values.pop("parent", "")
    return (vars(experiment.decode(parent)) if parent else {}) | values


def elsewhere(field: str):
    """A control of that field in any lesson, the last that has one; None where none has."""
    return next(
        (c for other in reversed(discover().values()) for c in reversed(other.controls) if c.field == field), None
    )


def differing(lesson: Lesson, config, base) -> T | None:
    """In what a config differs from another, by the names on the knobs: "learning rate 0.01, optimizer SGD"; None where
    in nothing. A field without a knob here is what tells the arms apart, or has a knob in another lesson, or goes by its
    own name."""
    own = {c.field: c for c in lesson.controls}
    arms = {code: label for c in lesson.controls if type(c).__name__ == "Many" for code, label in c.options}
    theirs = settings(base)
    apart = {f: v for f, v in settings(config).items() if theirs.get(f, v) != v and f != "device"}

    def told(lang: str) -> str:
        said = []
        for field, value in apart.items():
            if field not in own and str(value) in arms:
                said.append(arms[str(value)](lang))
                continue
            knob = own.get(field) or elsewhere(field)
            name, words = knob.label(lang) if knob else field, spoken(knob, value, lang)
            said.append(f"{name} {words if len(words) <= WORDS else words[: WORDS - 2] + ' …'}")
        return ", ".join(said)

    return T(told("en"), told("vi")) if apart else None


def changed(number: int, lesson: Lesson, playground: Playground, values: dict) -> list:
    """Controls that stand off quick: (control, default, value)."""
    pairs = [(c, default(c, playground), values[c.field]) for c in belonging(lesson, playground)]
    return [(c, was, now) for c, was, now in pairs if was != now and type(c).__name__ != "Button"]
