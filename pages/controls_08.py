"""The controls of lesson 8."""

from app.i18n import T, same
from app.knobs import SEED, TEMPERATURE, TEXTS, TOKENIZER, own_texts
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
            "The course: N(0, 1) embeddings, PyTorch's own for the rest. GPT-2: N(0, 0.02), smaller still where a block writes into the stream.",
            "Khóa học: embedding N(0, 1), phần còn lại theo PyTorch. GPT-2: N(0, 0.02), và nhỏ hơn nữa ở nơi khối ghi vào dòng residual.",
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
    Slider(
        "blocks",
        T("blocks", "số khối"),
        T("Attention plus MLP, stacked.", "Attention cộng MLP, xếp chồng."),
        values=(1, 2, 3, 4),
    ),
    Slider(
        "heads",
        T("heads", "số đầu chú ý"),
        T(
            "Must divide the width; if not, the nearest smaller number that does is taken.",
            "Phải chia hết độ rộng; nếu không, lấy số nhỏ hơn gần nhất chia hết.",
        ),
        values=(1, 2, 3, 4, 8),
    ),
    Slider(
        "width",
        T("width d", "độ rộng d"),
        T("Numbers per token inside the model.", "Số con số cho mỗi token bên trong mô hình."),
        values=(16, 32, 64, 96, 128),
    ),
    Slider(
        "context",
        T("context T", "ngữ cảnh T"),
        T(
            "Tokens in a window: how far back the model can look.",
            "Số token trong một cửa sổ: mô hình nhìn lại được bao xa.",
        ),
        values=(8, 16, 32, 64, 128, 256),
    ),
    Slider(
        "batch",
        T("batch B", "cỡ lô B"),
        T("Windows in every step.", "Số cửa sổ mỗi bước."),
        values=(1, 2, 4, 8, 16, 32, 64),
    ),
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
            "0 keeps what the initialisation prescribes: 1 for the course, 0.02 for GPT-2.",
            "0 là giữ theo cách khởi tạo: 1 với khóa học, 0.02 với GPT-2.",
        ),
        low=0.002,
        high=2,
        log=True,
        zero=True,
    ),
    Choice(
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
    ),
    Choice(
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
    ),
    Slider(
        "attention_scale",
        T("attention scale", "hệ số chia attention"),
        T(
            "× 1/√d of each head. 0 makes every token look everywhere equally.",
            "× 1/√d của mỗi đầu. 0 thì mọi token nhìn đều khắp nơi.",
        ),
        low=0,
        high=4,
        step=0.25,
    ),
    Slider(
        "dropout",
        T("dropout p", "xác suất bỏ p (dropout)"),
        T("Chance of dropping a number while training.", "Xác suất bỏ một con số khi huấn luyện."),
        low=0,
        high=0.8,
        step=0.05,
    ),
    Slider(
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
    ),
    Choice(
        "schedule",
        T("schedule", "lịch tốc độ học"),
        T(
            "Constant; or falling to zero, in a line or along a cosine: the last steps settle.",
            "Giữ nguyên; hoặc giảm dần theo đường thẳng hay cosine: các bước cuối lắng xuống.",
        ),
        (("constant", T("constant", "giữ nguyên")), ("linear", T("linear", "đường thẳng")), ("cosine", same("cosine"))),
    ),
    Slider(
        "warmup",
        T("warm-up", "khởi động dần"),
        T(
            "Share of the steps in which the learning rate climbs from 0. High rates need it.",
            "Phần số bước mà tốc độ học tăng dần từ 0. Tốc độ cao cần nó.",
        ),
        low=0,
        high=0.5,
        step=0.05,
    ),
    Slider(
        "clip",
        T("gradient clipping", "cắt gradient"),
        T(
            "Longest gradient that is let through; 0 lets everything through.",
            "Gradient dài nhất được cho qua; 0 là cho qua tất cả.",
        ),
        values=(0.0, 0.25, 0.5, 1.0, 2.0, 5.0),
    ),
    TOKENIZER,
    Choice(
        "sampler",
        T("windows", "cách lấy cửa sổ"),
        T(
            "Drawn at random with no memory (four lines), or each window once in every pass.",
            "Rút ngẫu nhiên không nhớ gì (bốn dòng), hoặc mỗi lượt mỗi cửa sổ đúng một lần.",
        ),
        (("random", T("random windows", "cửa sổ ngẫu nhiên")), ("epochs", T("shuffled passes", "lượt duyệt xáo trộn"))),
    ),
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
            "Gulliver du ký: chín phần mười của 158.350 token GPT-2.",
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
