"""What the course says, what is measured here, and whether it holds; wrong ones are the best part of a lesson."""

import threading

import streamlit as st

from app import sentences, shell, theme
from app.i18n import T
from core import claims, jobs, runs
from core.problem import Problem

STATES = {
    "holds": T("holds", "đúng"),
    "depends": T("depends", "còn tùy"),
    "fails": T("fails", "sai"),
    "unclear": T("unclear", "chưa rõ"),
    "not_measured": T("not measured here", "chưa đo ở đây"),
}
COLORS = {"holds": "green", "depends": "blue", "fails": "orange", "unclear": "gray", "not_measured": "gray"}
MISSING = {
    "gpt2": T("GPT-2's vocabulary", "từ vựng của GPT-2"),
    "gulliver": T("Gulliver's Travels as the course downloads it", "Gulliver's Travels như khóa học tải về"),
    "time_machine": T("The Time Machine as the course downloads it", "The Time Machine như khóa học tải về"),
    "gpu": T("a GPU", "một GPU"),
}
TEXT = {
    "course": T("the course: {r}", "khóa học: {r}"),
    "ours": T("ours", "của chúng tôi"),
    "here": T("measured: {m}{s} {u}", "đo được: {m}{s} {u}"),
    "seeds": T(", {n} seeds", ", {n} hạt giống"),
    "if": T("depends: {c}", "còn tùy: {c}"),
    "needs": T("not measured here: needs {x}", "chưa đo ở đây: cần {x}"),
    "not_yet": T("not measured yet", "chưa đo"),
    "now": T("Measure it now", "Đo ngay"),
    "again": T("Measure again here", "Đo lại ở đây"),
    "busy": T("measuring: {done} of {all} runs", "đang đo: {done}/{all} lần chạy"),
    "when": T("measured on {date}, {where}", "đo ngày {date}, {where}"),
    "this": T("this machine", "máy này"),
    "other": T("shipped with the app", "kèm theo ứng dụng"),
}
_asked: set[str] = set()
_lock = threading.Lock()


def missing_text(names: tuple[str, ...], lang: str) -> str:
    return ", ".join(MISSING[n](lang) if n in MISSING else sentences.say(n)(lang) for n in names)


def figure(claim, verdict, lang: str) -> str:
    """The number with its spread and unit, as it is read aloud."""
    if verdict.state == "not_measured":
        return (
            TEXT["needs"].format(x=missing_text(verdict.missing, lang))(lang)
            if verdict.missing
            else TEXT["not_yet"](lang)
        )
    spread = f" ± {theme.number(verdict.spread)}" if len(verdict.numbers) > 1 else ""
    seeds = TEXT["seeds"].format(n=len(verdict.numbers))(lang) if len(verdict.numbers) > 1 else ""
    return TEXT["here"].format(m=theme.number(verdict.measured), s=spread, u=claim.unit(lang))(lang) + seeds


def draw(all_claims: tuple, number: int, lang: str) -> None:
    """One card a claim: those that fail first, since they teach most."""
    order = {"fails": 0, "depends": 1, "unclear": 2, "holds": 3, "not_measured": 4}
    known = {c.id: claims.recall(c) for c in all_claims}
    ranked = sorted(all_claims, key=lambda c: order[known[c.id][0].state] if known[c.id] else 5)
    for claim in ranked:
        with st.container(border=False, key=f"claim_{claim.id.replace('.', '_')}"):
            card(claim, known[claim.id], lang)


def card(claim, found, lang: str) -> None:
    """A claim: what is said, what is measured, why, and a way to measure it here."""
    verdict = found[0] if found else claims.Verdict("not_measured", missing=claims.missing(claim))
    left, right = st.columns([5, 2])
    badge = f":{COLORS[verdict.state]}-badge[{STATES[verdict.state](lang)}]"
    left.markdown(f"{badge} **{claim.id}** {claim.text(lang)}")
    who = TEXT["course"].format(r=claim.reported)(lang) if claim.source else TEXT["ours"](lang)
    lines = [who, figure(claim, verdict, lang)]
    if verdict.condition is not None:
        lines.append(TEXT["if"].format(c=verdict.condition)(lang))
    left.caption(" · ".join(line for line in lines if line))
    if found and claim.explain(lang):
        left.markdown(claim.explain(lang))
    if found:
        where = TEXT["this" if found[1]["source"] == "here" else "other"]
        right.caption(TEXT["when"].format(date=found[1]["date"], where=where)(lang))
    if claim.measure is None or claims.missing(claim):
        return
    with right:
        st.fragment(_measure, run_every=1.0 if claim.id in _asked else None)(claim, lang, claim.id in _asked)


def _measure(claim, lang: str, was_asked: bool) -> None:
    if claim.id in _asked:
        configs = claims.runs_of(claim)
        ended = sum(1 for c in configs if _ended(c))
        st.caption(TEXT["busy"].format(done=ended, all=len(configs))(lang))
        if ended == len(configs):
            _judge(claim)
        return
    if was_asked:
        st.rerun()
    again = claims.recall(claim) is not None
    if st.button(TEXT["again" if again else "now"](lang), key=f"measure_{claim.id}", type="tertiary"):
        with _lock:
            _asked.add(claim.id)
        try:
            jobs.submit([c for c in claims.runs_of(claim) if not _inline(c)], shell.me())
        except Problem as problem:
            _asked.discard(claim.id)
            st.warning(sentences.say(problem.code, problem.facts)(lang))
            return
        st.rerun()


def _inline(config) -> bool:
    from core import experiment

    return experiment.of(config).lane == "inline"


def _ended(config) -> bool:
    if _inline(config):
        return True
    found = runs.find(config)
    return found is not None and (found.source == "gallery" or found.status().state in runs.ENDED)


def _judge(claim) -> None:
    from app.view import inline, read
    from core.result import Result

    def result(config):
        return inline(config) if _inline(config) else Result(read(runs.find(config)), getattr(config, "steps", None))

    with _lock:
        _asked.discard(claim.id)
    claims.remember(claim, claims.evaluate(claim, result))
