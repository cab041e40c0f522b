"""Settings worth trying in lesson 14, and some that are broken on purpose."""

from app.i18n import T
from app.lesson import Preset

NUMBER_PRESETS = (
    Preset(
        "quick",
        T("course: 100 ones, p = 0.2", "khóa học: 100 số 1, p = 0.2"),
        {},
        T(
            "About 20 crosses; every survivor is 1.25. Draw another mask a few times.",
            "Khoảng 20 dấu chéo; mỗi số sống sót là 1.25. Rút mặt nạ khác vài lần.",
        ),
    ),
    Preset(
        "big",
        T("twenty big cells", "hai mươi ô lớn"),
        {"n": 20},
        T(
            "For the last row of a classroom: luck is large when n is small.",
            "Cho hàng cuối lớp: n nhỏ thì may rủi lớn.",
        ),
    ),
    Preset(
        "noise",
        T("real activations: mean 0, spread 1", "như kích hoạt thật: trung bình 0, độ phân tán 1"),
        {"mean": 0.0, "std": 1.0, "n": 2000, "p": 0.5},
        T(
            "The mean stays at 0, the spread grows to √2: training sees noisier numbers than the test will.",
            "Trung bình vẫn 0, độ phân tán tăng lên √2: lúc huấn luyện gặp số nhiễu hơn lúc kiểm thử.",
        ),
    ),
    Preset(
        "plain",
        T("broken: survivors not rescaled", "hỏng: không nhân bù"),
        {"rescale": False, "p": 0.5, "n": 1000},
        T(
            "The mean halves. Switch to eval: it jumps back. That jump is what rescaling prevents.",
            "Trung bình còn một nửa. Chuyển sang eval: nó nhảy về. Nhân bù chính là để tránh cú nhảy đó.",
        ),
        broken=True,
    ),
    Preset(
        "all",
        T("broken: p = 1", "hỏng: p = 1"),
        {"p": 1.0},
        T("Nothing survives, and nobody complains.", "Không số nào sống sót, và chẳng ai báo lỗi."),
        broken=True,
    ),
)

CALL_PRESETS = (
    Preset(
        "quick",
        T("quick", "nhanh"),
        {},
        T("Red cells drop although the model is in eval mode.", "Ô đỏ vẫn bỏ dù mô hình đang ở chế độ eval."),
    ),
    Preset(
        "course",
        T("course: 1,000 numbers, the bare call", "khóa học: 1,000 số, lời gọi trần"),
        {"call": "bare"},
        T(
            "The notebook's F.dropout(x): half of it is gone in every stage, not a fifth.",
            "F.dropout(x) của notebook: giai đoạn nào cũng mất một nửa, không phải một phần năm.",
        ),
    ),
    Preset(
        "forget",
        T("broken: train() forgotten", "hỏng: quên train()"),
        {"forget": True, "p": 0.5},
        T(
            "The third column has gone quiet, and the training loss drops at step 100 for no good reason.",
            "Cột ba im lặng, và loss huấn luyện tụt ở bước 100 chẳng vì điều gì tốt.",
        ),
        broken=True,
    ),
    Preset(
        "all",
        T("broken: p = 1", "hỏng: p = 1"),
        {"p": 1.0},
        T(
            "All zeros, and no error: PyTorch takes p = 1. At 1.1 it refuses, see under the picture.",
            "Toàn số 0 mà không báo lỗi: PyTorch nhận p = 1. Với 1.1 thì nó từ chối, xem dưới hình.",
        ),
        broken=True,
    ),
)

LONG = T("about a minute on two cores", "khoảng một phút trên hai nhân")
WORLD_PRESETS = (
    Preset(
        "quick",
        T("quick: 1,000 tokens of Tales against all of it", "nhanh: 1,000 token của Tales so với toàn bộ"),
        {},
        T(
            "Left, compare ● with ●, then ◆ with ◆: they give different winners.",
            "Bên trái, so ● với ●, rồi ◆ với ◆: hai người thắng khác nhau.",
        ),
    ),
    Preset(
        "light",
        T("the lesson's p = 0.2", "p = 0.2 của bài học"),
        {"dropout": 0.2},
        T(
            "Gentler on both sides: less help on the left, hardly any cost on the right.",
            "Nhẹ hơn ở cả hai bên: bên trái giúp ít hơn, bên phải hầu như không thiệt.",
        ),
    ),
    Preset(
        "sweep",
        T("long: five values of p", "dài: năm giá trị của p"),
        {"sweep": True, "dropout": 0.2},
        T("Look inside for best and end against p.", "Xem phần bên trong: tốt nhất và cuối theo p."),
        needs=LONG,
    ),
    Preset(
        "manual",
        T("long: Python's manual, 8,000 tokens", "dài: sách hướng dẫn Python, 8,000 token"),
        {"corpus": "manual", "tokenizer": "bpe", "keep": 8000, "steps": 600, "lr": 2e-3},
        T(
            "Real prose and 2,000 tokens of vocabulary: does the same story hold?",
            "Văn thật với từ vựng 2,000 token: câu chuyện có lặp lại không?",
        ),
        needs=T("two minutes or more", "từ hai phút trở lên"),
    ),
    Preset(
        "decay",
        T("the rival: weight decay 1", "đối thủ: suy giảm trọng số 1"),
        {"weight_decay": 1.0},
        T(
            "Strong weight decay in all four runs: what is left for dropout to do?",
            "Suy giảm trọng số mạnh ở cả bốn lần chạy: còn gì cho dropout làm?",
        ),
    ),
    Preset(
        "drowned",
        T("broken: p = 0.9", "hỏng: p = 0.9"),
        {"dropout": 0.9},
        T(
            "One number in ten survives, ten times as large: it learns nothing by heart, and not much else.",
            "Mười số còn một, lớn gấp mười: nó không học thuộc gì, và cũng chẳng học được mấy.",
        ),
        broken=True,
    ),
)

READ_PRESETS = (
    Preset(
        "quick",
        T("quick: 16 masks", "nhanh: 16 mặt nạ"),
        {},
        T(
            "Every doubling of the masks helps less. Where is the dashed line?",
            "Mỗi lần gấp đôi số mặt nạ lại giúp ít đi. Đường nét đứt nằm đâu?",
        ),
    ),
    Preset(
        "many",
        T("64 masks", "64 mặt nạ"),
        {"masks": 64},
        T("64 times the work of the dashed line.", "Công gấp 64 lần đường nét đứt."),
    ),
    Preset(
        "drowned",
        T("broken: p = 0.9", "hỏng: p = 0.9"),
        {"dropout": 0.9},
        T(
            "Sub-networks that share almost no number: does their average still help?",
            "Các mạng con hầu như không có chung con số nào: trung bình của chúng còn giúp không?",
        ),
        broken=True,
    ),
)
