"""Controls that several lessons share, said once: the same knob has the same words everywhere.

A lesson that needs other steps on the same knob takes `dataclasses.replace(knobs.WIDTH, values=(...))`.
"""

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
    "docs-web": T("simulated web", "web mô phỏng"),
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
        ("bpe", T("byte pairs, V = 2,000", "cặp byte, V = 2,000")),
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
BLOCKS = Slider(
    "blocks",
    T("blocks", "số khối"),
    T("Attention plus MLP, stacked.", "Attention cộng MLP, xếp chồng."),
    values=(1, 2, 3, 4),
)
HEADS = Slider(
    "heads",
    T("heads", "số đầu chú ý"),
    T(
        "Must divide the width; if not, the nearest smaller number that does is taken.",
        "Phải là ước của độ rộng; nếu không, lấy ước gần nhất nhỏ hơn nó.",
    ),
    values=(1, 2, 3, 4, 8),
)
WIDTH = Slider(
    "width",
    T("width d", "độ rộng d"),
    T("Numbers per token inside the model.", "Số con số cho mỗi token bên trong mô hình."),
    values=(16, 32, 64, 96, 128),
)
CONTEXT = Slider(
    "context",
    T("context T", "ngữ cảnh T"),
    T(
        "Tokens in a window: how far back the model can look.",
        "Số token trong một cửa sổ: mô hình nhìn lại được bao xa.",
    ),
    values=(8, 16, 32, 64, 128, 256),
)
BATCH = Slider(
    "batch",
    T("batch B", "cỡ lô (batch) B"),
    T("Windows in every step.", "Số cửa sổ mỗi bước."),
    values=(1, 2, 4, 8, 16, 32, 64),
)
DIVIDE_LOGITS = Choice(
    "divide_logits",
    T("divide the logits by √d", "chia logits cho √d"),
    T(
        "The course divides, because its embeddings are large; GPT-2 does not need to.",
        "Khóa học chia vì embedding của nó lớn; GPT-2 thì không cần.",
    ),
    (
        ("scheme", T("as the initialisation has it", "theo cách khởi tạo")),
        ("yes", T("always", "luôn chia")),
        ("no", T("never", "không chia")),
    ),
)
TYING = Choice(
    "tying",
    T("weight tying", "dùng chung trọng số"),
    T(
        "One matrix for reading and writing; the course's nn.Parameter(…), which only looks like one; or two.",
        "Một ma trận cho cả đọc lẫn viết; cách nn.Parameter(…) của khóa học, chỉ trông như một; hoặc hai ma trận.",
    ),
    (
        ("same", T("same Parameter", "cùng Parameter")),
        ("course", T("the course's way", "cách của khóa học")),
        ("untied", T("untied", "không dùng chung")),
    ),
)
ATTENTION_SCALE = Slider(
    "attention_scale",
    T("attention scale", "hệ số chia attention"),
    T(
        "× 1/√d of each head. 0 makes every token look everywhere equally.",
        "× 1/√d của mỗi đầu. 0 thì mọi token nhìn đều khắp nơi.",
    ),
    low=0,
    high=4,
    step=0.25,
)
DROPOUT = Slider(
    "dropout",
    T("dropout p", "xác suất bỏ p (dropout)"),
    T("Chance of dropping a number while training.", "Xác suất bỏ một con số khi huấn luyện."),
    low=0,
    high=0.8,
    step=0.05,
)
WEIGHT_DECAY = Slider(
    "weight_decay",
    T("weight decay", "suy giảm trọng số"),
    T(
        "AdamW shrinks every weight by lr × this at every step.",
        "Mỗi bước AdamW thu nhỏ mọi trọng số đi lr × số này.",
    ),
    low=1e-4,
    high=3,
    log=True,
    zero=True,
)
SCHEDULE = Choice(
    "schedule",
    T("schedule", "lịch tốc độ học"),
    T(
        "Constant; or falling to zero, in a line or along a cosine: the last steps settle.",
        "Giữ nguyên; hoặc giảm dần về 0, theo đường thẳng hay cosine: các bước cuối lắng xuống.",
    ),
    (("constant", T("constant", "giữ nguyên")), ("linear", T("linear", "đường thẳng")), ("cosine", same("cosine"))),
)
WARMUP = Slider(
    "warmup",
    T("warm-up", "khởi động dần"),
    T(
        "Share of the steps in which the learning rate climbs from 0. High rates need it.",
        "Phần số bước mà tốc độ học tăng dần từ 0. Tốc độ cao cần nó.",
    ),
    low=0,
    high=0.5,
    step=0.05,
)
CLIP = Slider(
    "clip",
    T("gradient clipping", "cắt gradient"),
    T(
        "Longest gradient that is let through; 0 lets everything through.",
        "Gradient dài nhất được cho qua; 0 là cho qua tất cả.",
    ),
    values=(0.0, 0.25, 0.5, 1.0, 2.0, 5.0),
)
SAMPLER = Choice(
    "sampler",
    T("windows", "cách lấy cửa sổ"),
    T(
        "Drawn at random with no memory (four lines), or each window once in every pass.",
        "Rút ngẫu nhiên không nhớ gì (bốn dòng), hoặc mỗi lượt mỗi cửa sổ đúng một lần.",
    ),
    (("random", T("random windows", "cửa sổ ngẫu nhiên")), ("epochs", T("shuffled passes", "lượt duyệt xáo trộn"))),
)
KEEP = Slider(
    "keep",
    T("training tokens", "số token huấn luyện"),
    T(
        "How much of the text there is to learn from. Little text is read many times, and learned by heart.",
        "Có bao nhiêu văn bản để học. Văn bản ít thì bị đọc đi đọc lại, rồi học thuộc.",
    ),
    values=(0, 1000, 2000, 5000, 10_000, 20_000, 50_000),
    words=((0, T("all", "tất cả")),),
)
LR = Slider(
    "lr",
    T("learning rate", "tốc độ học"),
    T("Step size of the optimizer.", "Độ dài bước của thuật toán tối ưu."),
    low=1e-5,
    high=1e-1,
    log=True,
)
NUMBER_FORMAT = Choice(
    "dtype",
    T("number format", "định dạng số"),
    T(
        "float16 ends at 65,504. bfloat16 reaches as far as float32, with fewer digits.",
        "float16 dừng ở 65,504. bfloat16 vươn xa bằng float32, chỉ ít chữ số hơn.",
    ),
    (("float32", same("float32")), ("bfloat16", same("bfloat16")), ("float16", same("float16"))),
)
