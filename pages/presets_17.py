"""The presets of lesson 17."""

from app.i18n import T
from app.lesson import Preset

QUICK = T("quick", "nhanh")
TENTH = {"dropout": 0.1, "steps": 300, "context": 64}

PLACES = (
    Preset(
        "quick",
        QUICK,
        {},
        T(
            "p = 0.4, so that one short run shows it. Which taps cost?",
            "p = 0.4 để một lần chạy ngắn cũng thấy. Van nào tốn?",
        ),
    ),
    Preset(
        "tenth",
        T("the course's p: 0.1, three seeds", "p của khóa học: 0.1, ba hạt giống"),
        TENTH | {"seeds": 3},
        T(
            "At 0.1 the cost of a single place is about as large as the scatter between seeds; only all four together are clear.",
            "Ở 0.1, giá của một chỗ cỡ bằng độ tản mát giữa các hạt giống; chỉ cả bốn chỗ mới rõ.",
        ),
        needs=T("18 runs, a few minutes", "18 lần chạy, vài phút"),
    ),
    Preset(
        "little",
        T("little text: the sign turns", "ít văn bản: dấu đảo ngược"),
        {"keep": 5000, "steps": 500, "sites": "all"},
        T(
            "Five thousand tokens, read fifty times: now the run with dropout ends lower. Not at its best step, though: lesson 14 has the whole story.",
            "Năm nghìn token, đọc năm mươi lần: giờ lần chạy có dropout kết thúc thấp hơn. Nhưng ở bước tốt nhất thì không: bài 14 kể trọn chuyện.",
        ),
        needs=T("about half a minute", "khoảng nửa phút"),
    ),
    Preset(
        "course",
        T("course: 124 million parameters on FineWeb", "khóa học: 124 triệu tham số trên FineWeb"),
        {
            "corpus": "fineweb",
            "tokenizer": "gpt2",
            "width": 768,
            "blocks": 12,
            "heads": 12,
            "context": 256,
            "batch": 64,
            "dropout": 0.1,
            "divide_logits": "yes",
            "steps": 1234,
            "sites": "all",
        },
        T(
            "1,000 documents, p = 0.1 everywhere, AdamW 1e-3 and 0.01. The training itself is lesson 18.",
            "1,000 tài liệu, p = 0.1 mọi nơi, AdamW 1e-3 và 0.01. Việc huấn luyện là bài 18.",
        ),
        needs=T(
            "not run yet: needs a GPU, FineWeb and GPT-2's vocabulary",
            "chưa chạy: cần GPU, FineWeb và từ vựng GPT-2",
        ),
    ),
    Preset(
        "keep",
        T("broken: p read as “kept”", "hỏng: hiểu p là “giữ lại”"),
        {"dropout": 0.9},
        T(
            "Who reads p = 0.1 as “kept with probability 0.1” drops 90 %. This is what that trains.",
            "Ai hiểu p = 0.1 là “giữ với xác suất 0.1” thì bỏ 90 %. Huấn luyện như vậy ra thế này.",
        ),
        broken=True,
    ),
    Preset(
        "shut",
        T("broken: the MLP's tap is shut", "hỏng: khóa van của MLP"),
        {"drop_mlp": 1.0, "sites": "mlp"},
        T(
            "p = 1: in training the blocks are attention only, and the MLPs never learn. In evaluation they come back, untrained.",
            "p = 1: khi huấn luyện khối chỉ còn attention, MLP không học gì. Khi đánh giá, chúng trở lại mà chưa hề học.",
        ),
        broken=True,
    ),
    Preset(
        "blind",
        T("broken: nothing gets in", "hỏng: không gì lọt vào"),
        {"drop_embedding": 1.0, "sites": "embedding"},
        T(
            "p = 1 at the embedding: every input is all zeros in training. The token frequencies are the best it could learn.",
            "p = 1 ở embedding: khi huấn luyện mọi đầu vào đều bằng 0. Giỏi nhất cũng chỉ học được tần suất token.",
        ),
        broken=True,
    ),
)

