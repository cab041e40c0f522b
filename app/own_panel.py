"""A learner's own words: a file or pasted text, and a story language typed as one line with {slots}."""

import streamlit as st

from app import knobs, sentences, texts_panel
from app.i18n import T
from app.theme import number
from core import corpora, documents, library, own_tales, rng, tales, uploads
from core.problem import Problem

TEXT = {
    "text": T("Your text", "Văn bản của bạn"),
    "file": T(
        "A file: .txt or .md (2 MB), .jsonl or .parquet (20 MB)",
        "Một tệp: .txt hoặc .md (2 MB), .jsonl hoặc .parquet (20 MB)",
    ),
    "file_help": T(
        "It stays on the machine that runs this page. UTF-8, UTF-16 or Windows-1252; line ends and accents are "
        "made uniform. "
        "Tables need a column “text”; with FineWeb's nine columns they work wherever FineWeb does.",
        "Tệp ở lại trên máy đang chạy trang này. UTF-8, UTF-16 hoặc Windows-1252; dấu xuống dòng và dấu chữ được "
        "chuẩn hóa. "
        "Bảng cần có cột “text”; nếu đủ chín cột của FineWeb thì dùng được ở mọi nơi dùng FineWeb.",
    ),
    "paste": T("or paste it here (at least 1,000 characters)", "hoặc dán vào đây (ít nhất 1,000 ký tự)"),
    "keep": T("Keep this text", "Lưu văn bản này"),
    "kept": T(
        "Kept. {characters} characters, {tokens} tokens of the built-in byte pairs, {distinct} of them distinct; "
        "the last "
        "tenth ({test} tokens) is its test part.",
        "Đã lưu. {characters} ký tự, {tokens} token theo cặp byte có sẵn, trong đó {distinct} token khác nhau; "
        "phần mười cuối "
        "({test} token) là tập kiểm thử.",
    ),
    "kept_tale": T(
        "Kept. 6,600 stories of it are {tokens} tokens, {distinct} of them distinct; 600 of the stories ({test} "
        "tokens) are the "
        "test part.",
        "Đã lưu. 6,600 truyện của nó có {tokens} token, trong đó {distinct} token khác nhau; 600 truyện ({test} "
        "token) là tập "
        "kiểm thử.",
    ),
    "few": T(
        "That is very little: expect the training loss to fall far below the test loss (lesson 6).",
        "Như vậy là rất ít: loss huấn luyện sẽ xuống thấp hơn loss kiểm thử nhiều (bài 6).",
    ),
    "tale": T("Your own Tales", "Tales của riêng bạn"),
    "tale_is": T(
        "Write a story with slots, and its entropy is known exactly: you will see how close a model comes to the best "
        "possible. One line is one kind of story.",
        "Viết một truyện có các ô trống là biết chính xác entropy của nó: bạn sẽ thấy mô hình tới gần mức tốt "
        "nhất có thể "
        "đến đâu. Mỗi dòng là một kiểu truyện.",
    ),
    "syntax": T(
        "`{who: fox / bear*3}` draws one, a bear three times as often · `{who}` says it again · "
        "`{she <- who: it / she}` follows what was drawn, in the same order",
        "`{ai: cáo / gấu*3}` rút một giá trị, gấu hay gặp gấp ba · `{ai}` nhắc lại · "
        "`{nó <- ai: nó / bác}` đi theo giá trị đã rút, theo đúng thứ tự",
    ),
    "template": T("story", "truyện"),
    "told": T("told three times:", "kể thử ba lần:"),
    "floors": T(
        "{nats} nats a story, {length} tokens on average. Nats per token: {true} is the best any model can do, "
        "{bigram} the "
        "best for one that sees one token, {unigram} for one that sees none.",
        "{nats} nats mỗi truyện, trung bình {length} token. Nats mỗi token: {true} là mức tốt nhất với mọi mô "
        "hình, {bigram} "
        "với mô hình thấy một token, {unigram} với mô hình không thấy gì.",
    ),
    "keep_tale": T("Keep this language", "Lưu ngôn ngữ này"),
    "have": T("On this machine", "Có trên máy này"),
    "delete": T("Delete", "Xóa"),
    "none": T("Nothing of your own yet.", "Chưa có gì của bạn."),
}
EXAMPLE = T(
    "One day a {who: fox / bear*3 / girl} met a {friend: crow / pirate}. The {friend} asked for {n: two / three} "
    "{thing: shells / keys}, and {she <- who: it / it / she} gave {n} {thing} to the {friend}.",
    "Một hôm, {ai: cô bé*3 / cậu bé} gặp {bạn: chú cáo / bác gấu}. Rồi {bạn} xin {n: hai / ba} {vật: vỏ ốc / "
    "viên đá}, và "
    "{ai} cho {bạn} {n} {vật}.",
)


