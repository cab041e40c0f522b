"""What stands around every page: language, device, projector mode, storage, the workers, and the last line of defence."""

import functools
import logging
import os

import streamlit as st

from app import learner, sentences
from app.i18n import LANGUAGES, T
from app.lesson import GROUPS, PAGES, discover, page_path
from core import device, files, runs, workers
from core.problem import Problem


def limit(told: str) -> int:
    """Bytes the store may hold before it sheds weights: so many GB where that is a number above 0, else 4."""
    try:
        wanted = float(told)
    except ValueError:
        wanted = 0.0
    return int((wanted if 0 < wanted < 1e6 else 4) * 1e9)


LIMIT = limit(os.environ.get("PLAYGROUND_GB", ""))
TEXT = {
    "home": T("Home", "Trang chủ"),
    "claims": T("Is the course right?", "Khóa học có đúng không?"),
    "library": T("Texts and weights", "Văn bản và trọng số"),
    "language": T("Language", "Ngôn ngữ"),
    "device": T("Device", "Thiết bị"),
    "device_help": T(
        "Where models train. auto: the CPU for small models, which it trains faster than a GPU could start; a GPU, if there is "
        "one, for large ones.",
        "Nơi huấn luyện mô hình. auto: CPU cho mô hình nhỏ, vì nó xong trước khi GPU kịp khởi động; GPU, nếu có, cho mô hình "
        "lớn.",
    ),
    "projector": T("Projector mode", "Chế độ trình chiếu"),
    "leave": T("Leave projector mode", "Thoát chế độ trình chiếu"),
    "storage": T("Stored runs: {mb} MB", "Các lần chạy đã lưu: {mb} MB"),
    "clear": T("Clear stored runs", "Xóa các lần chạy đã lưu"),
    "clear_ask": T(
        "{count} runs ({mb} MB) would go. Pinned runs and runs in progress stay.",
        "{count} lần chạy ({mb} MB) sẽ bị xóa. Lần chạy đã ghim và đang chạy được giữ lại.",
    ),
    "clear_yes": T("Yes, clear them", "Vâng, xóa"),
    "cleared": T("{count} runs cleared.", "Đã xóa {count} lần chạy."),
    "broken": T(
        "This part of the page could not be drawn ({error}). Your runs and settings are safe. Reload the page; if it stays, "
        "“Back to quick” in the lesson helps.",
        "Không vẽ được phần này của trang ({error}). Các lần chạy và thiết lập của bạn vẫn an toàn. Hãy tải lại trang; nếu "
        "vẫn vậy, dùng “Về thiết lập nhanh” trong bài.",
    ),
}


def lang() -> str:
    return st.session_state.get("lang", "en")


def projector() -> bool:
    return bool(st.session_state.get("projector"))


def size() -> float:
    """What charts multiply their type and height with."""
    return 1.5 if projector() else 1.0


def me() -> str:
    return st.session_state["me"]


def sidebar_state() -> str | int:
    """Closed on the projector, else its width in pixels. A width from a stylesheet would stay behind when it is closed."""
    projected = st.session_state.get("projector", st.query_params.get("projector") == "1")  # asked before `begin`
    return "collapsed" if projected else 250


def begin() -> None:
    """Read who asks, in which language, from the link; start the workers once."""
    state, query = st.session_state, st.query_params
    if "me" not in state:
        asked = query.get("me", "")
        state["me"] = asked if learner.valid(asked) else learner.new_id()
        wanted = query.get("lang") or (st.context.locale or "en")[:2]
        state["lang"] = wanted if wanted in LANGUAGES else "en"
        state["projector"] = query.get("projector") == "1"
        state["device"] = "auto"
        state["hide"] = tuple(query.get("hide", "")[:200].split(","))
    for name, value in (
        ("me", state["me"]),
        ("lang", state["lang"]),
        ("projector", "1" if state["projector"] else None),
    ):
        if value is None and name in query:
            del query[name]
        elif value is not None and query.get(name) != value:
            query[name] = value
    pool()
    css, top = ("html{font-size:24px}", "0.5rem") if state["projector"] else ("", "2.2rem")
    st.html(
        f"""<style>{css}
        [data-testid=stMainBlockContainer]{{padding:{top} 2.5rem 2rem;max-width:1720px}}
        [data-testid=stVerticalBlock]{{gap:.5rem}}
        [data-testid=stHeader]{{background:transparent}}
        [data-testid=stHeader],[data-testid=stToolbar],[data-testid=stToolbar]>*{{pointer-events:none!important}}
        [data-testid=stHeader] button,[data-testid=stHeader] a{{pointer-events:auto!important}}
        h1{{font-size:1.7rem!important;padding:0 0 .2rem!important}}
        h2,h3{{font-size:1.12rem!important;line-height:1.35!important;padding:.3rem 0 .45rem!important}}
        [data-testid=stHeading]{{margin-bottom:.15rem}}
        [class*=st-key-card_]{{min-height:11.2rem}}
        [class*=st-key-card_] [data-testid=stPageLink] *{{white-space:normal;overflow:visible}}
        [class*=st-key-card_] [data-testid=stPageLink] a,.st-key-first_step [data-testid=stPageLink] a{{padding-left:0}}
        [data-testid=stPills] [role=radiogroup],[data-testid=stPills] [role=group]{{flex-wrap:wrap}}
        [data-testid=stButtonGroup]>div{{flex-wrap:wrap}}
        [data-testid=stMain] p,[data-testid=stMain] li{{max-width:78ch}}
        [class*=_question] p{{max-width:none!important}}
        button[kind=primary],button[kind=primary] *{{color:light-dark(#fff,#0f1317)}}
        mark.hit{{background:#E69F00;color:#1b1f24;border-radius:3px;padding:0 1px}}
        .sample{{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.95rem;line-height:1.45;max-width:75ch}}
        .cap{{opacity:.72;font-size:.85rem}}
        </style>"""
    )
    st.html(f"<script>document.documentElement.lang='{state['lang']}'</script>", unsafe_allow_javascript=True)


