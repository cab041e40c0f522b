"""The texts a model can learn from: a line each with licence, size and place; two novels and FineWeb to fetch."""

import pandas as pd
import streamlit as st

from app import errand_box, knobs, sentences, shell
from app.i18n import T, same
from app.lesson import discover
from core import corpora, documents, errands, fineweb, gutenberg, library, token_costs, tokenizers
from core.problem import Problem

BUILT_IN = (*corpora.NAMES, "docs-python")
LICENCES = {
    "tales": T("ours, MIT", "của dự án, MIT"),
    "python": T("PSF, of Python 3.11", "PSF, của Python 3.11"),
    "book": T("public domain in the USA", "phạm vi công cộng ở Mỹ"),
    "fineweb": T("ODC-By 1.0, Common Crawl's terms", "ODC-By 1.0, điều khoản Common Crawl"),
    "own": T("yours", "của bạn"),
}
READINGS = {
    "served": T("as served, as the course reads it", "nguyên như tải về, như khóa học đọc"),
    "lf": T("without \\r", "bỏ \\r"),
    "body_cr": T("the book alone, with \\r", "chỉ phần sách, giữ \\r"),
    "body": T("the book alone, as lessons here read it", "chỉ phần sách, như các bài ở đây đọc"),
}
COURSE = {  # what the course says, and how it compares with the files
    35: T(
        "The course speaks of 21,000 + 2,500 windows. No edition gives exactly that: it rounds. Its own notebook "
        "printed "
        "45,295 tokens and 20,380 + 2,264 windows, from a file without licence and carriage returns.",
        "Khóa học nói 21,000 + 2,500 cửa sổ. Không bản nào cho đúng số đó: đây là số làm tròn. Notebook của khóa in ra "
        "45,295 token và 20,380 + 2,264 cửa sổ, từ một tệp không có giấy phép và ký tự \\r.",
    ),
    829: T(
        "The course speaks of about 158,000 tokens: that is the file as served in 2023, 158,350 with GPT-2's "
        "vocabulary. "
        "9,921 of them, 6.3 %, are carriage returns (\\r), which a model then learns to write.",
        "Khóa học nói khoảng 158,000 token: đó là tệp nguyên như tải về năm 2023, 158,350 token với từ vựng "
        "GPT-2. Trong đó "
        "9,921 token, tức 6.3 %, là ký tự \\r, nên mô hình học cả cách viết chúng.",
    ),
}
TEXT = {
    "tokenizer": T("counted with", "đếm bằng"),
    "text": T("text", "văn bản"),
    "licence": T("licence", "giấy phép"),
    "characters": T("characters", "ký tự"),
    "tokens": T("tokens", "token"),
    "distinct": T("distinct tokens", "token khác nhau"),
    "where": T("where", "ở đâu"),
    "made": T("made when needed", "tạo khi cần"),
    "split": T(
        "Every text is cut by position first, the last tenth is its test part, and only then into windows: no "
        "window lies on "
        "both sides. (Tales: fresh stories instead.) Lesson 6 shows what random windows would hide.",
        "Mọi văn bản được cắt theo vị trí trước, phần mười cuối là tập kiểm thử, rồi mới chia cửa sổ: không cửa "
        "sổ nào nằm ở "
        "cả hai phía. (Tales: dùng truyện mới.) Bài 6 cho thấy cửa sổ ngẫu nhiên che giấu điều gì.",
    ),
    "look": T("Look into a text", "Xem một văn bản"),
    "shown": T("Its first {n} characters; ␍ is a carriage return.", "{n} ký tự đầu; ␍ là ký tự về đầu dòng (\\r)."),
    "books": T("Two novels from Project Gutenberg", "Hai cuốn truyện từ Project Gutenberg"),
    "download": T("Download ({size} MB)", "Tải về ({size} MB)"),
    "here": T("On this machine: {path}", "Đã có trên máy này: {path}"),
    "by_hand": T(
        "By hand: save {address} ({size} MB) as {file} in {folder}. Until then lessons use Tales and Python's manual.",
        "Tự làm: lưu {address} ({size} MB) thành {file} trong {folder}. Trong lúc chờ, các bài dùng Tales và "
        "sách hướng dẫn "
        "Python.",
    ),
    "reading": T("the same file, read in four ways", "cùng một tệp, bốn cách đọc"),
    "windows": T("windows of 8 (90 + 10 %)", "cửa sổ 8 token (90 + 10 %)"),
    "returns": same("\\r"),
    "compare": T("Choose GPT-2 above to see those numbers.", "Hãy chọn GPT-2 ở trên để thấy các số ấy."),
    "keep": T("keep carriage returns", "giữ ký tự về đầu dòng (\\r)"),
    "keep_help": T(
        "Servers end each line with two characters, \\r\\n. Kept, the \\r is one more token a line, and a model "
        "learns to "
        "write it.",
        "Máy chủ kết thúc mỗi dòng bằng hai ký tự, \\r\\n. Nếu giữ lại, \\r là thêm một token mỗi dòng, và mô "
        "hình học cách "
        "viết nó.",
    ),
    "lesson": T("Train lesson {n} on it ▸", "Huấn luyện bài {n} trên văn bản này ▸"),
    "fineweb": T("FineWeb: real web pages, cleaned", "FineWeb: trang web thật, đã làm sạch"),
    "fineweb_is": T(
        "Penedo et al. 2024: 15 trillion tokens of Common Crawl after language, quality and duplicate filters. "
        "These are the "
        "first documents of its 10-billion-token sample, with all nine columns, in order: the same for everybody.",
        "Penedo và cộng sự 2024: 15 nghìn tỷ token từ Common Crawl sau khi lọc ngôn ngữ, chất lượng và trùng "
        "lặp. Đây là các "
        "tài liệu đầu của mẫu 10 tỷ token, đủ chín cột, theo thứ tự: ai tải cũng như nhau.",
    ),
    "count": T("documents", "số tài liệu"),
    "stream": T("Stream {n} documents (about {size} MB)", "Tải {n} tài liệu (khoảng {size} MB)"),
    "have": T("{n} documents on this machine: {path}", "{n} tài liệu trên máy này: {path}"),
    "half": T("{n} documents have arrived so far.", "Đã tải được {n} tài liệu."),
    "instead": T(
        "Not on this machine. Until then “Python's documentation as web pages” takes its place: {n} pages in the "
        "same nine "
        "columns, but nobody crawled or scored them, and their token_count is ours. Your own parquet or JSONL "
        "file with these "
        "columns goes under “Your own”. By hand: a parquet file as {file} in {folder}.",
        "Máy này chưa có. Trong lúc chờ, “tài liệu Python dưới dạng trang web” thay chỗ: {n} trang cùng chín "
        "cột, nhưng không "
        "ai thu thập hay chấm điểm chúng, và token_count là do chúng tôi đếm. Tệp parquet hoặc JSONL có các cột này thì "
        "đưa vào mục "
        "“Của bạn”. Tự làm: đặt tệp parquet với tên {file} trong {folder}.",
    ),
    "rows": T("Look at the rows", "Xem các dòng"),
}


