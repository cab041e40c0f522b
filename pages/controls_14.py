"""The controls of lesson 14."""

from dataclasses import replace

from app import knobs
from app.i18n import T, same
from app.lesson import Button, Choice, Slider, Toggle
from core.experiments.dropout_calls import CODE

CONTROLS = (
    Slider(
        "p",
        T("dropout p", "xác suất bỏ p (dropout)"),
        T(
            "Chance that a number is dropped. 0.2 drops one in five; at 1 nothing is left.",
            "Xác suất một con số bị bỏ. 0.2 là cứ năm số bỏ một; ở 1 thì không còn gì.",
        ),
        low=0,
        high=1,
        step=0.05,
    ),
    Button(
        "again",
        T("Draw another mask", "Rút mặt nạ khác"),
        T("Same p, new luck.", "Vẫn p ấy, vận may khác."),
    ),
    Toggle(
        "rescale",
        T("rescale survivors (inverted dropout)", "nhân bù số sống sót (inverted dropout)"),
        T(
            "On, as in PyTorch: survivors are divided by 1 − p. Off: they stay as they are. The mask is the same.",
            "Bật như PyTorch: số sống sót được chia cho 1 − p. Tắt: giữ nguyên. Mặt nạ vẫn như cũ.",
        ),
    ),
    Choice(
        "mode",
        T("mode", "chế độ"),
        T("In eval mode dropout does nothing at all.", "Ở chế độ eval, dropout không làm gì cả."),
        (("train", same("train")), ("eval", same("eval"))),
    ),
    Slider(
        "n",
        T("vector length n", "độ dài vector n"),
        T(
            "How many numbers go through one mask. The dropped share settles at p as n grows: its spread is √(p(1−p)/n).",
            "Bao nhiêu con số qua một mặt nạ. n càng lớn, tỉ lệ bị bỏ càng sát p: độ dao động là √(p(1−p)/n).",
        ),
        low=10,
        high=10_000,
        values=(10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000),
    ),
    Slider(
        "mean",
        T("input mean μ", "trung bình đầu vào μ"),
        T(
            "The numbers before dropout are μ + σ·noise. Rescaling keeps this mean.",
            "Các số trước dropout là μ + σ·nhiễu. Nhân bù giữ nguyên trung bình này.",
        ),
        low=0.0,
        high=3,
        step=0.25,
    ),
    Slider(
        "std",
        T("input spread σ", "độ phân tán đầu vào σ"),
        T(
            "0: all numbers equal μ, as in the course's vector of ones.",
            "0: mọi số đều bằng μ, như vector toàn số 1 của khóa học.",
        ),
        low=0.0,
        high=2,
        step=0.25,
    ),
    Choice(
        "call",
        T("show the output of", "xem đầu ra của"),
        T(
            "The first numbers that come out of this call, in the three stages.",
            "Các số đầu tiên mà lời gọi này trả về, ở ba giai đoạn.",
        ),
        tuple((name, same(code)) for name, code in CODE.items()),
        default="module",
    ),
    Toggle(
        "forget",
        T("forget model.train()", "quên model.train()"),
        T(
            "After the evaluation nobody calls model.train() again: the third column stays as the second.",
            "Sau khi đánh giá, không ai gọi lại model.train(): cột ba vẫn như cột hai.",
        ),
    ),
    replace(
        knobs.DROPOUT,
        help=T(
            "Chance of dropping a number, at all four places of Model 5, while training. The other run in each world has p = 0.",
            "Xác suất bỏ một con số, ở cả bốn chỗ của Mô hình 5, khi huấn luyện. Lần chạy kia trong mỗi thế giới có p = 0.",
        ),
        high=0.95,
    ),
    Slider(
        "keep",
        T("training tokens (little text)", "số token huấn luyện (ít văn bản)"),
        T(
            "How much of the text the “little” world has; a step reads batch × context tokens. The other world has all of it.",
            "Thế giới “ít” có bao nhiêu văn bản; mỗi bước đọc lô × ngữ cảnh token. Thế giới kia có toàn bộ.",
        ),
        values=(500, 1000, 1500, 2000, 3000, 5000, 8000, 12_000, 20_000, 50_000, 100_000),
    ),
    Slider(
        "steps",
        T("steps", "số bước"),
        T(
            "How many updates. The same in both worlds: only the number of passes through the text differs.",
            "Số lần cập nhật. Hai thế giới bằng nhau: chỉ số lượt duyệt qua văn bản là khác.",
        ),
        values=(50, 100, 200, 300, 400, 600, 1000, 2000),
    ),
    Toggle(
        "gap",
        T("show the gap", "xem khoảng cách"),
        T(
            "Draw test loss minus training loss instead of the two: how much was learned by heart.",
            "Vẽ loss kiểm thử trừ loss huấn luyện thay cho hai đường: đã học thuộc bao nhiêu.",
        ),
    ),
    Toggle(
        "sweep",
        T("also p = 0.1, 0.4, 0.6 (long)", "thêm p = 0.1, 0.4, 0.6 (lâu)"),
        T(
            "Three more runs in each world; the sweep over p is drawn under the two worlds.",
            "Thêm ba lần chạy ở mỗi thế giới; hình quét theo p được vẽ dưới hai thế giới.",
        ),
    ),
    Slider(
        "masks",
        T("masks M", "số mặt nạ M"),
        T(
            "How many random masks read the test text. Their probabilities are averaged.",
            "Bao nhiêu mặt nạ ngẫu nhiên cùng đọc văn bản kiểm thử. Lấy trung bình xác suất của chúng.",
        ),
        values=(1, 2, 4, 8, 16, 32, 64),
    ),
    Choice(
        "corpus",
        T("text", "văn bản"),
        T(
            "Tales has few words and known rules; Python's manual is real prose (take byte pairs and 8,000 tokens or more).",
            "Tales ít từ, quy luật đã biết; sách hướng dẫn Python là văn thật (hãy chọn cặp byte và từ 8,000 token trở lên).",
        ),
        knobs.TEXTS,
        more=knobs.own_texts,
    ),
    knobs.TOKENIZER,
    knobs.LR,
    replace(
        knobs.WEIGHT_DECAY,
        help=T(
            "The rival: AdamW shrinks every weight by lr × this at every step. Try 1 with p = 0.",
            "Đối thủ: mỗi bước AdamW thu nhỏ mọi trọng số đi lr × số này. Thử 1 với p = 0.",
        ),
    ),
    replace(knobs.WIDTH, values=(32, 48, 64, 96, 128)),
    knobs.SEED,
)
