"""What the course says, what is measured here, and whether it holds; wrong ones are the best part of a lesson."""

import threading

import streamlit as st

from app import sentences, shell, theme
from app.i18n import T
from core import claims, experiment, jobs, runs
from core.problem import Problem

STATES = {
    "holds": T("holds", "đúng"),
    "depends": T("depends", "còn tùy"),
    "fails": T("fails", "sai"),
    "unclear": T("unclear", "chưa rõ"),
    "not_measured": T("not measured here", "chưa đo ở đây"),
}
COLORS = {"holds": "green", "depends": "blue", "fails": "orange", "unclear": "gray", "not_measured": "gray"}
ORDER = ("fails", "depends", "unclear", "holds", "not_measured")
MISSING = {
    "gpt2": T("GPT-2's vocabulary", "từ vựng của GPT-2"),
    "gulliver": T("Gulliver's Travels as the course downloads it", "Gulliver's Travels như khóa học tải về"),
    "time_machine": T("The Time Machine as the course downloads it", "The Time Machine như khóa học tải về"),
    "fineweb": T(
        "the first documents of FineWeb (Texts and weights)", "các tài liệu đầu của FineWeb (Văn bản và trọng số)"
    ),
    "gpu": T("a GPU", "một GPU"),
    claims.UNFINISHED: T("runs that were not stopped on their way", "các lần chạy không bị dừng giữa chừng"),
    "gpt2_weights": T("GPT-2's weights", "trọng số của GPT-2"),
    "gpt2_embedding": T("GPT-2's token embedding", "embedding token của GPT-2"),
    "gpt2_norms": T("GPT-2's LayerNorms", "các LayerNorm của GPT-2"),
}
TEXT = {
    "course": T("the course: {r}", "khóa học: {r}"),
    "ours": T("ours", "của chúng tôi"),
    "here": T("measured: {f}", "đo được: {f}"),
    "seeds": T(", {n} seeds", ", {n} hạt giống"),
    "if": T("depends: {c}", "còn tùy: {c}"),
    "needs": T("not measured here: needs {x}", "chưa đo ở đây: cần {x}"),
    "not_yet": T("not measured yet", "chưa đo"),
    "choose": T("Measure one again, on this machine", "Đo lại một khẳng định, ngay trên máy này"),
    "now": T("Measure", "Đo"),
    "again": T("Measure it again, on this machine", "Đo lại, ngay trên máy này"),
    "busy": T("measuring: {done} of {all} runs", "đang đo: {done}/{all} lần chạy"),
    "when": T("measured on {date}, {where}", "đo ngày {date}, {where}"),
    "this": T("this machine", "máy này"),
    "other": T("shipped with the app", "kèm theo ứng dụng"),
}
_asked: set[str] = set()
_halted: set[str] = set()  # those that met a run that was stopped on its way, when they were last asked
_lock = threading.Lock()


def missing_text(names: tuple[str, ...], lang: str) -> str:
    return ", ".join(MISSING[n](lang) if n in MISSING else sentences.say(n)(lang) for n in names)


def figure(claim, verdict, lang: str) -> str:
    """The number with its spread, unit and seeds, or what a measurement would need."""
    if verdict.state == "not_measured":
        missing = missing_text(verdict.missing, lang)
        return TEXT["needs"].format(x=missing)(lang) if missing else TEXT["not_yet"](lang)
    several = len(verdict.numbers) > 1
    spread = f" ± {theme.number(verdict.spread)}" if several else ""
    seeds = TEXT["seeds"].format(n=len(verdict.numbers))(lang) if several else ""
    return f"{theme.number(verdict.measured)}{spread} {claim.unit(lang)}".strip() + seeds


def draw(all_claims: tuple, lang: str) -> None:
    """Every claim in one text, those that fail first, since they teach most; below it a way to measure one here."""
    known = {c.id: claims.recall(c) for c in all_claims}
    ranked = sorted(all_claims, key=lambda c: ORDER.index(known[c.id][0].state if known[c.id] else "not_measured"))
    with st.container(key="claims_text"):
        text = "\n\n".join(told(claim, known[claim.id], lang) for claim in ranked)
        st.markdown(text, unsafe_allow_html=True)
    able = [c for c in all_claims if c.measure is not None and not claims.missing(c)]
    if able:
        asked = {c.id for c in able} & _asked
        shell.fragment(_measure, run_every=1.0 if asked else None)(able, lang, bool(asked))


