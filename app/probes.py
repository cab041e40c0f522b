"""A question put to a finished run: a small experiment of its own, answered by any worker at once."""

import streamlit as st

from app import controls, sentences, shell
from app.i18n import T
from app.lesson import Arm
from app.view import View, look
from core import jobs, runs
from core.problem import Problem

TEXT = {
    "ask": T("Ask", "Hỏi"),
    "waiting": T("The model is at it …", "Mô hình đang trả lời …"),
    "first": T("Train first: this reads the finished model.", "Hãy huấn luyện trước: phần này đọc mô hình đã xong."),
    "stored": T(
        "This is a stored run without its weights. Train it yourself, then ask.",
        "Đây là lần chạy có sẵn, không kèm trọng số. Hãy tự huấn luyện rồi hỏi.",
    ),
}


def probe_box(spot, view: View, probe) -> None:
    """Its controls, a button, and one answer per arm that has a model."""
    lang = spot.lang
    for control in spot.lesson.controls:
        if control.field in probe.controls and control.field not in spot.playground.front:  # those are in view already
            controls.draw(control, spot.prefix + control.field, spot.values, lang)
    ready = [a for a in view.arms if a.complete and (a.source == "live" or runs.keeper(a.arm.config))]
    if not ready:
        stored = any(a.source == "stored" for a in view.arms)
        st.caption(TEXT["stored" if stored else "first"](lang))
        return
    try:
        asked = [(a, probe.config(a.arm, spot.values)) for a in ready]
    except Problem as problem:
        st.warning(sentences.say(problem.code, problem.facts)(lang))
        return
    asked = [(a, config) for a, config in asked if config is not None]
    configs = [config for _, config in asked]
    if st.button(TEXT["ask"](lang), key=f"{spot.prefix}probe_{probe.name}") or probe.automatic:
        try:
            jobs.submit([config for config in configs if runs.find(config) is None], spot.me)
        except Problem as problem:
            st.warning(sentences.say(problem.code, problem.facts)(lang))
    shell.fragment(_answers, run_every=0.5 if _busy(configs) else None)(spot, probe, asked, _busy(configs))


def _busy(configs: list) -> bool:
    found = [runs.find(config) for config in configs]
    return any(run is not None and run.status().active for run in found) or any(
        _queued(config) for config, run in zip(configs, found, strict=True) if run is None
    )


def _queued(config) -> bool:
    from core import experiment

    return runs.Run(experiment.run_id(config)).status().active


def _answers(spot, probe, asked: list, was_busy: bool) -> None:
    from app.run_panel import draw_figure, samples, status_lines

    busy = _busy([config for _, config in asked])
    if was_busy and not busy:
        st.rerun()
    arms = tuple(look(Arm(a.arm.label, a.arm.name, config, a.arm.color)) for a, config in asked)
    view = View(arms, spot.values, spot.lang, spot.size)
    if busy:
        st.caption(TEXT["waiting"](spot.lang))
    if not any(a.result.events for a in arms):
        return
    for a in arms:
        if a.status.state == "failed" or a.result.notes:
            for line in status_lines(spot, View((a,), spot.values, spot.lang)):
                st.caption(line(spot.lang))
    from dataclasses import replace

    only = replace(spot, playground=replace(spot.playground, samples=probe.samples))
    samples(view, only)
    for figure in probe.figures:
        draw_figure(figure, view, spot, [])
