"""The controls of lesson 9: which losses, how far, how fast; each in one line."""

from app.i18n import T, same
from app.knobs import SEED, TEXTS, TOKENIZER, own_texts
from app.lesson import Choice, Many, Slider, Text

LOSSES = {  # code: (name, colour)
    "l1": (same("L1"), 0),
    "l2": (same("L2"), 1),
    "half_l2": (T("half L2", "nửa L2"), 7),
    "huber": (same("Huber"), 3),
    "log_cosh": (same("log-cosh"), 4),
    "pinball": (same("pinball"), 6),
    "epsilon": (T("dead zone", "vùng chết"), 5),
    "custom": (T("your loss", "loss của bạn"), 2),
}
OBJECTIVES = {
    "ce": (T("cross-entropy", "entropy chéo"), 0),
    "nll": (same("NLL(log_softmax)"), 4),
    "twice": (same("CE(log_softmax)"), 7),
    "raw": (T("NLL on raw logits", "NLL trên logits thô"), 5),
    "smoothing": (T("label smoothing", "làm mềm nhãn"), 3),
    "focal": (same("focal"), 2),
    "squares": (T("squared probabilities", "bình phương xác suất"), 1),
}
TRAINED = {code: OBJECTIVES[code] for code in ("ce", "smoothing", "focal", "squares")} | {
    "extra": (T("cross-entropy + extra term", "entropy chéo + số hạng thêm"), 6)
}


def pills(table: dict, codes=None) -> tuple:
    return tuple((code, name) for code, (name, _) in table.items() if codes is None or code in codes)


def value(field: str, name: str) -> Slider:
    return Slider(
        field,
        T(f"value {name}", f"giá trị {name}"),
        T(
            "One of the four ordinary values: move it and watch who follows.",
            "Một trong bốn giá trị thường: kéo nó và xem ai chạy theo.",
        ),
        low=-10,
        high=10,
        step=0.1,
    )


