"""The knobs and the presets of lesson 5."""

from dataclasses import replace

from app.i18n import T, same
from app.knobs import SEED, TEMPERATURE, TEXTS, TOKENIZER, WEIGHT_DECAY, own_texts
from app.lesson import Choice, Preset, Slider, Text, Toggle
from pages.figures_05 import LAST, STAGES

CONTROLS = (
    Slider(
        "lr",
        T("learning rate", "tốc độ học"),
        T(
            "How far each step goes. Too small: it hardly moves. Too large: it jumps about.",
            "Mỗi bước đi xa bao nhiêu. Quá nhỏ: gần như đứng yên. Quá lớn: nhảy loạn.",
        ),
        low=1e-5,
        high=1,
        log=True,
        zero=True,
    ),
    Slider(
        "width",
        T("embedding dimension d", "số chiều embedding d"),
        T(
            "Numbers per token inside the model. The table of pairs it learns has rank d at most.",
            "Số con số cho mỗi token bên trong mô hình. Bảng cặp token nó học có hạng nhiều nhất là d.",
        ),
        values=(2, 4, 8, 16, 32, 64, 128, 256, 512),
    ),
    Slider(
        "offset",
        T("target offset k", "độ lệch đích k"),
        T(
            "Which token is the target: 1, the next; 2, the one after it, as the course's loop has it by mistake.",
            "Token nào là đích: 1 là kế tiếp; 2 là token sau nữa, như vòng lặp của khóa học do nhầm lẫn.",
        ),
        values=tuple(range(1, 9)),
        unit=T("tokens", "token"),
    ),
    Choice(
        "corpus",
        T("text", "văn bản"),
        T(
            "Tales: small stories whose floors are known exactly. Python's manual: real prose, floors counted on it.",
            "Tales: truyện nhỏ, mức sàn biết chính xác. Sách hướng dẫn Python: văn thật, mức sàn do đếm.",
        ),
        TEXTS,
        more=own_texts,
    ),
    TOKENIZER,
    Slider(
        "init_std",
        T("init std of the embedding", "độ lệch chuẩn khởi tạo của embedding"),
        T(
            "Spread of the embedding before training; the course leaves PyTorch's 1.",
            "Độ tản của embedding trước khi huấn luyện; khóa học giữ mặc định 1 của PyTorch.",
        ),
        low=1e-3,
        high=5,
        log=True,
    ),
    replace(WEIGHT_DECAY, low=1e-05, high=10),
    Choice(
        "optimizer",
        T("optimizer", "thuật toán tối ưu"),
        T(
            "Adam here adds the weight decay to the gradient (L2), AdamW keeps it apart: compare them.",
            "Adam ở đây cộng suy giảm trọng số vào gradient (L2), AdamW để riêng: hãy so sánh.",
        ),
        (("adamw", same("AdamW")), ("adam", same("Adam")), ("sgd", same("SGD"))),
    ),
    Choice(
        "nonlinearity",
        T("nonlinearity", "hàm phi tuyến"),
        T(
            "Between embedding and unembedding. Does it matter here?",
            "Giữa embedding và giải nhúng (unembedding). Ở đây nó có quan trọng không?",
        ),
        (("gelu", same("GELU")), ("relu", same("ReLU")), ("none", T("none", "không có"))),
    ),
    Toggle(
        "bias",
        T("bias in the unembedding", "độ chệch (bias) ở giải nhúng"),
        T(
            "One more number per token; the course's notebook 5 has it, 6 and 7 do not.",
            "Thêm một con số cho mỗi token; notebook 5 của khóa học có, notebook 6 và 7 không.",
        ),
    ),
    Slider(
        "context",
        T("context length T", "độ dài ngữ cảnh T"),
        T(
            "Tokens in a window. The model still sees one at a time.",
            "Số token trong một cửa sổ. Mô hình vẫn chỉ thấy từng token một.",
        ),
        values=(1, 2, 4, 8, 16, 32, 64),
    ),
    Slider(
        "stride",
        T("stride", "bước nhảy (stride)"),
        T(
            "Distance between the starts of two windows; above T, tokens are skipped.",
            "Khoảng cách giữa đầu hai cửa sổ; lớn hơn T thì có token bị bỏ qua.",
        ),
        values=(1, 2, 4, 8, 16, 32, 64),
    ),
    Slider(
        "batch",
        T("batch size B", "cỡ lô (batch) B"),
        T("Windows in every step: fewer make noisier steps.", "Số cửa sổ mỗi bước: càng ít thì bước càng nhiễu."),
        values=(4, 8, 16, 32, 64, 128, 256, 512),
    ),
    Slider(
        "steps",
        T("steps", "số bước"),
        T(
            "How long it trains. More steps continue the same run.",
            "Huấn luyện bao lâu. Thêm bước là chạy tiếp chính lần chạy đó.",
        ),
        values=(0, 50, 100, 200, 300, 600, 1000, 1500, 2000, 8900),
    ),
    Choice(
        "head",
        T("output layer and loss", "tầng ra và loss"),
        T(
            "Whole: all logits at once, as the course writes it. In blocks: a part of the vocabulary at a time, the same loss with a fraction of the memory; with GPT-2's 50,257 tokens it is also several times faster in bfloat16.",
            "Nguyên khối: mọi logits cùng lúc, như khóa học viết. Theo khối: từng phần từ vựng, cùng loss với một phần nhỏ bộ nhớ; với 50,257 token của GPT-2 thì bfloat16 còn nhanh hơn vài lần.",
        ),
        (
            ("whole", T("whole", "nguyên khối")),
            ("blocks", T("in blocks", "theo khối")),
            ("blocks_bfloat16", T("in blocks, bfloat16", "theo khối, bfloat16")),
        ),
    ),
    SEED,
    Slider(
        "rank",
        T("context token in the bars", "token ngữ cảnh ở biểu đồ cột"),
        T(
            "1 is the token after which the text is hardest to guess, counted by how often that happens.",
            "1 là token mà sau nó văn bản khó đoán nhất, tính cả tần suất gặp.",
        ),
        values=(1, 2, 3, 4, 5, 6),
        default=1,
    ),
    Slider(
        "stage",
        T("moment of the bars and the table", "thời điểm của cột và bảng"),
        T("Look at the model before, during or after training.", "Xem mô hình trước, trong hay sau khi huấn luyện."),
        values=STAGES,
        unit=T("step", "bước"),
        default=LAST,
    ),
    TEMPERATURE,
    Text(
        "prompt",
        T("prompt", "câu mồi (prompt)"),
        T(
            "The model continues it. It reads the last token and forgets the rest.",
            "Mô hình viết tiếp. Nó đọc token cuối và quên phần còn lại.",
        ),
        default="One morning, a little girl",
    ),
)

