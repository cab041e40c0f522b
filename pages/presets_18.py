"""Settings of lesson 18 worth trying, with what to look for."""

from app.i18n import T
from app.lesson import Preset

QUICKLY = T("quick", "nhanh")
HOT = Preset(
    "hot",
    T("broken: learning rate 0.1", "hỏng: tốc độ học 0.1"),
    {"lr": 0.1},
    T(
        "A hundred times too large: every run ends higher than at 1e-3, the one graded everywhere too.",
        "Lớn gấp trăm lần: mọi lần chạy đều kết thúc cao hơn so với 1e-3, kể cả lần chấm mọi nơi.",
    ),
    broken=True,
)
RACE_PRESETS = (
    Preset(
        "quick",
        QUICKLY,
        {},
        T(
            "Whose loss at the last position is lowest, and how early?",
            "Loss ở vị trí cuối của ai thấp nhất, và sớm đến đâu?",
        ),
    ),
    Preset(
        "seconds",
        T("equal seconds, head really skipped", "cùng số giây, thật sự bỏ tầng ra"),
        {"head_at": "graded", "x": "seconds", "beside": "all"},
        T("The final-only step is now cheaper. Is it cheap enough?", "Bước chỉ-cuối giờ rẻ hơn. Có đủ rẻ không?"),
    ),
    Preset(
        "scattered",
        T("few, but anywhere", "ít, nhưng ở bất kỳ đâu"),
        {"graded": 4, "graded_at": "random", "beside": "all"},
        T(
            "Four positions drawn anew: is “few” the trouble, or “late”?",
            "Bốn vị trí rút lại mỗi bước: tại “ít” hay tại “muộn”?",
        ),
    ),
    Preset(
        "long",
        T("long: 600 steps", "dài: 600 bước"),
        {"steps": 600, "beside": "all"},
        T(
            "For the same loss it needs more and more times the steps: read the dotted link.",
            "Để đạt cùng loss, số bước phải gấp ngày càng nhiều lần: đọc đường chấm.",
        ),
        needs=T("about half a minute", "khoảng nửa phút"),
    ),
    Preset(
        "course",
        T("course: 1,234 steps at full size", "khóa học: 1,234 bước ở cỡ thật"),
        {
            "corpus": "fineweb",
            "tokenizer": "gpt2",
            "width": 768,
            "blocks": 12,
            "heads": 12,
            "context": 256,
            "batch": 64,
            "steps": 1234,
            "dropout": 0.1,
            "wiring": "log_softmax_nll",
            "init": "course",
            "close": 64,
            "beside": "",
        },
        T(
            "The source tests 64 predictions every 80 steps and reports a loss that stays high and jumps.",
            "Nguồn kiểm thử 64 dự đoán mỗi 80 bước và báo loss cao, nhảy loạn.",
        ),
        needs=T(
            "a GPU, GPT-2's vocabulary and FineWeb from “Texts and weights”; not run here",
            "GPU, từ vựng GPT-2 và FineWeb ở “Văn bản và trọng số”; chưa chạy ở đây",
        ),
    ),
    Preset(
        "raw",
        T("broken: log-softmax forgotten", "hỏng: quên log-softmax"),
        {"wiring": "raw_nll", "beside": "all"},
        T(
            "The training loss falls below 0; the test loss tells the truth.",
            "Loss huấn luyện xuống dưới 0; loss kiểm thử nói sự thật.",
        ),
        broken=True,
    ),
    HOT,
)
WHERE_PRESETS = (
    Preset(
        "quick",
        QUICKLY,
        {},
        T("Is there any position where final-only wins?", "Có vị trí nào mà chỉ-chấm-cuối thắng không?"),
    ),
    Preset(
        "dropout",
        T("the notebook: dropout left on", "notebook: dropout còn bật"),
        {"dropout": 0.3, "left_on": True},
        T(
            "Train, then ask below with model.eval() forgotten.",
            "Huấn luyện, rồi hỏi bên dưới khi quên model.eval().",
        ),
    ),
    Preset(
        "sixteen",
        T("broken: a test of 16 windows", "hỏng: kiểm thử 16 cửa sổ"),
        {"close": 16, "meter_windows": 4},
        T(
            "With so few windows the shape of a line is noise. Only means over many positions still tell the two lines apart.",
            "Với ít cửa sổ thế này, hình dạng của đường chỉ là nhiễu. Chỉ trung bình trên nhiều vị trí mới còn phân biệt được hai đường.",
        ),
        broken=True,
    ),
)
SIGNAL_PRESETS = (
    Preset(
        "quick",
        QUICKLY,
        {},
        T(
            "How far below the dashed line do many positions of few windows lie?",
            "Nhiều vị trí của ít cửa sổ nằm dưới nét đứt bao xa?",
        ),
    ),
    Preset(
        "random",
        T("random positions", "vị trí ngẫu nhiên"),
        {"graded_at": "random"},
        T(
            "Do scattered positions repeat each other less than neighbours? After 30 steps the points of k 4 and k 16 lie no higher than with the last k.",
            "Vị trí rải rác có lặp lại nhau ít hơn vị trí cạnh nhau không? Sau 30 bước, các điểm k 4 và k 16 không cao hơn so với k cuối.",
        ),
    ),
    Preset(
        "single",
        T("broken: batches of one window", "hỏng: lô một cửa sổ"),
        {"batch": 1, "windows": 64},
        T(
            "One prediction a step: its direction is almost pure chance, and so is this measurement.",
            "Mỗi bước một dự đoán: hướng đi gần như ngẫu nhiên, phép đo này cũng vậy.",
        ),
        broken=True,
    ),
)
COST_PRESETS = (
    Preset(
        "quick",
        QUICKLY,
        {},
        T(
            "How much does the slice save, how much could be saved?",
            "Cắt thì tiết kiệm bao nhiêu, có thể tiết kiệm bao nhiêu?",
        ),
    ),
    Preset(
        "course",
        T("course: d 768, V 50,257, one window", "khóa học: d 768, V 50,257, một cửa sổ"),
        {"vocabulary": 50_257, "width": 768, "blocks": 12, "heads": 12, "context": 256, "batch": 1},
        T(
            "The head is three tenths of the multiplications: that is the ceiling.",
            "Tầng ra là ba phần mười số phép nhân: đó là trần.",
        ),
        needs=T("about two minutes and 2 GB of memory", "khoảng hai phút và 2 GB bộ nhớ"),
    ),
    Preset(
        "small",
        T("broken: a vocabulary of 256", "hỏng: từ vựng 256"),
        {"vocabulary": 256, "width": 128},
        T(
            "With so small a head there is nothing left to save.",
            "Tầng ra nhỏ thế này thì chẳng còn gì để tiết kiệm.",
        ),
        broken=True,
    ),
)
TEXT_PRESETS = (
    Preset(
        "quick",
        QUICKLY,
        {},
        T(
            "Which change costs more? Then switch the unit to bytes.",
            "Đổi cái nào mất nhiều hơn? Rồi chuyển đơn vị sang byte.",
        ),
    ),
    Preset(
        "bytes",
        T("per byte", "mỗi byte"),
        {"unit": "byte"},
        T("The order of the two texts turns round.", "Thứ tự hai văn bản đảo lại."),
    ),
    HOT,
)
