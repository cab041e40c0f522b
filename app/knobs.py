"""Controls that several lessons share, said once: the same knob has the same words everywhere."""

from app.i18n import T, same
from app.lesson import Choice, Slider
from core import gutenberg, library

TEXTS = (
    ("tales-en", same("Tales (English)")),
    ("tales-vi", same("Tales (tiếng Việt)")),
    ("manual", T("Python's manual", "sách hướng dẫn Python")),
)


def own_texts() -> tuple[tuple[str, T], ...]:
    """The texts beyond these that this machine has, for Choice.more: novels, web pages, a learner's own."""
    return tuple((name, title(name)) for name in library.texts())


def title(name: str) -> T:
    """What a text is called on the page."""
    if name in dict(TEXTS):
        return dict(TEXTS)[name]
    if found := gutenberg.NAME.fullmatch(name):
        book = same(gutenberg.BOOKS[int(found[1])].title)
        return T(f"{book.en}, with carriage returns", f"{book.vi}, giữ ký tự \\r") if found[2] else book
    if name in OTHER_TEXTS:
        return OTHER_TEXTS[name]
    kind = OTHER_TEXTS[name.split("-")[0]]
    return T(f"{kind.en}: {library.opening(name)}", f"{kind.vi}: {library.opening(name)}")


OTHER_TEXTS = {
    "fineweb": T("FineWeb, the first documents", "FineWeb, các tài liệu đầu"),
    "docs-python": T("Python's documentation as web pages", "tài liệu Python dưới dạng trang web"),
    "text": T("your text", "văn bản của bạn"),
    "docs": T("your documents", "tài liệu của bạn"),
    "tales": T("your Tales", "Tales của bạn"),
}
TOKENIZER = Choice(
    "tokenizer",
    T("tokenizer", "bộ tách token"),
    T(
        "What a token is; ln V and all lines change with it. Words: Tales only. GPT-2: where its file is on this machine.",
        "Token là gì; ln V và mọi đường đều đổi theo. Từ: chỉ với Tales. GPT-2: nếu máy này có tệp của nó.",
    ),
    (
        ("bpe", T("byte pairs, V = 2,000", "cặp byte, V = 2.000")),
        ("words", T("words of Tales", "từ của Tales")),
        ("bytes", T("bytes, V = 256", "byte, V = 256")),
        ("gpt2", same("GPT-2, V = 50,257")),
    ),
)
SEED = Slider(
    "seed",
    T("seed", "hạt giống (seed)"),
    T("Other initial weights, other batches, other writing.", "Trọng số đầu khác, lô khác, văn viết ra khác."),
    values=tuple(range(10)),
)
TEMPERATURE = Slider(
    "temperature",
    T("temperature", "nhiệt độ"),
    T(
        "0: always the likeliest. Below 1 safer, above 1 wilder.",
        "0: luôn chọn token khả dĩ nhất. Dưới 1 an toàn hơn, trên 1 bay bổng hơn.",
    ),
    low=0.0,
    high=2,
    step=0.1,
    default=1.0,
)
