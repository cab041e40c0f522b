"""The controls of lesson 15: what is done to the outputs, what is done before the loss, and how numbers are kept."""

from dataclasses import replace

from app import knobs
from app.i18n import T, same
from app.lesson import Choice, Many, Slider, Text

WIRINGS = {  # what happens between the logits and the loss: (name, colour, dashed)
    "ce": (T("logits → CE", "logits → CE"), 0, False),
    "log_softmax_nll": (T("log-softmax → NLL", "log-softmax → NLL"), 1, True),
    "log_softmax_ce": (T("log-softmax → CE", "log-softmax → CE"), 2, True),
    "softmax_ce": (T("softmax → CE", "softmax → CE"), 5, False),
    "raw_nll": (T("logits → NLL", "logits → NLL"), 3, False),
    "smoothing": (T("label smoothing 0.1", "làm mềm nhãn 0.1"), 4, False),
}

CONTROLS = (
    replace(
        knobs.TEMPERATURE,
        help=T(
            "Scores are divided by T before softmax. 0: always the likeliest. Large: everything equal. A negative T would turn the ranking upside down and is not offered.",
            "Điểm số chia cho T trước softmax. 0: luôn chọn token khả dĩ nhất. Lớn: mọi token như nhau. T âm sẽ lật ngược thứ hạng nên không có ở đây.",
        ),
        low=0.05,
        high=100,
        step=None,
        log=True,
        zero=True,
        default=0.7,  # for a trained model's writing: away from 1, where nothing could be seen
    ),
    Choice(
        "source",
        T("where the logits come from", "logits từ đâu ra"),
        T(
            "The small model that ships with the app, after one token; or 2,048 numbers drawn from N(0, std²).",
            "Mô hình nhỏ kèm theo ứng dụng, sau một token; hoặc 2,048 số rút từ N(0, std²).",
        ),
        (("trained", T("a trained model", "mô hình đã học")), ("normal", T("drawn", "rút ngẫu nhiên"))),
    ),
    Slider(
        "offset",
        T("logit offset c", "độ dời c của logits"),
        T(
            "Added to every logit. Only differences matter, so no probability may move.",
            "Cộng vào mọi logit. Chỉ hiệu số mới đáng kể, nên không xác suất nào được đổi.",
        ),
        low=-100.0,
        high=100.0,
        step=1.0,
        unit=same("nats"),
    ),
    Text(
        "word",
        T("last token read", "token vừa đọc"),
        T(
            "Of what you type the last token counts: this model sees no more.",
            "Chỉ token cuối của chữ bạn gõ được tính: mô hình này không thấy gì hơn.",
        ),
        max_chars=30,
    ),
    Slider(
        "std",
        T("logit std", "độ lệch chuẩn của logits"),
        T(
            "Spread of the drawn logits. Trained models have 2 to 5.",
            "Độ trải của logits rút ra. Mô hình đã học thường có 2 đến 5.",
        ),
        low=0.1,
        high=100,
        log=True,
    ),
    Slider(
        "top_k",
        same("top-k"),
        T(
            "Only the k likeliest tokens may be drawn. More than V keeps all.",
            "Chỉ k token khả dĩ nhất được rút. Lớn hơn V thì giữ tất cả.",
        ),
        values=(0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 5000),
        words=((0, T("all", "tất cả")),),
    ),
    Slider(
        "top_p",
        same("top-p"),
        T(
            "The likeliest tokens until their probabilities add up to p; 1: all.",
            "Các token khả dĩ nhất cho đến khi xác suất cộng lại đạt p; 1: tất cả.",
        ),
        low=0.1,
        high=1.0,
        step=0.05,
        default=1.0,
    ),
    Slider(
        "banned",
        T("ban the likeliest", "cấm các token khả dĩ nhất"),
        T(
            "So many of the likeliest tokens get the logit −∞. They stay at −∞ whatever T is.",
            "Chừng ấy token khả dĩ nhất nhận logit −∞. T là bao nhiêu thì chúng vẫn là −∞.",
        ),
        values=(0, 1, 2, 3, 5, 10, 100, 1000, 5000),
    ),
    Many(
        "wirings",
        T("wirings compared", "các cách nối được so sánh"),
        T(
            "What is done to the model's output before the loss. All see the same batches from the same start.",
            "Điều xảy ra với đầu ra của mô hình trước khi vào loss. Tất cả cùng điểm xuất phát, cùng các lô.",
        ),
        tuple((code, name) for code, (name, _, _) in WIRINGS.items()),
        default="ce,log_softmax_ce,log_softmax_nll,raw_nll,softmax_ce",
    ),
    replace(knobs.LR, low=1e-4, high=1e-2),
    Slider(
        "steps",
        T("steps", "số bước"),
        T("How many updates.", "Số lần cập nhật."),
        values=(20, 50, 80, 100, 200, 300, 500),
    ),
    replace(
        knobs.DIVIDE_LOGITS,
        help=T(
            "Dividing by √d is a fixed temperature √d built into training: the model can learn to undo it.",
            "Chia cho √d là một nhiệt độ cố định √d gắn vào lúc học: mô hình có thể học cách bù lại.",
        ),
        options=knobs.DIVIDE_LOGITS.options[1:],
    ),
    Choice(
        "corpus",
        T("text", "văn bản"),
        T("What the model reads.", "Thứ mô hình đọc."),
        knobs.TEXTS,
        more=knobs.own_texts,
    ),
    replace(knobs.WIDTH, values=(16, 32, 64, 96)),
    replace(knobs.CONTEXT, values=(8, 16, 32, 64, 128)),
    replace(knobs.BATCH, values=(4, 8, 16, 32)),
    replace(
        knobs.SEED,
        help=T(
            "Other weights and batches; where numbers are drawn, other numbers.",
            "Trọng số và lô khác; ở chỗ rút số thì là các số khác.",
        ),
    ),
    knobs.NUMBER_FORMAT,
    Slider(
        "tokens",
        T("tokens in a batch, B · T", "số token trong lô, B · T"),
        T("Rows of the table of logits.", "Số hàng của bảng logits."),
        values=(256, 1024, 4096),
    ),
    Slider(
        "vocabulary",
        T("vocabulary V", "từ vựng V"),
        T("Columns of the table of logits. GPT-2 has 50,257.", "Số cột của bảng logits. GPT-2 có 50,257."),
        values=(256, 2048, 8192, 50257),
    ),
    Slider(
        "chunk",
        T("chunk", "mỗi khúc"),
        T(
            "Tokens whose logits exist at the same time, in the chunked form.",
            "Số token có logits cùng tồn tại một lúc, ở cách chia khúc.",
        ),
        values=(8, 32, 128, 512, 2048),
        unit=T("tokens", "token"),
    ),
    Text(
        "prompt",
        T("prompt", "câu mồi (prompt)"),
        T("What the model continues, three times.", "Đoạn mà mô hình viết tiếp, ba lần."),
        default="The",
    ),
)
