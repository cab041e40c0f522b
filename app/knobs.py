"""Controls that several lessons share, said once: the same knob has the same words everywhere."""

from app.i18n import T, same
from app.lesson import Choice, Slider

TEXTS = (
    ("tales-en", same("Tales (English)")),
    ("tales-vi", same("Tales (tiếng Việt)")),
    ("manual", T("Python's manual", "sách hướng dẫn Python")),
)
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
