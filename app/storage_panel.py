"""What takes up space on this machine: one line a cache, with its folder and a button that empties it."""

import streamlit as st

from app import sentences
from app.i18n import T
from core import files, library
from core.problem import Problem

NAMES = {
    "tokens": T("texts as token numbers", "văn bản dưới dạng id token"),
    "floors": T("floors of languages", "mức sàn của các ngôn ngữ"),
    "oracle": T("the perfect predictor's losses", "loss của bộ dự đoán hoàn hảo"),
    "books": T("novels from Project Gutenberg", "truyện từ Project Gutenberg"),
    "documents": T("web pages: FineWeb and your own", "trang web: FineWeb và của bạn"),
    "texts": T("your texts", "văn bản của bạn"),
    "tales": T("your Tales", "Tales của bạn"),
    "tokenizers": T("GPT-2's vocabulary", "từ vựng của GPT-2"),
    "weights": T("downloaded weights", "trọng số đã tải"),
    "runs": T("stored runs", "các lần chạy đã lưu"),
}
TEXT = {
    "home": T(
        "Everything lies under {folder}; PLAYGROUND_HOME moves it.",
        "Mọi thứ nằm trong {folder}; PLAYGROUND_HOME để chuyển chỗ.",
    ),
    "size": T("{mb} MB in {n} files", "{mb} MB trong {n} tệp"),
    "again": T("made or downloaded again when needed", "sẽ được tạo hoặc tải lại khi cần"),
    "gone": T("cannot be brought back from here", "xóa rồi thì không lấy lại từ đây được"),
    "runs": T("cleared in the sidebar, which keeps pinned runs", "xóa ở thanh bên, nơi giữ lại các lần chạy đã ghim"),
    "delete": T("Delete", "Xóa"),
    "sure": T("Yes, delete", "Vâng, xóa"),
    "keep": T("Keep", "Giữ lại"),
    "empty": T("Nothing is stored yet.", "Chưa lưu gì."),
}


def draw(lang: str) -> None:
    st.markdown(TEXT["home"].format(folder=f"`{files.home()}`")(lang))
    state = st.session_state
    if (problem := state.pop("storage_refused", None)) is not None:
        st.warning(sentences.say(problem.code, problem.facts)(lang))
    found = library.caches()
    if not found:
        st.caption(TEXT["empty"](lang))
    for cache in found:
        name, size, fate, button = st.columns([3, 2, 4, 2], vertical_alignment="center")
        name.markdown(f"**{NAMES[cache.key](lang)}**")
        size.markdown(TEXT["size"].format(mb=f"{cache.bytes / 1e6:.1f}", n=cache.files)(lang))
        fate.caption(
            TEXT["runs" if cache.key == "runs" else "again" if cache.again else "gone"](lang) + f"  \n{cache.folder}"
        )
        if cache.key == "runs":
            continue
        with button:
            if state.get("storage_asked") == cache.key:
                st.button(
                    TEXT["sure"](lang), key=f"sure_{cache.key}", type="primary", on_click=_clear, args=(cache.key,)
                )
                st.button(TEXT["keep"](lang), key=f"keep_{cache.key}", on_click=_ask, args=(None,), type="tertiary")
            else:
                st.button(TEXT["delete"](lang), key=f"clear_{cache.key}", on_click=_ask, args=(cache.key,))


def _ask(key: str | None) -> None:
    st.session_state["storage_asked"] = key


def _clear(key: str) -> None:
    st.session_state["storage_asked"] = None
    try:
        library.clear(key)
    except Problem as problem:
        st.session_state["storage_refused"] = problem