def draw(lang: str) -> None:
    """The list, one text from inside, the novels, FineWeb."""
    tokenizer = st.segmented_control(
        TEXT["tokenizer"](lang),
        ["bpe", "bytes", "gpt2"],
        key="library_tokenizer",
        default="bpe",
        format_func=lambda code: dict(knobs.TOKENIZER.options)[code](lang),
        required=True,
    )
    try:
        tokenizers.load(tokenizer)
    except Problem as problem:
        st.info(sentences.say(problem.code, problem.facts)(lang))
        tokenizer = "bpe"
    names = [*BUILT_IN, *library.texts()]
    st.dataframe(_table(names, tokenizer, lang), hide_index=True, width="stretch")
    st.caption(TEXT["split"](lang))
    with st.expander(TEXT["look"](lang)):
        _inside(names, lang)
    st.subheader(TEXT["books"](lang), anchor=False)
    for column, book in zip(st.columns(2), gutenberg.BOOKS.values(), strict=True):
        with column.container(border=True, key=f"book_{book.number}"):
            _book(book, tokenizer, lang)
    st.subheader(TEXT["fineweb"](lang), anchor=False)
    with st.container(border=True, key="fineweb"):
        _fineweb(lang)


def licence(name: str) -> T:
    if name in ("tales-en", "tales-vi"):
        return LICENCES["tales"]
    if name in ("manual", "docs-python"):
        return LICENCES["python"]
    return LICENCES["book" if name.startswith("book-") else "fineweb" if name == "fineweb" else "own"]


