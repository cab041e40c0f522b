"""The controls of lesson 19."""

from dataclasses import replace

from app import knobs
from app.i18n import T, same
from app.lesson import Choice, Slider, Text, Toggle

CONTROLS = (
    Choice(
        "metric",
        T("measure", "thước đo"),
        T(
            "Mean of ln p: every place counts, above all those where p is tiny. ln of mean p: how much probability the tokens get. Rank: 1 is the likeliest. Mass: all of the group's probability together.",
            "Trung bình của ln p: mọi vị trí đều tính, nhất là nơi p rất nhỏ. ln của p trung bình: token được bao nhiêu xác suất. Thứ hạng: 1 là khả dĩ nhất. Khối xác suất: tổng xác suất của cả nhóm.",
        ),
        (
            ("log_p", T("mean of ln p", "trung bình của ln p")),
            ("log_mean", T("ln of mean p", "ln của p trung bình")),
            ("rank", T("mean rank", "thứ hạng trung bình")),
            ("mass", T("probability mass", "khối xác suất")),
        ),
    ),
    Choice(
        "indices",
        T("groups as indexed", "cách lấy chỉ số nhóm"),
        T(
            "Correct: the ids of the most and least counted tokens. As in the notebook: their places in a sorted list, used as ids. The same run, drawn twice.",
            "Đúng: id của các token được đếm nhiều nhất và ít nhất. Như notebook: vị trí trong danh sách đã sắp xếp, dùng nhầm làm id. Cùng một lần chạy, vẽ hai cách.",
        ),
        (
            ("correct", T("correct", "đúng")),
            ("notebook", T("as in the notebook", "như notebook")),
            ("both", T("both", "cả hai")),
        ),
    ),
    Toggle(
        "masked",
        T("leave out a group's own inputs", "bỏ vị trí mà đầu vào thuộc nhóm"),
        T(
            "As the course: places whose current input is of the group do not count for that group. Turn it off and see how little it does.",
            "Như khóa học: vị trí có đầu vào thuộc nhóm thì không tính cho nhóm đó. Hãy tắt đi để thấy nó ảnh hưởng ít thế nào.",
        ),
        default=True,
    ),
    Slider(
        "moment",
        T("show the rows at step", "xem các hàng ở bước"),
        T(
            "For the pictures of rows and forces: drag from 0 to the end and watch the cone form.",
            "Dùng cho hình các hàng và hình lực: kéo từ 0 đến cuối để xem chiếc nón hình thành.",
        ),
        values=(0, 10, 20, 50, 100, 150, 200, 250, 300, 400, 600, 1000),
        default=300,
    ),
    Slider(
        "keep",
        T("training tokens kept", "số token huấn luyện giữ lại"),
        T(
            "From the start of the text; left end: all of it. The less text, the more tokens never occur.",
            "Tính từ đầu văn bản; đầu trái: tất cả. Văn bản càng ngắn, càng nhiều token không xuất hiện.",
        ),
        values=(0, 5000, 7000, 10_000, 15_000, 20_000, 30_000, 50_000, 70_000, 100_000),
        words=((0, T("all", "tất cả")),),
    ),
    Slider(
        "group",
        T("tokens per group", "số token mỗi nhóm"),
        T(
            "How many common, rare and unused tokens are followed. The course takes 100.",
            "Theo dõi bao nhiêu token thường gặp, hiếm và không dùng. Khóa học lấy 100.",
        ),
        values=(5, 10, 20, 50, 100, 150, 200),
    ),
    replace(knobs.LR, low=1e-4, high=1.0),
    Choice(
        "corpus",
        T("text", "văn bản"),
        T(
            "Of the 2,000 byte pairs Python's manual leaves a third unused, Tales nine tenths.",
            "Trong 2,000 cặp byte, sách hướng dẫn Python bỏ không một phần ba, Tales bỏ không chín phần mười.",
        ),
        knobs.TEXTS,
        more=knobs.own_texts,
    ),
    knobs.TOKENIZER,
    Toggle(
        "whole",
        T("count the whole text", "đếm cả văn bản"),
        T(
            "Off: only the nine tenths that a model is trained on. The course counts and trains on everything.",
            "Tắt: chỉ chín phần mười dùng để huấn luyện. Khóa học đếm và huấn luyện trên tất cả.",
        ),
    ),
    Text(
        "word",
        T("look up a token", "tra một token"),
        T(
            "Its first token is found in the picture. A space in front makes another token.",
            "Token đầu tiên của chữ này được tìm trong hình. Có dấu cách phía trước là một token khác.",
        ),
        max_chars=30,
    ),
    knobs.TYING,
    replace(
        knobs.DIVIDE_LOGITS,
        help=T(
            "The course divides, which cools the softmax: everything here then happens several times slower.",
            "Khóa học có chia, khiến softmax nguội đi: mọi thứ ở đây chậm đi vài lần.",
        ),
        options=(("no", T("no", "không")), ("yes", T("yes", "có"))),
    ),
    Choice(
        "optimizer",
        T("optimizer", "thuật toán tối ưu"),
        T(
            "AdamW gives every weight a step of about the learning rate, however small its gradient. SGD's step is as small as the gradient: give it about 0.3.",
            "AdamW cho mỗi trọng số một bước cỡ tốc độ học, dù gradient nhỏ đến đâu. Bước của SGD nhỏ đúng như gradient: hãy cho nó khoảng 0.3.",
        ),
        (("adamw", same("AdamW")), ("sgd", T("SGD with momentum", "SGD có quán tính"))),
    ),
    Slider(
        "momentum",
        T("momentum of SGD", "quán tính (momentum) của SGD"),
        T(
            "0.9 adds up about ten steps. AdamW does not read it.",
            "0.9 cộng dồn khoảng mười bước. AdamW không dùng số này.",
        ),
        values=(0.0, 0.5, 0.8, 0.9, 0.95),
    ),
    knobs.WEIGHT_DECAY,
    Slider(
        "init_std",
        T("init std of the embeddings", "độ lệch chuẩn khởi tạo của embedding"),
        T(
            "GPT-2 takes 0.02. With large embeddings the start is no longer chance.",
            "GPT-2 lấy 0.02. Embedding lớn thì điểm xuất phát không còn là đoán đều.",
        ),
        low=0.005,
        high=1.0,
        log=True,
    ),
    Choice(
        "mask",
        T("mask while training", "mặt nạ khi huấn luyện"),
        T(
            "Logits: unused tokens are taken out of the softmax. Loss: places whose answer is a rare token are not graded.",
            "Logits: đưa token không dùng ra khỏi softmax. Loss: vị trí có đáp án là token hiếm thì không chấm.",
        ),
        (
            ("none", T("none", "không")),
            ("logits", T("unused logits out", "bỏ logits không dùng")),
            ("loss", T("rare answers ungraded", "không chấm đáp án hiếm")),
        ),
    ),
    Slider(
        "smoothing",
        T("label smoothing ε", "làm mềm nhãn ε"),
        T(
            "Share of every answer that is spread over all tokens: each gets at least about ε/V.",
            "Phần của mỗi đáp án được rải đều cho mọi token: token nào cũng được chừng ε/V.",
        ),
        low=0.0,
        high=0.3,
        step=0.05,
    ),
    knobs.WIDTH,
    knobs.BLOCKS,
    knobs.HEADS,
    knobs.CONTEXT,
    knobs.BATCH,
    Slider(
        "steps",
        T("steps", "số bước"),
        T("Updates. More steps continue the same run.", "Số lần cập nhật. Thêm bước là chạy tiếp chính lần chạy đó."),
        values=(20, 50, 100, 120, 150, 200, 300, 400, 600, 800, 1000),
    ),
    knobs.SEED,
    Slider(
        "sentences",
        T("sentences with the new token", "số câu có token mới"),
        T(
            "Stretches of the training text in which one frequent word is replaced by one unused token.",
            "Các đoạn của văn bản huấn luyện, trong đó một từ hay gặp được thay bằng một token không dùng.",
        ),
        values=(1, 2, 5, 10, 20, 50, 100),
        default=20,
    ),
    Slider(
        "rescue_steps",
        T("fine-tuning steps", "số bước tinh chỉnh"),
        T("Steps on these sentences alone.", "Số bước chỉ trên các câu ấy."),
        values=(5, 10, 20, 30, 50, 100),
        default=50,
    ),
)