def told(claim, found, lang: str) -> str:
    """A claim as Markdown: the verdict and what is said, then what the course reports and what is measured, then why."""
    verdict = found[0] if found else claims.Verdict("not_measured", missing=claims.missing(claim))
    badge = f":{COLORS[verdict.state]}-badge[{STATES[verdict.state](lang)}]"
    who = TEXT["course"].format(r=claim.reported)(lang) if claim.source else TEXT["ours"](lang)
    facts = [who, figure(claim, verdict, lang)]
    if verdict.state != "not_measured":
        facts[1] = TEXT["here"].format(f=facts[1])(lang)
    if verdict.condition is not None:
        facts.append(TEXT["if"].format(c=verdict.condition)(lang))
    if found and verdict.state != "not_measured":
        where = TEXT["this" if found[1]["source"] == "here" else "other"]
        facts.append(TEXT["when"].format(date=found[1]["date"], where=where)(lang))
    lines = [
        f"{badge} **{claim.id}** {claim.text(lang)}",
        f"<span class='cap'>{' · '.join(f for f in facts if f)}</span>",
    ]
    if found and claim.explain(lang):
        lines.append(claim.explain(lang))
    return "  \n".join(lines)


def measure_one(claim, lang: str) -> None:
    """A button that measures this claim here; while it is being measured, how far it is."""
    asked = claim.id in _asked
    shell.fragment(_measure_one, run_every=1.0 if asked else None)(claim, lang, asked)


def _measure_one(claim, lang: str, was_asked: bool) -> None:
    _progress([claim], lang)
    if was_asked and claim.id not in _asked:
        _over([claim])
    if st.button(TEXT["again"](lang), key=f"measure_{claim.id}", disabled=claim.id in _asked):
        _ask(claim, lang)


def _measure(able: list, lang: str, was_asked: bool) -> None:
    """Choose a claim and measure it on this machine; while it runs, how far it is."""
    _progress(able, lang)
    if was_asked and not any(c.id in _asked for c in able):
        _over(able)
    names = {c.id: f"{c.id}  {c.text(lang)}" for c in able}
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    # The browser holds a choice by its label, which is the language's.
    key = f"measure_{able[0].id.split('.')[0]}_{lang}"
    chosen = left.selectbox(TEXT["choose"](lang), list(names), format_func=names.get, key=key)
    claim = next(c for c in able if c.id == chosen)
    if right.button(TEXT["now"](lang), key=f"{key}_now", disabled=chosen in _asked, width="stretch"):
        _ask(claim, lang)
    found = claims.recall(claim)
    if found and found[1]["source"] == "here":  # where one looks after pressing; above it stands among all the others
        st.markdown(told(claim, found, lang), unsafe_allow_html=True)


def _progress(able: list, lang: str) -> None:
    """How far the asked ones are; those whose runs have all ended are judged."""
    for claim in [c for c in able if c.id in _asked]:
        configs = claims.runs_of(claim)
        ended = sum(1 for c in configs if _ended(c))
        st.caption(f"{claim.id} · " + TEXT["busy"].format(done=ended, all=len(configs))(lang))
        if ended == len(configs) or all(_ended(c) or _gone(c) for c in configs):
            _judge(claim)
    for claim in [c for c in able if c.id in st.session_state.get("halted", set()) & _halted]:
        st.caption(f"{claim.id} · " + TEXT["needs"].format(x=MISSING[claims.UNFINISHED])(lang))


def _over(able: list) -> None:
    """What was being measured is: show it, and to those who watched, which of it met a run that was stopped on its way."""
    here = {c.id for c in able}
    st.session_state["halted"] = (st.session_state.get("halted", set()) - here) | (here & _halted)
    st.rerun()


def _ask(claim, lang: str) -> None:
    """Send the claim's runs to the workers. Those that were trained on this machine are not trained again."""
    try:
        jobs.submit([c for c in claims.runs_of(claim) if not _inline(c)], shell.me())
    except Problem as problem:
        st.warning(sentences.say(problem.code, problem.facts)(lang))
        return
    with _lock:
        _asked.add(claim.id)
        _halted.discard(claim.id)
    st.rerun()


def _inline(config) -> bool:
    return experiment.of(config).lane == "inline"


def _ended(config) -> bool:
    if _inline(config):
        return True
    return _mine(config).status().state in runs.ENDED


def _gone(config) -> bool:
    """Whether a run that was asked for will not come: cleared away meanwhile, or its process died and nobody asks anew."""
    status = None if _inline(config) else _mine(config).status()
    return status is not None and (status.state == "absent" or status.left)


def _mine(config) -> runs.Run:
    """This machine's own run: one that ships with the app has been measured elsewhere."""
    return runs.Run(experiment.run_id(config))


def _judge(claim) -> None:
    from app.view import inline, read

    def result(config):
        return inline(config) if _inline(config) else read(_mine(config)).up_to(getattr(config, "steps", None))

    with _lock:
        _asked.discard(claim.id)
    verdict = claims.evaluate(claim, result)
    if claims.UNFINISHED in verdict.missing:
        _halted.add(claim.id)
    claims.remember(claim, verdict)
