"""The controls of lesson 8."""

from app.i18n import T, same
from app.knobs import (
    ATTENTION_SCALE,
    BATCH,
    BLOCKS,
    CLIP,
    CONTEXT,
    DIVIDE_LOGITS,
    DROPOUT,
    HEADS,
    SAMPLER,
    SCHEDULE,
    SEED,
    TEMPERATURE,
    TEXTS,
    TOKENIZER,
    TYING,
    WARMUP,
    WEIGHT_DECAY,
    WIDTH,
    own_texts,
)
from app.lesson import Choice, Many, Slider, Text

CONTROLS = (
    Slider(
        "lr",
        T("learning rate", "tốc độ học"),
        T(
            "Step size of AdamW. Too small: hardly moves in 500 batches. Too large: the loss jumps.",
            "Độ dài bước của AdamW. Quá nhỏ: 500 lô hầu như không đi được. Quá lớn: loss nhảy loạn.",
        ),
        low=1e-5,
        high=1e-1,
        log=True,
    ),
    Many(
        "inits",
        T("initialisation", "khởi tạo"),
        T(
            "The course: N(0, 1) embeddings, PyTorch's own for the rest, and logits divided by √d. GPT-2: N(0, 0.02), smaller still where a block writes into the stream, logits as they are. Whether the logits are divided can be set under More settings.",
            "Khóa học: embedding N(0, 1), phần còn lại theo PyTorch, và logits chia cho √d. GPT-2: N(0, 0.02), nhỏ hơn nữa ở nơi khối ghi vào dòng residual, logits giữ nguyên. Có chia logits hay không thì chỉnh trong Thiết lập khác.",
        ),
        (("course", T("the course's", "của khóa học")), ("gpt2", same("GPT-2"))),
        default="course,gpt2",
    ),
    Choice(
        "corpus",
        T("text", "văn bản"),
        T(
            "Tales has few words and rules we know exactly; Python's manual is real prose. Try both: the answer differs.",
            "Tales ít từ và quy luật thì ta biết chính xác; sách hướng dẫn Python là văn thật. Hãy thử cả hai: câu trả lời khác nhau.",
        ),
        TEXTS,
        more=own_texts,
    ),
    BLOCKS,
    HEADS,
    WIDTH,
    CONTEXT,
    BATCH,
    Slider(
        "steps",
        T("steps", "số bước"),
        T(
            "Batches to learn from. More steps continue the same run.",
            "Số lô để học. Thêm bước là chạy tiếp chính lần chạy đó.",
        ),
        values=(50, 100, 200, 300, 500, 700, 1000, 1500, 2000, 2500),
    ),
    Slider(
        "init_std",
        T("init std of the embeddings", "độ lệch chuẩn khởi tạo của embedding"),
        T(
            "Left end: what the initialisation prescribes, 1 for the course, 0.02 for GPT-2.",
            "Đầu trái: theo cách khởi tạo, 1 với khóa học, 0.02 với GPT-2.",
        ),
        low=0.002,
        high=2,
        log=True,
        zero=True,
        words=((0, T("as prescribed", "theo cách khởi tạo")),),
    ),
    DIVIDE_LOGITS,
    TYING,
    ATTENTION_SCALE,
    DROPOUT,
    WEIGHT_DECAY,
    SCHEDULE,
    WARMUP,
    CLIP,
    TOKENIZER,
    SAMPLER,
    Choice(
        "test_part",
        T("held-out part", "phần để dành"),
        T(
            "Which tenth of the text the model never sees: its end, its middle, or short blocks all along it.",
            "Phần mười nào mô hình không bao giờ thấy: cuối, giữa, hay các đoạn ngắn rải đều.",
        ),
        (("end", T("the end", "cuối")), ("middle", T("the middle", "giữa")), ("blocks", T("blocks", "các đoạn"))),
    ),
    Slider(
        "offset",
        T("target offset k", "độ lệch đích k"),
        T(
            "1: the next token. 2: the one after it, which the executed notebook learned by shifting twice (lesson 5).",
            "1: token kế tiếp. 2: token sau nữa, điều notebook đã chạy học phải vì dịch hai lần (bài 5).",
        ),
        values=(1, 2),
    ),
    SEED,
    Choice(
        "x",
        T("horizontal axis", "trục ngang"),
        T(
            "The same run counted in batches, tokens or seconds of training.",
            "Cùng một lần chạy, đếm theo lô, token hay giây huấn luyện.",
        ),
        (("step", T("steps", "bước")), ("tokens", same("token")), ("seconds", T("seconds", "giây"))),
        default="step",
    ),
    Slider(
        "tokens",
        T("tokens in the text N", "số token trong văn bản N"),
        T(
            "Gulliver's Travels: nine tenths of 158,350 GPT-2 tokens.",
            "Gulliver du ký: chín phần mười của 158,350 token GPT-2.",
        ),
        low=1000,
        high=2_000_000,
        log=True,
    ),
    TEMPERATURE,
    Text(
        "prompt",
        T("prompt", "câu mồi (prompt)"),
        T("The model continues it; only the last T tokens count.", "Mô hình viết tiếp; chỉ T token cuối có tác dụng."),
        default="One",
    ),
)