MODES = (
    Preset(
        "quick",
        QUICK,
        {},
        T(
            "Same weights, same windows. The six readings lie on each other in one mode only.",
            "Cùng trọng số, cùng cửa sổ. Chỉ ở một chế độ sáu lần đọc trùng nhau.",
        ),
    ),
    Preset(
        "tenth",
        T("the course's p = 0.1", "p = 0.1 của khóa học"),
        {"dropout": 0.1, "temperature": 1.1},
        T("Smaller, but still there: a few hundredths.", "Nhỏ hơn nhưng vẫn còn: vài phần trăm."),
    ),
    Preset(
        "prose",
        T("real prose", "văn thật"),
        {"corpus": "manual"},
        T(
            "Python's manual in byte pairs: the same picture on a harder text.",
            "Sách hướng dẫn Python theo cặp byte: cùng bức tranh trên văn khó hơn.",
        ),
    ),
    Preset(
        "greedy",
        T("broken: temperature 0, and two answers", "hỏng: nhiệt độ 0 mà hai câu trả lời"),
        {"temperature": 0.0, "dropout": 0.4},
        T(
            "The likeliest word every time, so all should be the same each time: not while something still drops.",
            "Luôn chọn từ khả dĩ nhất, lẽ ra lần nào cũng như nhau: không, khi vẫn còn chỗ đang bỏ.",
        ),
        broken=True,
    ),
)

DIVIDE = (
    Preset(
        "quick",
        QUICK,
        {},
        T(
            "Watch the lower panel: which logits can spread, and which cannot?",
            "Nhìn khung dưới: logits nào tản ra được, logits nào không?",
        ),
    ),
    Preset(
        "faster",
        T("the same curve by learning rate", "cùng đường cong nhờ tốc độ học"),
        {"lr": 8e-3},
        T(
            "Pin quick first. Eight times the rate: the dashed run with init 0.02 now follows the pinned undivided one for some 50 steps.",
            "Ghim bản nhanh trước. Tốc độ gấp tám: lần chạy nét đứt với khởi tạo 0.02 giờ đi theo bản không chia đã ghim trong chừng 50 bước.",
        ),
    ),
    Preset(
        "gentle",
        T("a gentler divisor: 2", "chia nhẹ tay: 2"),
        {"divisor": 2.0},
        T("Between the two: the cost grows with the divisor.", "Nằm giữa: số chia càng lớn càng thiệt."),
    ),
    Preset(
        "hot",
        T("broken: learning rate 0.01 with N(0, 1)", "hỏng: tốc độ học 0.01 với N(0, 1)"),
        {"lr": 1e-2, "init_std": 0.5},
        T(
            "Large logits and large steps: undivided, the loss starts far above ln V, falls fast, and still ends above the divided run.",
            "Logits lớn, bước lớn: không chia thì loss khởi đầu cao hơn ln V nhiều, giảm nhanh, mà cuối cùng vẫn cao hơn lần chạy có chia.",
        ),
        broken=True,
    ),
)

COVERAGE = (
    Preset(
        "quick",
        QUICK,
        {},
        T("Orange bar: tokens that no batch has shown.", "Cột cam: token chưa lô nào cho thấy."),
    ),
    Preset(
        "course",
        T("course: 1,234 batches of 64 × 256", "khóa học: 1,234 lô 64 × 256"),
        {"tokens": 675_000, "batch": 64, "context": 256, "steps": 1234},
        T(
            "20 million draws from 675,000 tokens: everything is read about 30 times, and chance misses nothing but the edge.",
            "20 triệu lượt rút từ 675,000 token: mọi thứ được đọc khoảng 30 lần, ngẫu nhiên chỉ sót mép.",
        ),
    ),
    Preset(
        "passes",
        T("shuffled passes instead", "thay bằng lượt duyệt xáo trộn"),
        {"sampler": "epochs", "steps": 500},
        T(
            "Every token once or twice; none is left out but the last few, too few for a window.",
            "Mỗi token một hoặc hai lần; chỉ sót vài token cuối, không đủ một cửa sổ.",
        ),
    ),
    Preset(
        "tiny",
        T("broken: batches of one window", "hỏng: mỗi lô một cửa sổ"),
        {"batch": 1, "context": 16},
        T("Hardly anything is seen.", "Hầu như chẳng thấy gì."),
        broken=True,
    ),
)

TIME = (
    Preset(
        "quick",
        QUICK,
        {},
        T("The lines part as the window grows.", "Hai đường tách nhau khi cửa sổ dài ra."),
    ),
    Preset(
        "long",
        T("longer windows", "cửa sổ dài hơn"),
        {"context": 1024},
        T("At T = 1,024, GPT-2's own length.", "Ở T = 1,024, độ dài của chính GPT-2."),
    ),
)