CONTROLS = (
    Many(
        "losses",
        T("losses shown", "các loss được vẽ"),
        T(
            "Each walks from the same start to the same target. Yours is the formula under “More settings”.",
            "Loss nào cũng đi từ cùng điểm xuất phát đến cùng đích. “Của bạn” là công thức trong “Thiết lập khác”.",
        ),
        pills(LOSSES),
        default="l1,l2",
    ),
    Text(
        "expression",
        T("your loss, a formula in e = prediction − target", "loss của bạn, công thức theo e = dự đoán − đích"),
        T(
            "Numbers, + - * / **, comparisons, and abs, exp, log, sqrt, tanh, softplus, maximum(a, b), minimum(a, b), where(test, a, b).",
            "Số, + - * / **, phép so sánh, và abs, exp, log, sqrt, tanh, softplus, maximum(a, b), minimum(a, b), where(điều kiện, a, b).",
        ),
        max_chars=120,
    ),
    Slider(
        "lr",
        T("learning rate", "tốc độ học"),
        T(
            "Under SGD the step is the learning rate times the slope of the loss.",
            "Với SGD, bước đi bằng tốc độ học nhân độ dốc của loss.",
        ),
        low=1e-3,
        high=2,
        log=True,
        zero=True,
    ),
    Slider(
        "target",
        T("target", "đích"),
        T(
            "Where the weight should go. Its distance from the start decides who is first.",
            "Nơi trọng số cần đến. Khoảng cách từ điểm xuất phát quyết định ai tới trước.",
        ),
        low=-10,
        high=10,
        step=0.1,
    ),
    Slider(
        "moment",
        T("look at step", "xem bước thứ"),
        T(
            "The dots in all pictures stand at this step (or at the last one).",
            "Các chấm trong mọi hình đứng ở bước này (hoặc bước cuối).",
        ),
        values=(*range(0, 21, 1), 25, 30, 35, 40, 45, 50, 75, 100, 150, 200, 300, 400, 500),
        default=5,
    ),
    Slider(
        "start",
        T("starting weight", "trọng số ban đầu"),
        T("Where the weight begins.", "Nơi trọng số bắt đầu."),
        low=-10,
        high=10,
        step=0.01,
    ),
    Slider(
        "tolerance",
        T("tolerance", "dung sai"),
        T(
            "Arrived means: this close to the target, and staying there.",
            "Đến nơi nghĩa là: gần đích chừng này và ở lại đó.",
        ),
        low=1e-3,
        high=0.5,
        log=True,
    ),
    Choice(
        "optimizer",
        T("optimizer", "thuật toán tối ưu"),
        T(
            "SGD obeys the slope. Momentum (0.9) adds up past slopes. Adam divides the slope by its own size.",
            "SGD đi đúng theo độ dốc. Quán tính (momentum 0.9) cộng dồn các độ dốc. Adam chia độ dốc cho chính độ lớn của nó.",
        ),
        (("sgd", same("SGD")), ("momentum", T("momentum", "quán tính")), ("adam", same("Adam"))),
    ),
    Choice(
        "decay",
        T("learning rate decay", "giảm dần tốc độ học"),
        T(
            "None; 20/(20+t), half after 20 steps; or linearly to 0 at the last step.",
            "Không; 20/(20+t), còn một nửa sau 20 bước; hoặc giảm đều về 0 ở bước cuối.",
        ),
        (("none", T("none", "không")), ("1/t", same("1/t")), ("linear", T("linear", "tuyến tính"))),
    ),
    Slider(
        "delta",
        T("Huber's delta", "delta của Huber"),
        T(
            "Squared up to this error, straight beyond it: small is like L1, large like L2.",
            "Sai số nhỏ hơn mức này thì bình phương, lớn hơn thì thẳng: nhỏ thì giống L1, lớn thì giống L2.",
        ),
        low=0.01,
        high=10,
        log=True,
    ),
    Slider(
        "q",
        T("pinball's quantile q", "phân vị q của pinball"),
        T(
            "Too low costs q, too high costs 1 − q. 0.5 is half of L1.",
            "Thấp quá trả q, cao quá trả 1 − q. 0.5 là một nửa L1.",
        ),
        low=0.05,
        high=0.95,
        step=0.05,
    ),
    Slider(
        "zone",
        T("dead zone", "vùng chết"),
        T("Errors smaller than this cost nothing.", "Sai số nhỏ hơn mức này không tốn gì."),
        low=0,
        high=1,
        step=0.01,
    ),
    Slider(
        "outlier",
        T("the outlier", "giá trị ngoại lai"),
        T(
            "One value far from the others: drag it away and see which loss goes with it.",
            "Một giá trị xa các giá trị kia: kéo nó ra xa và xem loss nào chạy theo.",
        ),
        low=0,
        high=50,
        step=0.5,
    ),
    Slider(
        "outliers",
        T("how many outliers", "số giá trị ngoại lai"),
        T(
            "Copies of it. With three of seven the median still holds; with four of eight it would give way.",
            "Số bản sao của nó. Ba trên bảy thì trung vị vẫn đứng vững; bốn trên tám thì nó sẽ nhượng bộ.",
        ),
        values=(0, 1, 2, 3),
    ),
    value("a", "a"),
    value("b", "b"),
    value("c", "c"),
    value("d", "d"),
    Choice(
        "reduction",
        T("reduction", "cách gộp (reduction)"),
        T(
            "Mean or sum make one number of all losses; none does not, and that is an error worth seeing.",
            "Trung bình hoặc tổng gộp các loss thành một số; none thì không, và lỗi đó đáng xem một lần.",
        ),
        (("mean", T("mean", "trung bình")), ("sum", T("sum", "tổng")), ("none", same("none"))),
    ),
    Many(
        "objectives",
        T("losses shown", "các loss được vẽ"),
        T(
            "All push the same ten logits towards the same right class.",
            "Tất cả cùng đẩy mười logits đó về cùng một lớp đúng.",
        ),
        pills(OBJECTIVES),
        default="ce,focal,raw,smoothing,squares",
    ),
    Slider(
        "lead",
        T("how surely wrong it starts", "lúc đầu sai chắc đến đâu"),
        T(
            "Added to the logit of one wrong class: 0 knows nothing, 10 is certain and wrong.",
            "Cộng vào logit của một lớp sai: 0 là chưa biết gì, 10 là chắc chắn mà sai.",
        ),
        low=0,
        high=12,
        step=0.5,
    ),
    Slider(
        "smoothing",
        T("label smoothing ε", "làm mềm nhãn (label smoothing) ε"),
        T("Share of the label that is spread over all classes.", "Phần của nhãn được rải đều cho mọi lớp."),
        low=0,
        high=0.5,
        step=0.05,
    ),
    Slider(
        "gamma",
        T("focal γ", "γ của focal"),
        T(
            "How much less an easy token counts. 0 is cross-entropy.",
            "Token dễ được tính nhẹ đi đến đâu. 0 là entropy chéo.",
        ),
        low=0,
        high=5,
        step=0.25,
    ),
    Slider(
        "label",
        T("right class", "lớp đúng"),
        T(
            "There are ten classes, 0 to 9. Try 10 and read what PyTorch says.",
            "Có mười lớp, từ 0 đến 9. Hãy thử 10 và đọc PyTorch báo gì.",
        ),
        values=tuple(range(13)),
    ),
    Slider(
        "extra_weight",
        T("weight of the extra term", "hệ số của số hạng thêm"),
        T(
            "Cross-entropy + this × the extra term. In lesson 10 it becomes the KL weight.",
            "Entropy chéo + hệ số này × số hạng thêm. Sang bài 10 nó trở thành trọng số KL.",
        ),
        low=1e-3,
        high=10,
        log=True,
        zero=True,
    ),
    Choice(
        "extra",
        T("extra term", "số hạng thêm"),
        T(
            "Prefer short tokens (expected letters), or reward doubt (minus the entropy).",
            "Ưa token ngắn (số chữ kỳ vọng), hoặc thưởng cho sự phân vân (âm entropy).",
        ),
        (("short", T("short tokens", "token ngắn")), ("doubt", T("doubt", "phân vân"))),
    ),
    Choice(
        "corpus",
        T("text", "văn bản"),
        T("What it reads. Tales has exact floors.", "Mô hình đọc gì. Tales có mức sàn chính xác."),
        TEXTS,
        more=own_texts,
    ),
    TOKENIZER,
    Slider(
        "width",
        T("width", "độ rộng"),
        T("Numbers in the embedding of a token.", "Số chiều vector nhúng (embedding) của mỗi token."),
        values=(8, 16, 32, 64, 128, 256),
    ),
    Slider(
        "context",
        T("context length", "độ dài ngữ cảnh"),
        T("Tokens in a window.", "Số token trong một cửa sổ."),
        values=(4, 8, 16, 32),
    ),
    Slider(
        "batch",
        T("batch size", "cỡ lô (batch)"),
        T("Windows in every step.", "Số cửa sổ mỗi bước."),
        values=(8, 16, 32, 64, 128),
    ),
    Slider(
        "steps",
        T("steps", "số bước"),
        T("How many updates.", "Số lần cập nhật."),
        values=(10, 20, 50, 100, 200, 300, 400, 500),
    ),
    SEED,
)