def _table(names: list[str], tokenizer: str, lang: str) -> pd.DataFrame:
    """A line per text. One that cannot be read has dashes, and its sentence where it stands."""
    rows = []
    for name in names:
        place = library.path(name)
        row = {"text": knobs.title(name)(lang), "licence": licence(name)(lang)}
        try:
            size = library.size(name, tokenizer)
            counts = {"characters": size.characters, "tokens": size.tokens, "distinct": size.distinct}
            where = str(place) if place else TEXT["made"](lang)
        except Problem as problem:
            counts = dict.fromkeys(("characters", "tokens", "distinct"))
            where = sentences.say(problem.code, problem.facts)(lang)
        rows.append(row | counts | {"where": where})
    frame = pd.DataFrame(rows)
    for column in ("characters", "tokens", "distinct"):
        frame[column] = [("–" if pd.isna(n) else f"{int(n):,}") for n in frame[column]]
    return frame.rename(columns={name: TEXT[name](lang) for name in frame.columns})


def _inside(names: list[str], lang: str, shown: int = 700) -> None:
    name = st.selectbox(
        TEXT["text"](lang),
        names,
        format_func=lambda n: knobs.title(n)(lang),
        label_visibility="collapsed",
        key="look_into",
    )
    try:
        text = corpora.load(name).train[:shown]
    except Problem as problem:
        st.warning(sentences.say(problem.code, problem.facts)(lang))
        return
    st.caption(TEXT["shown"].format(n=len(text))(lang))
    st.code(text.replace("\r", "␍"), language=None, wrap_lines=True)
    to_lesson(name, lang)


def to_lesson(name: str, lang: str, number: int = 5) -> None:
    """A link into a lesson whose text control then stands on this text."""
    pages, lessons = st.session_state.get("pages", {}), discover()
    page = pages.get(f"{number:02d}-{lessons[number].slug}") if number in lessons else None
    if page is not None:
        label = TEXT["lesson"].format(n=number)(lang)
        link = {f"l{number:02d}_corpus": name, "me": shell.me(), "lang": lang}
        st.page_link(page, label=label, query_params=link)


# --- novels ---------------------------------------------------------------------------------------------------------


def _book(book: gutenberg.Book, tokenizer: str, lang: str) -> None:
    st.markdown(f"**{book.title}** · {book.author}")
    name, size = f"book-{book.number}", f"{book.bytes / 1e6:.2f}"
    try:
        gutenberg.load(name)
    except Problem as problem:
        if problem.code != "book_missing":
            st.warning(sentences.say(problem.code, problem.facts)(lang))
        label = TEXT["download"].format(size=size)
        errand_box.draw(name, label, lambda: fetch_book(book), lang, kept=gutenberg.kept(book))
        facts = {"address": book.addresses[0], "size": size, "file": book.path.name, "folder": str(book.path.parent)}
        st.caption(TEXT["by_hand"].format(**facts)(lang))
        return
    st.caption(TEXT["here"].format(path=str(book.path))(lang))
    encode = tokenizers.load(tokenizer).encode
    rows = [_reading(READINGS[key](lang), *_counts(text, encode), lang) for key, text in _readings(book).items()]
    st.table(pd.DataFrame(rows).set_index(TEXT["reading"](lang)))
    st.caption(COURSE[book.number](lang) + ("" if tokenizer == "gpt2" else " " + TEXT["compare"](lang)))
    returns = st.toggle(TEXT["keep"](lang), key=f"keep_{book.number}", help=TEXT["keep_help"](lang))
    to_lesson(name + ("-cr" if returns else ""), lang)


