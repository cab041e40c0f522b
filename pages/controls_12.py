"""The controls of lesson 12."""

from dataclasses import replace

from app.i18n import T, same
from app.knobs import BLOCKS, LR, NUMBER_FORMAT, SEED, TEXTS, TOKENIZER, WEIGHT_DECAY, own_texts
from app.lesson import Choice, Slider, Toggle

NAMES = {
    "normal": T("normal, N(0, σ)", "chuẩn, N(0, σ)"),
    "uniform": T("uniform with std σ", "đều, độ lệch chuẩn σ"),
    "truncated": T("normal cut at 2σ", "chuẩn, cắt ở 2σ"),
    "xavier_normal": T("Xavier normal", "Xavier chuẩn"),
    "xavier_uniform": T("Xavier uniform", "Xavier đều"),
    "he_normal": T("He normal", "He chuẩn"),
    "he_uniform": T("He uniform", "He đều"),
    "pytorch": T("PyTorch's default", "mặc định của PyTorch"),
    "orthogonal": T("orthogonal", "trực giao"),
    "constant": T("all equal to σ", "tất cả bằng σ"),
    "zeros": T("all zero", "tất cả bằng 0"),
}


def options(*codes):
    return tuple((code, NAMES[code]) for code in codes)


SCHEME_HELP = T(
    "How the weights are drawn. σ counts for normal, uniform, cut and equal; the others compute their spread from the layer's size.",
    "Cách bốc trọng số. σ chỉ có tác dụng với chuẩn, đều, cắt và bằng nhau; các cách khác tự tính độ lệch chuẩn từ cỡ của tầng.",
)