PRESETS = (
    Preset(
        "quick",
        T("quick", "nhanh"),
        {},
        T(
            "The same model twice, on the same batches; only the target differs.",
            "Cùng một mô hình hai lần, trên cùng các lô; chỉ đích là khác.",
        ),
    ),
    Preset(
        "prose",
        T("real prose", "văn thật"),
        {"corpus": "manual"},
        T(
            "Python's manual: the two losses now differ by more than a nat, and unseen pairs cost extra.",
            "Sách hướng dẫn Python: hai loss giờ cách nhau hơn một nat, và cặp chưa gặp thì phải trả thêm.",
        ),
    ),
    Preset(
        "vietnamese",
        same("Tales (tiếng Việt)"),
        {"corpus": "tales-vi"},
        T("Vietnamese stories: other floors, the same lesson.", "Truyện tiếng Việt: mức sàn khác, bài học vẫn thế."),
    ),
    Preset(
        "course",
        T("course", "khóa học"),
        {
            "corpus": "manual",
            "tokenizer": "gpt2",
            "lr": 1e-3,
            "offset": 2,
            "steps": 8900,
            "head": "blocks_bfloat16",
        },
        T(
            "The course's settings: GPT-2's vocabulary, lr 1e-3, 25 epochs of 354 steps. On The Time Machine it reports about 3.7 at the end; here the text is Python's manual.",
            "Thiết lập của khóa học: từ vựng GPT-2, lr 1e-3, 25 lượt duyệt, mỗi lượt 354 bước. Trên The Time Machine, khóa học ghi khoảng 3.7 lúc cuối; ở đây văn bản là sách hướng dẫn Python.",
        ),
        needs=T(
            "GPT-2's vocabulary, and some quarter of an hour per run (0.08 s a step on one CPU thread; all logits at once took 0.39)",
            "từ vựng GPT-2, và khoảng mười lăm phút mỗi lần chạy (0.08 giây một bước trên một luồng CPU; tính mọi logits cùng lúc mất 0.39)",
        ),
    ),
    Preset(
        "two",
        T("broken: two tokens ahead", "hỏng: đoán cách hai token"),
        {"offset": 2},
        T(
            "The course's loop as the main run. Its loss looks fine. Compare the samples, and look at the arrows on the board.",
            "Vòng lặp của khóa học làm lần chạy chính. Loss trông ổn. Hãy so các mẫu viết, và nhìn mũi tên trên bảng.",
        ),
        broken=True,
    ),
    Preset(
        "hot",
        T("broken: learning rate 1", "hỏng: tốc độ học 1"),
        {"lr": 1.0},
        T(
            "The loss first leaps far above guessing, then comes to rest well above the floor.",
            "Loss vọt lên rất cao trên mức đoán đều, rồi dừng lại khá xa trên sàn.",
        ),
        broken=True,
    ),
    Preset(
        "cold",
        T("broken: learning rate 1e-5", "hỏng: tốc độ học 1e-5"),
        {"lr": 1e-5},
        T(
            "600 steps and only a fifth of a nat: is it broken or only slow?",
            "600 bước mà chỉ giảm được một phần năm nat: hỏng hay chỉ là chậm?",
        ),
        broken=True,
    ),
    Preset(
        "sgd",
        T("broken: SGD, learning rate 100", "hỏng: SGD, tốc độ học 100"),
        {"optimizer": "sgd", "lr": 100.0},
        T("Does it end as a number at all?", "Liệu cuối cùng nó có còn là một con số?"),
        broken=True,
    ),
    Preset(
        "wide",
        T("broken: init std 5", "hỏng: độ lệch chuẩn khởi tạo 5"),
        {"init_std": 5.0},
        T(
            "It starts about two nats above guessing. How many steps until it has caught up?",
            "Nó xuất phát cao hơn đoán đều khoảng hai nats. Mất bao nhiêu bước để đuổi kịp?",
        ),
        broken=True,
    ),
    Preset(
        "narrow",
        T("broken: two numbers per token", "hỏng: mỗi token hai con số"),
        {"width": 2},
        T("The table of pairs must pass through two numbers.", "Bảng cặp token phải lọt qua hai con số."),
        broken=True,
    ),
)
