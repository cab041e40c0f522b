"""All claims of all lessons on one page, the ones that fail first; each leads into its lesson."""

import streamlit as st

from app import claims_panel, shell
from app.i18n import T
from app.lesson import discover
from core import claims

TEXT = {
    "title": T("Is the course right?", "Khóa học có đúng không?"),
    "lead": T(
        "Every statement of the lessons here, measured. The course simplified, we measure: what fails is a place to learn.",
        "Mọi khẳng định trong các bài ở đây, đều được đo. Khóa học giản lược, còn ta đo: khẳng định sai là chỗ đáng học.",
    ),
    "all": T("all", "tất cả"),
}


def show() -> None:
    lang = shell.lang()
    st.title(TEXT["title"](lang), anchor=False)
    st.markdown(TEXT["lead"](lang))
    found = [(n, claim, claims.recall(claim)) for n, lesson in discover().items() for claim in lesson.claims]
    state = lambda hit: hit[0].state if hit else "not_measured"  # noqa: E731
    counts = {name: sum(state(hit) == name for _, _, hit in found) for name in claims.STATES}
    chosen = st.segmented_control(
        "state",
        ["all", *[name for name in claims.STATES if counts[name]]],
        key="ledger_state",
        default="all",
        label_visibility="collapsed",
        format_func=lambda s: TEXT["all"](lang) if s == "all" else f"{claims_panel.STATES[s](lang)} ({counts[s]})",
    )
    lessons, pages = discover(), st.session_state["pages"]
    for number, claim, hit in sorted(found, key=lambda row: claims_panel.ORDER.index(state(row[2]))):
        if chosen in (None, "all", state(hit)):
            with st.container(key=f"claim_{claim.id.replace('.', '_')}", gap="xxsmall"):
                st.markdown(claims_panel.told(claim, hit, lang), unsafe_allow_html=True)
                st.page_link(
                    pages[f"{number:02d}-{lessons[number].slug}"], label=f"{number:02d} {lessons[number].title(lang)} ▸"
                )