def _readings(book: gutenberg.Book) -> dict[str, str]:
    about = book.path.stat()
    return _readings_of(book.number, about.st_size, about.st_mtime_ns)


@st.cache_data(max_entries=4, show_spinner=False)
def _readings_of(number: int, _size: int, _changed: int) -> dict[str, str]:
    return gutenberg.readings(gutenberg.BOOKS[number])


def _counts(text: str, encode) -> tuple[int, int, int]:
    """(tokens, distinct tokens, carriage returns)"""
    ids = encode(text)
    return len(ids), len(set(ids)), text.count("\r")


def _reading(title: str, tokens: int, distinct: int, returns: int, lang: str) -> dict:
    windows = token_costs.windows(tokens)
    train = int(windows * 0.9)
    return {
        TEXT["reading"](lang): title,
        TEXT["tokens"](lang): f"{tokens:,}",
        TEXT["distinct"](lang): f"{distinct:,}",
        TEXT["returns"](lang): f"{returns:,}",
        TEXT["windows"](lang): f"{train:,} + {windows - train:,}",
    }


def fetch_book(book: gutenberg.Book) -> None:
    """Start the download in the background."""

    def work(progress, cancelled):
        return {"path": str(gutenberg.fetch(book, progress, cancelled))}

    errands.start(f"book-{book.number}", work)


# --- FineWeb --------------------------------------------------------------------------------------------------------


def _fineweb(lang: str) -> None:
    st.markdown(TEXT["fineweb_is"](lang))
    place, have = documents.path("fineweb"), 0
    try:
        table = documents.load("fineweb")
        have = table.num_rows
        st.caption(TEXT["have"].format(n=f"{have:,}", path=str(place))(lang))
        _rows(table, "fineweb", lang)
        to_lesson("fineweb", lang)
    except Problem as problem:
        if problem.code != "fineweb_missing":
            st.warning(sentences.say(problem.code, problem.facts)(lang))
        table = documents.load("docs-python")
        st.markdown(TEXT["instead"].format(n=table.num_rows, file=place.name, folder=str(place.parent))(lang))
        _rows(table, "docs-python", lang)
    more = [n for n in fineweb.COUNTS if n > have]
    if not more:
        return
    kept = fineweb.kept()
    first = next((n for n in more if n >= kept), more[-1])  # what was on its way goes on
    count = st.segmented_control(
        TEXT["count"](lang), more, key="fineweb_count", default=first, format_func=lambda n: f"{n:,}", required=True
    )
    size = f"{(count - have) * fineweb.PER_DOCUMENT / 1e6:.0f}"
    if kept:
        st.caption(TEXT["half"].format(n=f"{kept:,}")(lang))
    label = TEXT["stream"].format(n=f"{count:,}", size=size)
    errand_box.draw("fineweb", label, lambda: fetch_fineweb(count), lang, unit="count", kept=kept)


def _rows(table, key: str, lang: str) -> None:
    with st.expander(TEXT["rows"](lang)):
        st.dataframe(table.slice(0, 100).to_pandas(), hide_index=True, width="stretch", key=f"rows_{key}", height=280)


def fetch_fineweb(count: int) -> None:
    """Start the streaming in the background."""

    def work(progress, cancelled):
        fineweb.fetch(count, progress, cancelled)
        return {"documents": count}

    errands.start("fineweb", work)
