"""The knobs of lesson 4, each explained where it stands."""

from app.i18n import T, same
from app.knobs import SEED
from app.lesson import Choice, Many, Slider

NAMES = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW"}

CONTROLS = (
    Slider(
        "lr",
        T("learning rate (SGD)", "tốc độ học (SGD)"),
        T(
            "SGD steps lr × gradient. Adam and AdamW use the same number unless you give them their own below.",
            "SGD bước lr × gradient. Adam và AdamW dùng cùng số này, trừ khi bạn đặt số riêng cho chúng bên dưới.",
        ),
        low=1e-3,
        high=3,
        log=True,
    ),
    Slider(
        "scale",
        T("loss multiplier c", "hệ số nhân loss c"),
        T(
            "The loss is c·(w − target)². It has the same minimum for every c; only the gradients grow with it.",
            "Loss là c·(w − đích)². Điểm cực tiểu không đổi theo c; chỉ gradient lớn lên theo nó.",
        ),
        low=1e-3,
        high=1e3,
        log=True,
    ),
    Slider(
        "moment",
        T("moment of the run", "thời điểm trong lần chạy"),
        T(
            "Slide from start to end: the dots walk along. Hold an arrow key to play it.",
            "Kéo từ đầu đến cuối: các chấm sẽ đi theo. Giữ phím mũi tên để phát như phim.",
        ),
        values=tuple(range(0, 101, 2)),
        unit=same("%"),
        default=100,
    ),
    Many(
        "forgetful",
        T("who forgets", "ai quên"),
        T(
            "These reset their gradient only as often as chosen below; the others reset it before every step.",
            "Các thuật toán này chỉ đặt lại gradient theo lựa chọn bên dưới; thuật toán khác đặt lại trước mỗi bước.",
        ),
        tuple((code, same(name)) for code, name in NAMES.items()),
    ),
    Slider(
        "momentum",
        T("momentum of SGD", "quán tính (momentum) của SGD"),
        T(
            "The share of the last step that is kept. 0: none. 1: no friction at all, which is the same as never resetting.",
            "Phần của bước trước được giữ lại. 0: không giữ. 1: không ma sát, y hệt như không bao giờ đặt lại gradient.",
        ),
        low=0.0,
        high=1,
        step=0.01,
    ),
    Choice(
        "reset",
        T("zero_grad every k steps", "zero_grad sau mỗi k bước"),
        T(
            "1 is right. Otherwise a step is taken with the sum of all gradients since the last reset.",
            "1 là đúng. Nếu khác, mỗi bước dùng tổng mọi gradient kể từ lần đặt lại gần nhất.",
        ),
        (
            *((k, same(k)) for k in ("1", "2", "4", "8")),
            ("never", T("never", "không bao giờ")),
        ),
    ),
    Slider(
        "lr_adam",
        T("learning rate of Adam, AdamW", "tốc độ học của Adam, AdamW"),
        T(
            "Left end: the same as SGD's. Adam walks about lr per step.",
            "Đầu trái: như của SGD. Adam đi khoảng lr mỗi bước.",
        ),
        low=1e-3,
        high=3,
        log=True,
        zero=True,
        words=((0, T("as SGD", "như SGD")),),
    ),
    Slider(
        "weight_decay",
        T("weight decay of AdamW", "suy giảm trọng số của AdamW"),
        T(
            "Every step first shrinks w by lr × decay. PyTorch's default is 0.01; Adam has none here.",
            "Mỗi bước trước hết co w lại lr × hệ số. Mặc định của PyTorch là 0.01; Adam ở đây không có.",
        ),
        low=1e-4,
        high=10,
        log=True,
        zero=True,
    ),
    Slider(
        "beta1",
        same("β₁ (Adam, AdamW)"),
        T(
            "Memory of the mean gradient: inertia, and so overshoot.",
            "Trí nhớ của gradient trung bình: quán tính, nên sinh ra lố đà.",
        ),
        low=0.0,
        high=0.99,
        step=0.01,
    ),
    Slider(
        "beta2",
        same("β₂ (Adam, AdamW)"),
        T(
            "Memory of the gradient's size; 0.999 remembers about 1,000 steps.",
            "Trí nhớ về độ lớn của gradient; 0.999 nhớ khoảng 1,000 bước.",
        ),
        values=(0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999),
    ),
    Slider(
        "noise",
        T("gradient noise", "nhiễu gradient"),
        T(
            "Standard deviation of what a small batch would add to the gradient. From 2 to 5, with c = 1, the first gradient is −6.",
            "Độ lệch chuẩn của phần mà một lô (batch) nhỏ thêm vào gradient. Từ 2 tới 5, với c = 1, gradient đầu tiên là −6.",
        ),
        low=0.0,
        high=20,
        step=0.5,
    ),
    Slider(
        "start",
        T("start w₀", "điểm xuất phát w₀"),
        T("Where all three start.", "Nơi cả ba xuất phát."),
        low=-10.0,
        high=10,
        step=0.5,
    ),
    Slider(
        "target",
        T("target", "đích"),
        T("Where the loss is 0.", "Nơi loss bằng 0."),
        low=-10.0,
        high=10,
        step=0.5,
    ),
    Slider(
        "steps",
        T("steps T", "số bước T"),
        T("How long the race lasts.", "Cuộc đua dài bao lâu."),
        values=(10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 4000),
    ),
    Slider(
        "horizon",
        T("steps T", "số bước T"),
        T("How many steps every run gets.", "Mỗi lần chạy được bao nhiêu bước."),
        values=(10, 20, 50, 100, 150, 200, 300, 400, 500),
    ),
    Slider(
        "tolerance",
        T("arrived: within", "đến nơi: trong khoảng"),
        T(
            "A run has arrived when |w − target| stays below this until the end.",
            "Coi là đến nơi khi |w − đích| nhỏ hơn số này cho đến cuối.",
        ),
        low=1e-3,
        high=1,
        log=True,
    ),
    Slider(
        "parts",
        T("micro-batches k", "số lô nhỏ k"),
        T("The 64 rows are cut into k equal pieces.", "64 hàng được cắt thành k phần bằng nhau."),
        values=(1, 2, 4, 8, 16),
    ),
    Slider(
        "updates",
        T("steps", "số bước"),
        T("How many updates each way makes.", "Mỗi cách cập nhật bao nhiêu lần."),
        values=(10, 20, 40, 60, 80, 100),
    ),
    Slider(
        "spread",
        T("noise in the data", "nhiễu trong dữ liệu"),
        T(
            "How far the 64 points scatter about the line y = 3x − 1.",
            "64 điểm tản quanh đường thẳng y = 3x − 1 rộng đến đâu.",
        ),
        low=0.0,
        high=5,
        step=0.1,
    ),
    Slider(
        "kappa",
        T("how narrow: κ", "độ hẹp κ"),
        T(
            "How much steeper the bowl is across than along. 1 is round.",
            "Chiều ngang của lòng chảo dốc hơn chiều dọc bao nhiêu lần. 1 là tròn.",
        ),
        low=1,
        high=1e4,
        log=True,
    ),
    Slider(
        "rotation",
        T("turn the bowl", "xoay lòng chảo"),
        T(
            "Bowl and starting point turn together: for a method that does not look at the axes nothing changes.",
            "Lòng chảo và điểm xuất phát cùng xoay: với phương pháp không để ý trục thì không có gì thay đổi.",
        ),
        low=0.0,
        high=45,
        step=1,
        unit=T("degrees", "độ"),
    ),
    Slider(
        "friction",
        T("momentum of the second SGD", "quán tính của SGD thứ hai"),
        T("The blue one has none.", "SGD màu lam không có."),
        low=0.0,
        high=1,
        step=0.05,
    ),
    SEED,
)
