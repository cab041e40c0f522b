"""The controls of lesson 13."""

from dataclasses import replace

from app.i18n import T, same
from app.knobs import (
    ATTENTION_SCALE,
    BATCH,
    BLOCKS,
    CONTEXT,
    HEADS,
    LR,
    SEED,
    TEXTS,
    TOKENIZER,
    TYING,
    WEIGHT_DECAY,
    WIDTH,
    own_texts,
)
from app.lesson import Choice, Many, Slider, Toggle

MATRICES = (
    ("qkv", same("QKV")),
    ("q", T("queries Q", "truy vấn Q")),
    ("k", T("keys K", "khóa K")),
    ("v", T("values V", "giá trị V")),
    ("proj", T("attention's output W₀", "đầu ra chú ý W₀")),
    ("fc", T("MLP, first matrix", "MLP, ma trận đầu")),
    ("mlp_proj", T("MLP, second matrix", "MLP, ma trận sau")),
)
CONTROLS = (
    Slider(
        "visited",
        T("stations that apply has visited", "số trạm apply đã ghé"),
        T(
            "0: the model as PyTorch built it. Each stop lets apply go on to the next group of modules, in the order of their registration.",
            "0: mô hình như PyTorch vừa tạo. Mỗi nấc cho apply đi tiếp tới nhóm mô-đun kế, theo thứ tự đăng ký.",
        ),
        values=(0, 1, 2, 3, 4),
        default=1,
    ),
    TYING,
    Choice(
        "order",
        T("registered first", "đăng ký trước"),
        T(
            "Which of the two stands first in __init__. apply visits modules in that order.",
            "Cái nào đứng trước trong __init__. apply ghé các mô-đun theo thứ tự đó.",
        ),
        (("embedding", T("embedding", "embedding")), ("head", T("output layer", "tầng ra"))),
    ),
    Toggle(
        "moved_first",
        T("move to the device before apply", "chuyển sang thiết bị trước apply"),
        T(
            "The course calls apply first and .to(device) later. The other way round, its two Parameters have parted before apply arrives.",
            "Khóa học gọi apply trước, .to(device) sau. Làm ngược lại thì hai Parameter của nó đã tách nhau trước khi apply tới.",
        ),
    ),
    Toggle(
        "moved",
        T("move to another device before training", "chuyển sang thiết bị khác trước khi huấn luyện"),
        T(
            "What .to(device) does to a model, here by way of another number format and back: every tensor is copied, no value changes.",
            "Điều .to(device) làm với mô hình, ở đây qua một định dạng số khác rồi trở lại: mọi tensor được chép, không giá trị nào đổi.",
        ),
    ),
    Slider(
        "linear_std",
        T("std of every Linear", "độ lệch chuẩn của mọi Linear"),
        T(
            "Every nn.Linear starts at N(0, σ), biases at 0.",
            "Mọi nn.Linear bắt đầu từ N(0, σ), độ chệch (bias) bằng 0.",
        ),
        low=1e-3,
        high=1,
        log=True,
    ),
    Choice(
        "embedding_init",
        T("rule for embeddings", "quy tắc cho embedding"),
        T(
            "What the function given to apply does with an nn.Embedding.",
            "Hàm đưa cho apply làm gì với một nn.Embedding.",
        ),
        (
            ("xavier_normal", T("Xavier normal", "Xavier chuẩn")),
            ("normal", T("N(0, σ) of its own", "N(0, σ) riêng")),
            ("pytorch", T("PyTorch's N(0, 1)", "N(0, 1) của PyTorch")),
        ),
    ),
    Slider(
        "embedding_std",
        T("σ of the embeddings", "σ của embedding"),
        T("Counts where their rule is N(0, σ).", "Có tác dụng khi quy tắc là N(0, σ)."),
        low=1e-3,
        high=1,
        log=True,
    ),
    Slider(
        "position_std",
        T("std of the positions", "độ lệch chuẩn của vị trí"),
        T(
            "Left end: by the rule for embeddings, √(2/(T + d)) for Xavier. Else N(0, ·) for the position table alone.",
            "Đầu trái: theo quy tắc của embedding, √(2/(T + d)) với Xavier. Còn lại: N(0, ·) riêng cho bảng vị trí.",
        ),
        low=1e-3,
        high=1,
        log=True,
        zero=True,
        words=((0, T("by the rule", "theo quy tắc")),),
    ),
    Slider(
        "vocabulary",
        T("vocabulary V", "cỡ từ vựng V"),
        T("Rows of the embedding. GPT-2 has 50,257.", "Số hàng của embedding. GPT-2 có 50,257."),
        values=(256, 2000, 5000, 10_000, 50_257),
    ),
    LR,
    Toggle(
        "divide_logits",
        T("divide the logits by √d", "chia logits cho √d"),
        T("As the course does. GPT-2 does not.", "Như khóa học. GPT-2 thì không."),
    ),
    Choice(
        "matrix",
        T("which matrix", "ma trận nào"),
        T(
            "Whose std is drawn by block: queries, keys and values together or apart, or the other matrices.",
            "Vẽ độ lệch chuẩn của ma trận nào theo khối: Q, K, V gộp chung hay riêng, hoặc các ma trận khác.",
        ),
        MATRICES,
        default="qkv",
    ),
    Slider(
        "block_at",
        T("histogram of block", "biểu đồ tần suất của khối"),
        T("The course looks at its block 4.", "Khóa học nhìn vào khối 4 của nó."),
        values=(1, 2, 3, 4, 5, 6, 7, 8, 12),
        default=1,
    ),
    replace(ATTENTION_SCALE, low=0.1, high=10, step=None, log=True),
    WEIGHT_DECAY,
    Slider(
        "steps",
        T("steps", "số bước"),
        T(
            "Updates of every run. More steps continue the same run.",
            "Số lần cập nhật của mỗi lần chạy. Thêm bước là chạy tiếp.",
        ),
        values=(20, 50, 100, 200, 300, 500, 1000),
    ),
    Many(
        "against",
        T("text against", "văn bản đấu với"),
        T(
            "Uniform tokens hold nothing to learn. Shuffled ones keep the text's frequencies and lose its order.",
            "Token đều không có gì để học. Token xáo trộn giữ tần suất của văn bản và mất thứ tự.",
        ),
        (("uniform", T("uniform tokens", "token đều")), ("shuffled", T("shuffled tokens", "token xáo trộn"))),
        default="uniform",
    ),
    Slider(
        "seeds",
        T("seeds per recipe", "số hạt giống mỗi công thức"),
        T(
            "How often each recipe starts anew: what differs between lines of one colour is luck.",
            "Mỗi công thức bắt đầu lại bao nhiêu lần: các đường cùng màu khác nhau là do may rủi.",
        ),
        values=(1, 2, 3, 5),
        default=1,
    ),
    replace(BLOCKS, values=(2, 3, 4, 6, 8, 12)),
    HEADS,
    replace(WIDTH, values=(16, 32, 64, 96, 128, 256, 768)),
    replace(CONTEXT, values=(8, 16, 32, 64, 128, 256, 1024)),
    BATCH,
    Choice(
        "corpus",
        T("text", "văn bản"),
        T("What the model reads.", "Văn bản mà mô hình đọc."),
        TEXTS,
        more=own_texts,
    ),
    TOKENIZER,
    SEED,
)