CONTROLS = (
    Slider(
        "std",
        T("init std σ", "độ lệch chuẩn khởi tạo σ"),
        T(
            "Standard deviation of a random weight. It must be positive; for all-zero weights choose the scheme “all zero”.",
            "Độ lệch chuẩn của một trọng số ngẫu nhiên. Phải dương; muốn trọng số toàn 0 thì chọn cách “tất cả bằng 0”.",
        ),
        low=1e-4,
        high=3,
        log=True,
    ),
    Choice(
        "activation",
        T("activation", "hàm kích hoạt"),
        T(
            "What each layer does after multiplying. GPT uses GELU.",
            "Việc mỗi tầng làm sau khi nhân. GPT dùng GELU.",
        ),
        (("linear", T("none", "không")), ("tanh", same("tanh")), ("relu", same("ReLU")), ("gelu", same("GELU"))),
    ),
    NUMBER_FORMAT,
    Choice(
        "scheme",
        T("scheme", "cách khởi tạo"),
        SCHEME_HELP,
        options(
            "normal",
            "uniform",
            "truncated",
            "xavier_normal",
            "xavier_uniform",
            "he_normal",
            "he_uniform",
            "pytorch",
            "constant",
            "zeros",
        ),
    ),
    Choice(
        "layer_scheme",
        T("scheme", "cách khởi tạo"),
        SCHEME_HELP,
        options(*NAMES),
    ),
    Slider(
        "gain",
        T("gain", "hệ số khuếch đại (gain)"),
        T(
            "Factor on the formulas of Xavier, He and the orthogonal scheme.",
            "Hệ số nhân vào công thức của Xavier, He và trực giao.",
        ),
        low=0.1,
        high=3,
        step=0.05,
    ),
    Slider(
        "depth",
        T("depth L", "độ sâu L"),
        T("Layers in a row.", "Số tầng xếp nối tiếp."),
        low=1,
        high=100,
    ),
    Slider(
        "n_in",
        T("inputs of the layer", "số đầu vào của tầng"),
        T("fan_in: how many products are summed for one output.", "fan_in: mỗi đầu ra là tổng của bấy nhiêu tích."),
        values=(10, 25, 50, 100, 256, 512),
    ),
    Slider(
        "n_out",
        T("outputs of the layer", "số đầu ra của tầng"),
        T("fan_out: the same for the gradient on its way back.", "fan_out: vai trò ấy với gradient trên đường về."),
        values=(10, 25, 50, 100, 256, 512),
    ),
    Toggle(
        "residual",
        T("residual", "nối tắt (residual)"),
        T("Each layer adds to its input instead of replacing it.", "Mỗi tầng cộng vào đầu vào thay vì thay thế nó."),
    ),
    Toggle(
        "layernorm",
        same("LayerNorm"),
        T("Every layer's input is brought to spread 1 first.", "Đầu vào mỗi tầng được đưa về độ lệch chuẩn 1 trước."),
    ),
    Toggle(
        "lsuv",
        T("rescale each layer on one batch (LSUV)", "chỉnh từng tầng trên một lô (LSUV)"),
        T(
            "One pass upward: each layer's weights are divided by the spread of what it just produced.",
            "Một lượt đi lên: trọng số mỗi tầng được chia cho độ lệch chuẩn của thứ nó vừa tạo ra.",
        ),
    ),
    Slider(
        "layer_at",
        T("look at layer", "nhìn vào tầng"),
        T(
            "Whose numbers the histogram in “Look inside” shows.",
            "Biểu đồ trong “Nhìn vào bên trong” lấy số của tầng này.",
        ),
        values=(0, 1, 2, 3, 5, 10, 20, 30, 40, 50, 75, 100),
        default=10,
    ),
    Choice(
        "starts",
        T("starts to compare", "các cách bắt đầu"),
        T(
            "Six spreads, drawn alike for all weights; the named schemes for the matrices over N(0, 0.02) embeddings; or starts that are dead or half dead.",
            "Sáu độ lệch chuẩn dùng cho mọi trọng số; các cách có tên cho ma trận, embedding N(0, 0.02); hoặc các cách bắt đầu chết hay nửa chết.",
        ),
        (
            ("sweep", T("spreads", "các giá trị σ")),
            ("schemes", T("schemes", "cách có tên")),
            ("dead", T("dead starts", "giậm chân tại chỗ")),
        ),
        default="sweep",
    ),
    LR,
    Slider(
        "steps",
        T("steps", "số bước"),
        T(
            "Updates of every run. More steps continue the same run.",
            "Số lần cập nhật của mỗi lần chạy. Thêm bước là chạy tiếp.",
        ),
        values=(0, 20, 50, 100, 120, 150, 200, 300, 600),
    ),
    Slider(
        "seeds",
        T("seeds per start", "số hạt giống mỗi cách"),
        T(
            "How often each start is drawn anew: the scatter is the luck.",
            "Mỗi cách được bốc lại bao nhiêu lần: độ tản là phần may rủi.",
        ),
        values=(1, 2, 3, 5),
        default=1,
    ),
    Choice(
        "optimizer",
        T("optimizer", "thuật toán tối ưu"),
        T(
            "AdamW's steps do not depend on the size of the gradient; SGD's do (try a learning rate of 0.1).",
            "Bước của AdamW không phụ thuộc độ lớn gradient; của SGD thì có (hãy thử tốc độ học 0.1).",
        ),
        (("adamw", same("AdamW")), ("sgd", same("SGD"))),
    ),
    replace(WEIGHT_DECAY, high=1),
    Slider(
        "bias_std",
        T("std of the biases", "độ lệch chuẩn của độ chệch (bias)"),
        T("0: all biases start at zero, as usual.", "0: mọi độ chệch (bias) bắt đầu từ 0, như thường lệ."),
        low=1e-3,
        high=1,
        log=True,
        zero=True,
    ),
    Toggle(
        "residual_scaling",
        T("divide what blocks add by √(2·blocks)", "chia phần các khối cộng thêm cho √(2·số khối)"),
        T(
            "GPT-2's extra rule, which the course does not mention: the stream no longer grows with depth.",
            "Quy tắc thêm của GPT-2 mà khóa học không nhắc: dòng residual không còn phình theo độ sâu.",
        ),
    ),
    replace(BLOCKS, values=(1, 2, 4, 8, 12)),
    Slider(
        "width",
        T("width", "độ rộng"),
        T(
            "Numbers per layer; in a layer of width w one output sums w products.",
            "Số con số mỗi tầng; ở tầng rộng w, mỗi đầu ra là tổng của w tích.",
        ),
        values=(16, 32, 64, 128, 256),
    ),
    Choice(
        "corpus",
        T("text", "văn bản"),
        T("What the small GPT reads.", "Văn bản mà GPT nhỏ đọc."),
        TEXTS,
        more=own_texts,
    ),
    TOKENIZER,
    SEED,
)
