"""Pinned runs: up to five ghosts beside the live one, each named by what differs from quick, in the reader's language."""

from dataclasses import replace

import streamlit as st

from app import controls, learner, theme
from app.i18n import T, same
from app.lesson import Arm, quick
from app.view import ArmView, look
from core import experiment
from core.problem import Problem

QUICK = T("quick", "nhanh")
FULL = T(
    "Five pins fit: the oldest one has gone. Its run is kept, under “All runs”.",
    "Chỉ ghim được năm: lần ghim cũ nhất đã được gỡ. Lần chạy ấy vẫn còn trong “Mọi lần chạy”.",
)
READ = 3  # numbers that fit beside a pin's name
METRICS = {
    "test_loss": T("test loss", "loss kiểm thử"),
    "train_loss": T("training loss", "loss huấn luyện"),
    "error": T("error", "sai số"),
}
TEXT = {
    "unpin": T("unpin", "bỏ ghim"),
    "against": T(
        "{name}: {metric} {a} against {b} now (difference {d})", "{name}: {metric} {a}, bây giờ là {b} (chênh {d})"
    ),
    "numbers": T("pinned → now: {numbers}", "đã ghim → bây giờ: {numbers}"),
    "apart": T("{text}. Other than now: {apart}", "{text}. Khác bây giờ: {apart}"),
}


def pins(spot) -> list[dict]:
    """This learner's pins of this lesson: {"run", "config"}."""
    if "pins" not in st.session_state:
        st.session_state["pins"] = learner.load(spot.me)["pins"]
    return st.session_state["pins"].setdefault(str(spot.number), [])


def _change(spot, act) -> None:
    """act(this lesson's pins), in the learner's file and here; here alone where nothing can be written."""

    def changed(data: dict) -> None:
        act(data["pins"].setdefault(str(spot.number), []))

    try:
        st.session_state["pins"] = learner.change(spot.me, changed)["pins"]
    except Problem as problem:
        act(pins(spot))
        st.session_state["problem"] = (problem.code, problem.facts)


def is_pinned(spot, view) -> bool:
    return any(pin["run"] == view.arms[0].run_id for pin in pins(spot))


def pin(spot, view) -> None:
    """Keep the main arm; the oldest of more than five goes."""
    new = {"run": view.arms[0].run_id, "config": experiment.encode(view.arms[0].arm.config)}

    def add(kept: list[dict]) -> None:
        kept[:] = [*(one for one in kept if one["run"] != new["run"]), new][-learner.PINS :]

    full = len(pins(spot)) == learner.PINS and not any(one["run"] == new["run"] for one in pins(spot))
    _change(spot, add)
    if full:
        st.toast(FULL(spot.lang))


def unpin(spot, run: str) -> None:
    def drop(kept: list[dict]) -> None:
        kept[:] = [one for one in kept if one["run"] != run]

    _change(spot, drop)


def pinned_views(spot, arms: tuple[ArmView, ...]) -> tuple[ArmView, ...]:
    """Pins that are not among the arms in front and still have something to show."""
    mine, out = {a.run_id for a in arms}, []
    base = quick(spot.lesson, spot.playground)[0].config if pins(spot) else None
    for place, one in enumerate(pins(spot)):
        try:
            config = experiment.decode(str(one.get("config")))
        except Problem:
            continue  # made by an engine that had other settings
        if one["run"] in mine or type(config) is not type(arms[0].arm.config):
            continue
        name = controls.differing(spot.lesson, config, base) or QUICK
        ghost = Arm(f"pin{place}", T(f"◈ {name.en}", f"◈ {name.vi}"), config, len(arms) + place)
        found = look(ghost, session=spot.me)
        if found.result.events:
            out.append(found)
    return tuple(out)


def told_apart(spot, view, found: ArmView) -> T | None:
    """Of a playground without a loss: what it reads off the pinned run beside the same of the one in front, where they
    differ, as many as fit a line."""
    main = view.arms[0].arm
    alone = replace(found, arm=replace(found.arm, label=main.label, name=main.name))
    then = {r.label: r.value for r in spot.playground.readouts(replace(view, arms=(alone,), pinned=(), last=()))}
    line = same("{label} {then} → {now}")
    parts = [
        line.format(label=r.label, then=then[r.label], now=r.value)
        for r in spot.playground.readouts(view)
        if r.label in then and then[r.label] != r.value
    ][:READ]
    return T("; ".join(p.en for p in parts), "; ".join(p.vi for p in parts)) if parts else None


def chips(spot, view) -> None:
    """What is pinned, how the last test loss compares, and what differs from the settings in front, where its name (what
    differs from quick) does not say that."""
    lang = spot.lang
    for one in list(pins(spot)):
        found = next((a for a in view.pinned if a.run_id == one["run"]), None)
        if found is None:
            continue
        column, button = st.columns([6, 1])
        metric = next((m for m in METRICS if m in found.result.metrics and m in view.main.metrics), None)
        text = found.arm.name(lang)
        if spot.playground.against is not None:
            text = f"{text} · {spot.playground.against(found.result, view.main)(lang)}"
        elif metric:
            a, b = found.result.final(metric), view.main.final(metric)
            facts = {
                "name": text,
                "metric": METRICS[metric](lang),
                "a": theme.number(a),
                "b": theme.number(b),
                "d": theme.number(b - a),
            }
            text = TEXT["against"].format(**facts)(lang)
        elif told := told_apart(spot, view, found):
            text = f"{text} · {TEXT['numbers'].format(numbers=told)(lang)}"
        apart = controls.differing(spot.lesson, found.arm.config, view.config)
        if apart and f"◈ {apart(lang)}" != found.arm.name(lang):
            text = TEXT["apart"].format(text=text, apart=apart)(lang)
        column.caption(text.replace("$", r"\$"))  # of money, not of formulas
        if button.button(TEXT["unpin"](lang), key=f"{spot.prefix}unpin_{one['run']}", type="tertiary"):
            unpin(spot, one["run"])
            st.rerun()
