"""The page of texts and weights: what is here, what can be fetched, what a learner brings, and what takes up space."""

import streamlit as st

from app import own_panel, shell, storage_panel, texts_panel, tokens_panel, weights_panel
from app.i18n import T
from core import network

SECTIONS = {
    "texts": (T("Texts", "Văn bản"), texts_panel.draw),
    "own": (T("Your own", "Của bạn"), own_panel.draw),
    "tokens": (T("Tokenizers", "Bộ tách token"), tokens_panel.draw),
    "weights": (T("Weights", "Trọng số"), weights_panel.draw),
    "storage": (T("Storage", "Dung lượng"), storage_panel.draw),
}
TEXT = {
    "title": T("Texts and weights", "Văn bản và trọng số"),
    "lead": T(
        "Every lesson works with what is built in. Here you add real books, real web pages and your own words, "
        "and look at "
        "what models read before they learn.",
        "Mọi bài học đều chạy được với những gì có sẵn. Ở đây bạn thêm sách thật, trang web thật và chữ của "
        "chính bạn, và "
        "xem mô hình đọc gì trước khi học.",
    ),
    "look": T("Look again", "Kiểm tra lại"),
}
NETWORK = {
    True: T("online", "có mạng"),
    False: T(
        "offline: what is on this machine works, downloads wait for a network",
        "không có mạng: những gì có trên máy vẫn dùng được, việc tải phải chờ có mạng",
    ),
    None: T("looking for a network…", "đang kiểm tra mạng…"),
}


def show() -> None:
    lang = shell.lang()
    st.title(TEXT["title"](lang), anchor=False)
    st.markdown(TEXT["lead"](lang))
    shell.fragment(_network, 0.5 if network.online() is None else None)(lang, network.online() is None)
    wanted = st.query_params.get("section")
    state = st.session_state
    if "library_section" not in state:
        state["library_section"] = wanted if wanted in SECTIONS else "texts"
    section = st.segmented_control(
        TEXT["title"](lang),
        list(SECTIONS),
        key="library_section",
        default=state["library_section"],
        format_func=lambda key: SECTIONS[key][0](lang),
        label_visibility="collapsed",
        required=True,
    )
    shell.guarded(lambda: SECTIONS[section][1](lang))


def _network(lang: str, looking: bool) -> None:
    """Whether there is an internet; asked in the background, so that nothing waits for it."""
    answer = network.online()
    if looking and answer is not None:
        st.rerun()
    words, button = st.columns([5, 1], vertical_alignment="center")
    words.caption(NETWORK[answer](lang))
    if answer is not None and button.button(TEXT["look"](lang), key="look_again", type="tertiary"):
        network.look_again()
        st.rerun()
