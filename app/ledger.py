"""All claims of all lessons in one table, the ones that fail first. One of them in full below it, to be measured again."""

import pandas as pd
import streamlit as st

from app import claim_link, claims_panel, shell
from app.i18n import T
from app.lesson import discover
from core import claims

TEXT = {
    "state": T("Which claims", "Những khẳng định nào"),
    "title": T("Is the course right?", "Khóa học có đúng không?"),
    "lead": T(
        "Every statement of the lessons here, measured. The course simplified, we measure: what fails is a place to learn. "
        "Choose a line to read why, to measure it again on this machine, or to try it yourself.",
        "Mọi khẳng định trong các bài ở đây, đều được đo. Khóa học giản lược, còn ta đo: khẳng định sai là chỗ đáng học. "
        "Chọn một dòng để đọc lý do, để đo lại trên máy này, hoặc để tự tay thử.",
    ),
    "all": T("all", "tất cả"),
    "verdict": T("verdict", "kết luận"),
    "claim": T("claim", "khẳng định"),
    "said": T("statement", "nội dung"),
    "course": T("the course says", "khóa học nói"),
    "ours": T("(ours)", "(của chúng tôi)"),
    "figure": T("measured here", "đo được ở đây"),
    "lesson": T("lesson", "bài"),
    "when": T("when, on what", "khi nào, trên máy nào"),
    "here": T("{date}, this machine", "{date}, máy này"),
    "shipped": T("{date}, shipped", "{date}, kèm theo"),
    "try": T("Try it in lesson {n}, with these settings", "Thử trong bài {n}, với đúng thiết lập này"),
    "none": T("No claim has this verdict now.", "Hiện không có khẳng định nào có kết luận này."),
}
ROW = 38  # pixels
MARKS = {"fails": "✗", "depends": "◐", "unclear": "?", "holds": "✓", "not_measured": "–"}


def show() -> None:
    lang = shell.lang()
    st.title(TEXT["title"](lang), anchor=False)
    st.markdown(TEXT["lead"](lang))
    found = [(n, claim, claims.recall(claim)) for n, lesson in discover().items() for claim in lesson.claims]
    counts = {name: sum(state(hit) == name for _, _, hit in found) for name in claims.STATES}
    chosen = st.segmented_control(
        TEXT["state"](lang),
        ["all", *[name for name in claims_panel.ORDER if counts[name]]],
        key="ledger_state",
        default="all",
        label_visibility="collapsed",
        format_func=lambda s: (
            f"{TEXT['all'](lang)} ({len(found)})" if s == "all" else f"{claims_panel.STATES[s](lang)} ({counts[s]})"
        ),
    )
    shown = [row for row in found if chosen in (None, "all", state(row[2]))]
    shown.sort(key=lambda row: claims_panel.ORDER.index(state(row[2])))
    if not shown:
        st.caption(TEXT["none"](lang))
        return
    table, detail = st.container(), st.container(key="ledger_detail")
    with table:
        picked = draw(shown, lang, key=f"ledger_{chosen}")
    with detail:
        one(*shown[min(picked, len(shown) - 1)], lang)


def state(found) -> str:
    return found[0].state if found else "not_measured"


def draw(shown: list, lang: str, key: str) -> int:
    """The table; returns which of its rows is chosen, the first if none."""
    answer = st.dataframe(
        frame(shown, lang),
        hide_index=True,
        height=ROW * (min(len(shown), 10) + 1),
        row_height=ROW,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        column_config={
            TEXT["claim"](lang): st.column_config.TextColumn(width=60, pinned=True),
            TEXT["verdict"](lang): st.column_config.TextColumn(width=115, pinned=True),
            TEXT["said"](lang): st.column_config.TextColumn(width=430),
            TEXT["course"](lang): st.column_config.TextColumn(width=150),
            TEXT["figure"](lang): st.column_config.TextColumn(width=300),
        },
    )
    return (answer.selection.rows or [0])[0]


def frame(shown: list, lang: str) -> pd.DataFrame:
    """One row a claim, in the reader's language: what `make claims` writes into CLAIMS.md as well."""
    lessons = discover()
    rows = []
    for number, claim, hit in shown:
        verdict = hit[0] if hit else claims.Verdict("not_measured", missing=claims.missing(claim))
        rows.append(
            {
                "claim": claim.id,
                "verdict": f"{MARKS[verdict.state]} {claims_panel.STATES[verdict.state](lang)}",
                "said": claim.text(lang),
                "course": claim.reported(lang) if claim.source else TEXT["ours"](lang),
                "figure": claims_panel.figure(claim, verdict, lang),
                "lesson": f"{number:02d} {lessons[number].title(lang)}",
                "when": TEXT[hit[1]["source"]].format(date=hit[1]["date"])(lang) if hit else "",
            }
        )
    return pd.DataFrame(rows).rename(columns={name: TEXT[name](lang) for name in rows[0]})


def one(number: int, claim, hit, lang: str) -> None:
    """The chosen claim in full, the way into its lesson, and the button that measures it here."""
    lesson = discover()[number]
    with st.container(border=True):
        st.markdown(claims_panel.told(claim, hit, lang), unsafe_allow_html=True)
        st.page_link(
            st.session_state["pages"][f"{number:02d}-{lesson.slug}"],
            label=TEXT["try"].format(n=number)(lang) + " ▸",
            query_params=dict(claim_link.settings(number, lesson, claim)) | carried(),
        )
        if claim.measure is not None and not claims.missing(claim):
            claims_panel.measure_one(claim, lang)


def carried() -> dict:
    """What every link of this visit keeps: who, in which language, on which screen."""
    return {k: v for k, v in st.query_params.items() if k in ("me", "lang", "projector")}