def draw(lang: str) -> None:
    """Text to the left, Tales to the right, what there is below."""
    left, right = st.columns(2, gap="medium")
    with left:
        _text(lang)
    with right:
        _tale(lang)
    st.subheader(TEXT["have"](lang), anchor=False)
    _list(lang)


def _text(lang: str) -> None:
    st.subheader(TEXT["text"](lang), anchor=False)
    state = st.session_state
    file = st.file_uploader(
        TEXT["file"](lang),
        type=["txt", "md", "jsonl", "parquet"],
        key="own_file",
        help=TEXT["file_help"](lang),
        max_upload_size=20,
    )
    if file is not None and state.get("own_file_seen") != file.file_id:  # once, or a deleted text would come back
        state["own_file_seen"] = file.file_id
        state["own_done"] = _attempt(lambda: keep(file.name, file.getvalue()))
    text = st.text_area(
        TEXT["paste"](lang), key="own_paste", height=120, max_chars=uploads.LARGEST, persist_state="session"
    )
    if st.button(TEXT["keep"](lang), key="own_keep", disabled=not text.strip()):
        state["own_done"] = _attempt(lambda: uploads.add(text))
    _outcome("own_done", lang)


def keep(filename: str, data: bytes) -> str:
    """Keep an uploaded file as documents or as text, by its ending; returns its name. Raises the Problems of
    documents.add and uploads.add."""
    table = filename.lower().endswith((".jsonl", ".parquet"))
    return documents.add(data) if table else uploads.add(data)


def _attempt(work) -> tuple[str, object]:
    """("kept", name) or ("refused", Problem): what is shown until the next try."""
    try:
        return "kept", work()
    except Problem as problem:
        return "refused", problem


def _outcome(key: str, lang: str) -> None:
    how, what = st.session_state.get(key, ("", None))
    if how == "refused":
        st.warning(sentences.say(what.code, what.facts)(lang))
    elif how == "kept" and library.path(what).exists():
        size = library.size(what, "bpe")
        facts = {
            "characters": size.characters,
            "tokens": size.tokens,
            "distinct": size.distinct,
            "test": size.test_tokens,
        }
        tale = corpora.load(what).tale is not None
        st.success(TEXT["kept_tale" if tale else "kept"].format(**{k: f"{v:,}" for k, v in facts.items()})(lang))
        if size.tokens < 5000 and not tale:
            st.caption(TEXT["few"](lang))
        texts_panel.to_lesson(what, lang)


def _tale(lang: str) -> None:
    st.subheader(TEXT["tale"](lang), anchor=False)
    st.markdown(TEXT["tale_is"](lang))
    st.caption(TEXT["syntax"](lang))
    st.session_state.setdefault("own_template", EXAMPLE(lang))
    template = st.text_area(
        TEXT["template"](lang), key="own_template", height=130, max_chars=6000, persist_state="session"
    )
    try:
        language, known = _known(template)
    except Problem as problem:
        st.warning(sentences.say(problem.code, problem.facts)(lang))
        return
    stories = tales.tell(language, 3, rng.numpy_stream(1, "sample")).strip()
    st.caption(TEXT["told"](lang))
    st.code(stories, language=None, wrap_lines=True)
    st.markdown(TEXT["floors"].format(**{name: number(value) for name, value in known.items()})(lang))
    if st.button(TEXT["keep_tale"](lang), key="own_keep_tale"):
        st.session_state["tale_done"] = _attempt(lambda: own_tales.add(template))
    _outcome("tale_done", lang)


@st.cache_data(max_entries=50, show_spinner=False)
def _checked(template: str) -> dict:
    return own_tales.check(own_tales.parse(template))


def _known(template: str) -> tuple[tales.Language, dict]:
    return own_tales.parse(template), _checked(template)


def _list(lang: str) -> None:
    names = library.own()[: library.MOST]
    if not names:
        st.caption(TEXT["none"](lang))
    for name in names:
        words, where, link, button = st.columns([3, 4, 2, 1], vertical_alignment="center")
        words.markdown(knobs.title(name)(lang))
        where.caption(str(library.path(name)))
        with link:
            texts_panel.to_lesson(name, lang)
        button.button(TEXT["delete"](lang), key=f"delete_{name}", on_click=_delete, args=(name,), type="tertiary")


def _delete(name: str) -> None:
    try:
        library.delete(name)
    except Problem as problem:
        st.session_state["own_done"] = ("refused", problem)
