"""The controls of lesson 18."""

from dataclasses import replace

from app.i18n import T, same
from app.knobs import (
    BATCH,
    BLOCKS,
    CONTEXT,
    DROPOUT,
    HEADS,
    LR,
    SEED,
    TEMPERATURE,
    TEXTS,
    TOKENIZER,
    WEIGHT_DECAY,
    WIDTH,
    own_texts,
)
from app.lesson import Choice, Many, Slider, Text, Toggle

CONTROLS = (
    Slider(
        "graded",
        T("graded positions k", "số vị trí được chấm k"),
        T(
            "How many of the T predictions of a window enter the loss. The course takes 1: the final one.",
            "Bao nhiêu trong T dự đoán của một cửa sổ được tính vào loss. Khóa học lấy 1: dự đoán cuối.",
        ),
        values=(1, 2, 4, 8, 16, 32, 64, 128, 256),
    ),
    Choice(
        "graded_at",
        T("which ones", "những vị trí nào"),
        T(
            "The last k; k drawn anew at every step; or evenly spaced. This tells “few” from “late”.",
            "k vị trí cuối; k vị trí rút lại mỗi bước; hoặc cách đều. Nhờ vậy tách được “ít” với “muộn”.",
        ),
        (
            ("last", T("last k", "k cuối")),
            ("random", T("random k", "k ngẫu nhiên")),
            ("every", T("evenly spaced", "cách đều")),
        ),
    ),
    Choice(
        "x",
        T("compare at equal", "so sánh khi bằng nhau về"),
        T(
            "The same runs, counted in steps, in graded predictions, or in measured seconds of training.",
            "Cùng các lần chạy, đếm theo bước, theo dự đoán được chấm, hay theo giây huấn luyện đo được.",
        ),
        (
            ("step", T("steps", "bước")),
            ("predictions", T("graded predictions", "dự đoán được chấm")),
            ("seconds", T("seconds", "giây")),
        ),
        default="step",
    ),
    Choice(
        "where",
        T("test loss at", "loss kiểm thử tại"),
        T(
            "The final position of each test window, or the mean over all positions.",
            "Vị trí cuối của mỗi cửa sổ kiểm thử, hoặc trung bình mọi vị trí.",
        ),
        (("last", T("the last position", "vị trí cuối")), ("all", T("all positions", "mọi vị trí"))),
        default="last",
    ),
    Many(
        "beside",
        T("drawn beside it", "vẽ kèm"),
        T(
            "Other numbers of graded positions, on the same batches from the same initial weights.",
            "Các số vị trí được chấm khác, cùng các lô, cùng trọng số ban đầu.",
        ),
        (("all", T("all T", "cả T")), ("16", same("16")), ("4", same("4")), ("1", same("1"))),
        default="1,16,4,all",
    ),
    Choice(
        "head_at",
        T("output layer computes", "tầng ra tính"),
        T(
            "Logits of all positions, most of them thrown away (the course), or of the graded ones alone: same loss, less time.",
            "Logits của mọi vị trí rồi bỏ gần hết (khóa học), hoặc chỉ các vị trí được chấm: cùng loss, ít thời gian hơn.",
        ),
        (("all", T("all positions", "mọi vị trí")), ("graded", T("graded ones only", "chỉ vị trí được chấm"))),
    ),
    Choice(
        "wiring",
        T("before the loss", "trước loss"),
        T(
            "Cross-entropy; log-softmax and NLL, the same thing; or NLL on raw logits: log-softmax forgotten.",
            "Entropy chéo; log-softmax rồi NLL, cũng là một; hoặc NLL trên logits thô: quên log-softmax.",
        ),
        (
            ("ce", T("cross-entropy", "entropy chéo")),
            ("log_softmax_nll", same("log-softmax + NLL")),
            ("raw_nll", T("log-softmax forgotten", "quên log-softmax")),
        ),
    ),
    replace(BATCH, values=(1, 2, 4, 8, 16, 32, 64, 128, 256)),
    CONTEXT,
    Slider(
        "steps",
        T("steps", "số bước"),
        T(
            "Updates of every arm. More steps continue the same runs.",
            "Số lần cập nhật của mọi nhánh. Thêm bước là chạy tiếp.",
        ),
        values=(20, 50, 100, 200, 300, 600, 1200),
    ),
    LR,
    DROPOUT,
    Choice("corpus", T("text", "văn bản"), T("What they learn from.", "Thứ chúng học."), TEXTS, more=own_texts),
    Choice(
        "second",
        T("the other text", "văn bản thứ hai"),
        T(
            "Held against Python's manual: web pages (Python's own documentation, page by page) or Tales.",
            "Đặt cạnh sách hướng dẫn Python: trang web (tài liệu Python, từng trang) hoặc Tales.",
        ),
        (("docs-python", T("web pages", "trang web")), ("tales-en", same("Tales"))),
        default="docs-python",
    ),
    Choice(
        "unit",
        T("unit", "đơn vị"),
        T(
            "Per token, or per byte of text: tokens of two texts are not equally long.",
            "Mỗi token, hay mỗi byte văn bản: token của hai văn bản không dài bằng nhau.",
        ),
        (("token", T("nats per token", "nats mỗi token")), ("byte", T("nats per byte", "nats mỗi byte"))),
        default="token",
    ),
    TOKENIZER,
    WIDTH,
    BLOCKS,
    HEADS,
    WEIGHT_DECAY,
    Slider(
        "close",
        T("test windows", "số cửa sổ kiểm thử"),
        T(
            "Windows in every test of the final position. Few make the curve shiver, although the model is the same.",
            "Số cửa sổ mỗi lần kiểm thử vị trí cuối. Ít thì đường rung, dù mô hình vẫn thế.",
        ),
        values=(16, 64, 256, 512, 1000, 2000),
    ),
    Slider(
        "meter_windows",
        T("windows per measurement n", "số cửa sổ mỗi lần đo n"),
        T(
            "The finished model is measured 40 times, each time on n test windows. The course takes 64.",
            "Mô hình đã xong được đo 40 lần, mỗi lần trên n cửa sổ kiểm thử. Khóa học lấy 64.",
        ),
        values=(1, 4, 16, 64, 256),
        default=64,
    ),
    Slider(
        "short",
        T("tokens of the short prompt", "số token của câu mồi ngắn"),
        T("Also the vertical line in the picture.", "Cũng là vạch đứng trong hình."),
        values=(1, 2, 4, 8, 16, 32),
        default=8,
    ),
    replace(TEMPERATURE, default=1.1),
    Toggle(
        "left_on",
        T("forget model.eval()", "quên model.eval()"),
        T(
            "As in the course's notebook: dropout stays on while writing. Needs a model trained with dropout above 0.",
            "Như notebook của khóa học: dropout vẫn bật khi viết. Cần mô hình huấn luyện với dropout trên 0.",
        ),
        default=False,
    ),
    Text(
        "prompt",
        T("prompt", "câu mồi (prompt)"),
        T("The model continues it; only the last T tokens count.", "Mô hình viết tiếp; chỉ T token cuối có tác dụng."),
        default="The following example",
    ),
    Slider(
        "warm",
        T("steps of warm-up training", "số bước huấn luyện trước khi đo"),
        T("How old the model is whose gradients are compared.", "Mô hình bao nhiêu bước tuổi khi so gradient."),
        values=(10, 30, 60, 100, 200, 400),
    ),
    Slider(
        "windows",
        T("windows read", "số cửa sổ được đọc"),
        T(
            "For each point of the picture; more make the measurement steadier and slower.",
            "Cho mỗi điểm trong hình; nhiều hơn thì đo chắc hơn và lâu hơn.",
        ),
        values=(64, 128, 256, 512, 1024),
    ),
    Slider(
        "vocabulary",
        T("vocabulary V", "cỡ từ vựng V"),
        T("Rows of the output layer: what its cost grows with.", "Số hàng của tầng ra: chi phí tăng theo nó."),
        values=(256, 1000, 2000, 5000, 10_000, 50_257),
    ),
    SEED,
)
