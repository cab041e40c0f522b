"""An errand on a page: a button with the size, then progress and "stop", then how it ended; a reload finds it again."""

from collections.abc import Callable

import streamlit as st

from app import sentences, shell
from app.i18n import T
from core import errands

POLL = 0.7  # seconds between two looks at a running errand
TEXT = {
    "start": T("Download ({size})", "Tải về ({size})"),
    "resume": T("Continue the download", "Tải tiếp"),
    "again": T("Try again", "Thử lại"),
    "stop": T("Stop", "Dừng"),
    "stopping": T("Stopping…", "Đang dừng…"),
    "bytes": T("{done} of {total} MB", "{done}/{total} MB"),
    "bytes_open": T("{done} MB", "{done} MB"),
    "count": T("{done} of {total} documents", "{done}/{total} tài liệu"),
    "count_open": T("{done} documents", "{done} tài liệu"),
    "begun": T("connecting…", "đang kết nối…"),
    "interrupted": T(
        "The server was stopped during this download. What had arrived is kept.",
        "Máy chủ đã tắt giữa lúc tải. Phần đã tải vẫn được giữ.",
    ),
}


def draw(name: str, label: T, begin: Callable[[], object], lang: str, *, unit: str = "bytes", kept: int = 0) -> None:
    """Button, progress or outcome of the errand `name`. begin(): starts it. label: the button's words, with the size.
    unit: "bytes" or "count". kept: what an earlier try left, so that the button says "continue"."""
    if errands.state(name).active:
        shell.fragment(_running, POLL)(name, lang, unit)
        return
    found = errands.state(name)
    if found.state in ("failed", "cancelled"):
        say = st.info if found.state == "cancelled" else st.warning
        say(sentences.say(found.code, found.facts)(lang))
    elif found.state == "interrupted":
        st.info(TEXT["interrupted"](lang))
    words = TEXT["resume"] if kept else TEXT["again"] if found.state == "failed" else label
    st.button(words(lang), key=f"errand_{name}", on_click=begin)


def _running(name: str, lang: str, unit: str) -> None:
    found = errands.state(name)
    if not found.active:
        st.rerun()  # the whole page: what was missing is there now
    if found.state == "stopping":
        text = TEXT["stopping"](lang)
    elif not found.done:
        text = TEXT["begun"](lang)
    else:
        show = (lambda n: f"{n / 1e6:.1f}") if unit == "bytes" else (lambda n: f"{n:,}")
        if found.total:
            text = TEXT[unit].format(done=show(found.done), total=show(found.total))(lang)
        else:
            text = TEXT[f"{unit}_open"].format(done=show(found.done))(lang)
    st.progress(min(1.0, found.done / found.total) if found.total else 0.0, text)
    st.button(
        TEXT["stop"](lang),
        key=f"errand_stop_{name}",
        on_click=lambda: errands.cancel(name),
        disabled=found.state == "stopping",
    )