@st.cache_resource
def pool() -> workers.Pool | None:
    """The workers, one pool per server. None where PLAYGROUND_WORKERS=0 (tests of pages alone)."""
    if os.environ.get("PLAYGROUND_WORKERS") == "0":
        return None
    try:
        return workers.Pool().start()
    except (Problem, OSError) as trouble:
        logging.getLogger(__name__).warning("no workers: %s", trouble)
        return None


def pages() -> dict:
    """What st.navigation shows: home, the lessons in their groups, the ledger of claims."""
    code = lang()
    out = {"": [st.Page(PAGES / "home.py", title=TEXT["home"](code), default=True)]}
    lessons = discover()
    for group, name in GROUPS.items():
        found = [
            st.Page(page_path(n), title=f"{n:02d}  {lesson.title(code)}", url_path=f"{n:02d}-{lesson.slug}")
            for n, lesson in lessons.items()
            if lesson.group == group
        ]
        if found:
            out[name(code)] = found
    for name in ("claims", "library"):
        out[""].append(st.Page(PAGES / f"{name}.py", title=TEXT[name](code), url_path=name))
    st.session_state["pages"] = {p.url_path: p for group in out.values() for p in group}
    return out


def sidebar() -> None:
    """Language, device, projector mode, storage."""
    if projector():
        if st.button(TEXT["leave"](lang()), key="leave_projector", type="tertiary"):
            st.session_state["projector"] = False
            st.rerun()
        return
    code = lang()
    with st.sidebar:
        st.segmented_control(
            TEXT["language"](code),
            list(LANGUAGES),
            format_func=LANGUAGES.get,
            default=code,
            key="lang_choice",
            on_change=lambda: st.session_state.update(lang=st.session_state["lang_choice"] or code),
        )
        known = device.remembered()
        there = ["auto", *[name for name, reason in known.items() if not reason]]
        absent = [f"{name}: {sentences.say(reason)(code)}" for name, reason in known.items() if reason]
        state = st.session_state
        picked = st.segmented_control(
            TEXT["device"](code),
            there,
            default=state["device"] if state["device"] in there else "auto",
            key="device_choice",
            help=TEXT["device_help"](code),
        )
        state["device"] = picked or "auto"
        if absent:
            st.caption("  \n".join(absent))
        if st.toggle(TEXT["projector"](code), key="projector_choice"):
            state["projector"] = True
            state.pop("projector_choice", None)
            st.rerun()
        with st.popover(TEXT["storage"].format(mb=_megabytes())(code), width="stretch"):
            _clear(code)


def _megabytes() -> str:
    """Storage used."""
    return f"{_bytes(str(files.home())) / 1e6:.0f}"


@st.cache_data(ttl=20, show_spinner=False)
def _bytes(home: str) -> int:
    """Counted at most every 20 seconds, whoever asks: a full store has tens of thousands of files. One that is too full
    sheds what can be trained again: weights of ended runs that nobody pinned, the oldest first; curves stay."""
    size = files.size(home)[0]
    if size > LIMIT:
        runs.evict(LIMIT, learner.pinned())
        size = files.size(home)[0]
    return size


def _clear(code: str) -> None:
    if not _asked():
        st.button(TEXT["clear"](code), key="clear", on_click=lambda: st.session_state.update(clear_asked=True))
        return
    kept = learner.pinned()
    going = runs.clearable(kept)
    size = sum(files.size(run.dir)[0] for run in going)
    st.write(TEXT["clear_ask"].format(count=len(going), mb=f"{size / 1e6:.0f}")(code))
    st.button(TEXT["clear_yes"](code), key="clear_yes", type="primary", on_click=_clear_now, args=(code,))


def _clear_now(code: str) -> None:
    """Before the page is drawn anew, so that it shows what is left."""
    count = runs.clear(learner.pinned())
    st.session_state.update(clear_asked=False)
    _bytes.clear()
    st.toast(TEXT["cleared"].format(count=count)(code))


def _asked() -> bool:
    return bool(st.session_state.get("clear_asked"))


def guarded(draw) -> None:
    """Draw, and if that goes wrong say so in a sentence: no page ever shows a traceback."""
    try:
        draw()
    except Problem as problem:
        st.warning(sentences.say(problem.code, problem.facts)(lang()))
    except Exception as slip:
        if type(slip).__name__ in ("StopException", "RerunException"):  # Streamlit's own way to end a run
            raise
        logging.getLogger(__name__).exception("page failed")
        st.error(TEXT["broken"].format(error=type(slip).__name__)(lang()))


def fragment(draw, run_every: float | None = None):
    """A part of the page that redraws by itself every `run_every` seconds, guarded like the page."""

    @functools.wraps(draw)
    def safe(*arguments):
        guarded(lambda: draw(*arguments))

    return st.fragment(safe, run_every=run_every)
