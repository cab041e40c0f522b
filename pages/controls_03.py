"""The knobs and the presets of lesson 3."""

from app.i18n import T, same
from app.knobs import SEED
from app.lesson import Choice, Preset, Slider, Toggle
from core.experiments.decay_map import DECAYS, LRS, STAGES

# Fields that only change what is drawn, and the playground each belongs to.
VIEW = {
    "x": "weight",
    "y": "weight",
    "ratio": "noise",
    "at": "step",
    "stage": "map",
    "cell_lr": "map",
    "cell_wd": "map",
    "l2": "model",
}


def elsewhere(slug: str) -> tuple[str, ...]:
    """The view fields that mean nothing in this playground."""
    return tuple(field for field, home in VIEW.items() if home != slug)


CONTROLS = (
    Slider(
        "lr",
        T("learning rate", "tốc độ học"),
        T(
            "Length of a step. In AdamW it also multiplies the decay: a weight keeps 1 − lr·wd of itself per step.",
            "Độ dài một bước. Trong AdamW nó còn nhân với suy giảm: mỗi bước trọng số giữ lại 1 − lr·wd của chính nó.",
        ),
        low=1e-4,
        high=1,
        log=True,
        zero=True,
    ),
    Slider(
        "weight_decay",
        T("weight decay", "suy giảm trọng số"),
        T(
            "wd. AdamW shrinks the weight by lr·wd; Adam + L2 and SGD + L2 add wd·w to the gradient instead.",
            "wd. AdamW thu nhỏ trọng số đi lr·wd; Adam + L2 và SGD + L2 thì cộng wd·w vào gradient.",
        ),
        low=1e-6,
        high=10,
        log=True,
        zero=True,
    ),
    Slider(
        "ratio",
        T("loud over quiet noise", "nhiễu to gấp mấy nhiễu nhỏ"),
        T(
            "How many times larger the gradients of the loud weight are than those of the quiet one.",
            "Gradient của trọng số ồn lớn gấp bao nhiêu lần gradient của trọng số yên.",
        ),
        low=1,
        high=1000,
        log=True,
        unit=same("×"),
        default=100.0,
    ),
    Slider(
        "noise",
        T("noise of the loud weight", "nhiễu của trọng số ồn"),
        T("Standard deviation of its gradients.", "Độ lệch chuẩn của gradient nó nhận."),
        low=0.01,
        high=100,
        log=True,
    ),
    Slider(
        "at",
        T("step under the lens", "bước đang soi"),
        T("Which step is taken apart.", "Bước nào được tháo rời ra xem."),
        values=tuple(range(1, 21)),
        default=1,
    ),
    Slider(
        "scale",
        T("loss scale c", "hệ số nhân loss c"),
        T(
            "The loss, and so every gradient, times c. Nothing else changes.",
            "Nhân loss, tức là nhân mọi gradient, với c. Không gì khác thay đổi.",
        ),
        low=1e-3,
        high=1e3,
        log=True,
    ),
    Toggle(
        "correction",
        T("bias correction", "hiệu chỉnh độ lệch lúc đầu"),
        T(
            "Divides m by 1 − β₁ᵗ and v by 1 − β₂ᵗ: both averages begin at 0 and are too small at first.",
            "Chia m cho 1 − β₁ᵗ và v cho 1 − β₂ᵗ: cả hai trung bình bắt đầu từ 0 nên lúc đầu quá nhỏ.",
        ),
    ),
    Choice(
        "order",
        T("AdamW decays", "AdamW suy giảm"),
        T(
            "PyTorch shrinks the weight before the step; the course's text says after. The difference is lr²·wd.",
            "PyTorch thu nhỏ trọng số trước khi bước; bài của khóa học nói là sau. Khác biệt chỉ cỡ lr²·wd.",
        ),
        (("before", T("before the step", "trước bước")), ("after", T("after", "sau"))),
    ),
    Slider(
        "memory1",
        T("memory of m: 1/(1 − β₁)", "trí nhớ của m: 1/(1 − β₁)"),
        T(
            "Over how many steps the mean gradient m reaches back; 10 is β₁ = 0.9.",
            "Trung bình gradient m nhớ ngược bao nhiêu bước; 10 tức là β₁ = 0.9.",
        ),
        values=(1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0),
        unit=T("steps", "bước"),
    ),
    Slider(
        "memory2",
        T("memory of v: 1/(1 − β₂)", "trí nhớ của v: 1/(1 − β₂)"),
        T(
            "Over how many steps the mean squared gradient v reaches back; 1,000 is β₂ = 0.999.",
            "Trung bình bình phương gradient v nhớ ngược bao nhiêu bước; 1,000 tức là β₂ = 0.999.",
        ),
        values=(1.0, 2.0, 10.0, 100.0, 1000.0, 10_000.0),
        unit=T("steps", "bước"),
    ),
    Slider(
        "eps",
        same("eps"),
        T(
            "Added to √v. Once it is larger than √v, Adam no longer divides by the gradient's size: it is SGD with momentum.",
            "Cộng vào √v. Khi nó lớn hơn √v, Adam không còn chia cho độ lớn của gradient: nó thành SGD có quán tính (momentum).",
        ),
        low=1e-12,
        high=1e-1,
        log=True,
    ),
    Choice(
        "truth",
        T("true weights", "trọng số thật"),
        T(
            "Sparse: every fifth is not zero. Dense: all of them.",
            "Thưa: cứ năm trọng số có một khác không. Đặc: tất cả.",
        ),
        (("sparse", T("sparse", "thưa")), ("dense", T("dense", "đặc"))),
    ),
    Slider(
        "spread",
        T("spread of the feature scales", "độ chênh thang đặc trưng"),
        T(
            "Largest feature over smallest. At 1 all gradients are alike, and Adam has little to even out.",
            "Đặc trưng lớn nhất gấp mấy lần nhỏ nhất. Bằng 1 thì mọi gradient như nhau, Adam chẳng có gì để san bằng.",
        ),
        low=1,
        high=100,
        log=True,
        unit=same("×"),
    ),
    Slider(
        "stage",
        T("look after", "xem sau"),
        T(
            "The map as it was after so many steps; move it along if you train longer.",
            "Bản đồ sau chừng ấy bước; nếu huấn luyện lâu hơn thì kéo theo.",
        ),
        values=STAGES,
        unit=T("steps", "bước"),
        default=400,
    ),
    Slider(
        "cell_lr",
        T("cell: learning rate", "ô: tốc độ học"),
        T("The column whose data sets are shown below the map.", "Cột được xem kỹ bên dưới bản đồ."),
        values=LRS,
        default=LRS[5],
    ),
    Slider(
        "cell_wd",
        T("cell: weight decay", "ô: suy giảm trọng số"),
        T("The row whose data sets are shown below the map.", "Hàng được xem kỹ bên dưới bản đồ."),
        values=DECAYS,
        default=DECAYS[4],
    ),
    Slider(
        "l2",
        T("weight decay of Adam + L2", "suy giảm trọng số của Adam + L2"),
        T(
            "Its own number: it passes through the division by √v and so means something else than AdamW's.",
            "Có số riêng: nó đi qua phép chia cho √v nên mang ý nghĩa khác với số của AdamW.",
        ),
        low=1e-6,
        high=1,
        log=True,
        zero=True,
        default=3e-5,
    ),
    Slider(
        "steps",
        T("steps", "số bước"),
        T("How many updates.", "Số lần cập nhật."),
        values=(10, 20, 50, 100, 200, 300, 400, 500, 700, 1000),
    ),
    Slider(
        "seeds",
        T("data sets", "số bộ dữ liệu"),
        T("Every cell is the mean over so many data sets.", "Mỗi ô là trung bình trên chừng ấy bộ dữ liệu."),
        values=(1, 2, 5, 10, 20),
    ),
    SEED,
    Choice(
        "x",
        T("time in", "thời gian tính bằng"),
        T(
            "Steps, or steps times lr·wd: then one unit is the time in which AdamW keeps about 37 % of a weight, where lr·wd is small.",
            "Bước, hoặc bước nhân lr·wd: khi ấy một đơn vị là thời gian để AdamW còn giữ khoảng 37 % trọng số, nếu lr·wd nhỏ.",
        ),
        (("steps", T("steps", "bước")), ("clock", T("units of 1/(lr·wd)", "đơn vị 1/(lr·wd)"))),
    ),
    Choice(
        "y",
        T("weight axis", "trục trọng số"),
        T(
            "Logarithmic: AdamW's decay is a straight line; values at or below 0 cannot be drawn.",
            "Logarit: suy giảm của AdamW thành đường thẳng; giá trị từ 0 trở xuống không vẽ được.",
        ),
        (("linear", T("linear", "tuyến tính")), ("log", T("logarithmic", "logarit"))),
    ),
)

QUICK = T("quick", "nhanh")
COURSE = T("course", "khóa học")

WEIGHT = (
    Preset(
        "quick",
        QUICK,
        {},
        T(
            "No gradient at all. AdamW and SGD follow the closed form; Adam + L2 marches down in steps of about lr.",
            "Không có gradient nào. AdamW và SGD bám công thức; Adam + L2 đi xuống từng bước dài cỡ lr.",
        ),
    ),
    Preset(
        "course",
        COURSE,
        {"lr": 1e-3, "weight_decay": 0.01, "steps": 1000},
        T(
            "The call used in all later lessons of the course: after 1,000 steps AdamW has taken 1 % off. Its clock is 100,000 steps.",
            "Lời gọi dùng ở mọi bài sau của khóa học: sau 1,000 bước AdamW mới bớt 1 %. Đồng hồ của nó là 100,000 bước.",
        ),
    ),
    Preset(
        "hot",
        T("ten times the learning rate", "tốc độ học gấp mười"),
        {"lr": 0.1},
        T(
            "Only lr moved, and AdamW's weight ends elsewhere: its decay per step contains lr.",
            "Chỉ lr đổi, mà trọng số của AdamW dừng ở chỗ khác: suy giảm mỗi bước có chứa lr.",
        ),
    ),
    Preset(
        "overshoot",
        T("broken: decay overshoots", "hỏng: suy giảm quá đà"),
        {"lr": 0.3, "weight_decay": 5.0, "steps": 20},
        T(
            "lr·wd = 1.5: the factor is −0.5, the weight changes its sign at every step.",
            "lr·wd = 1.5: hệ số là −0.5, trọng số đổi dấu ở mỗi bước.",
        ),
        broken=True,
    ),
    Preset(
        "explode",
        T("broken: lr·wd above 2", "hỏng: lr·wd lớn hơn 2"),
        {"lr": 0.7, "weight_decay": 3.0, "steps": 20},
        T(
            "Decay that blows up: every step multiplies the weight by −1.1.",
            "Suy giảm mà lại nổ: mỗi bước nhân trọng số với −1.1.",
        ),
        broken=True,
    ),
)

NOISE = (
    Preset(
        "quick",
        QUICK,
        {},
        T(
            "Same decay for all four. Which weights forget where they came from?",
            "Cả bốn cùng một mức suy giảm. Trọng số nào quên mất nơi mình xuất phát?",
        ),
    ),
    Preset(
        "one",
        T("a loud weight of noise 1", "trọng số ồn với nhiễu 1"),
        {"noise": 1.0},
        T(
            "Where √v is about 1 the division does nothing: Adam + L2's loud weight lies on AdamW's. A coincidence of scale.",
            "Nơi √v gần bằng 1 thì phép chia không làm gì: trọng số ồn của Adam + L2 nằm trùng AdamW. Chỉ là trùng hợp về thang.",
        ),
    ),
    Preset(
        "equal",
        T("equal noise", "nhiễu bằng nhau"),
        {"ratio": 1.0},
        T(
            "The control: with equal gradients Adam + L2 decays both alike.",
            "Đối chứng: gradient bằng nhau thì Adam + L2 làm suy giảm cả hai như nhau.",
        ),
    ),
    Preset(
        "overshoot",
        T("broken: decay overshoots", "hỏng: suy giảm quá đà"),
        {"lr": 0.5, "weight_decay": 3.0},
        T(
            "lr·wd = 1.5: AdamW's weight forgets in a few steps and then only shakes.",
            "lr·wd = 1.5: trọng số của AdamW quên sau vài bước rồi chỉ còn rung.",
        ),
        broken=True,
    ),
)

STEP = (
    Preset(
        "quick",
        QUICK,
        {},
        T(
            "One weight at 2, a bowl with its bottom at 5. Move the lens from step 1 to 20.",
            "Một trọng số ở 2, một cái bát có đáy ở 5. Kéo ống soi từ bước 1 đến 20.",
        ),
    ),
    Preset(
        "loud",
        T("loss × 0.01", "loss × 0.01"),
        {"scale": 0.01},
        T(
            "The gradient is a hundred times smaller. SGD hardly moves; Adam's first step is still lr.",
            "Gradient nhỏ đi trăm lần. SGD gần như đứng yên; bước đầu của Adam vẫn là lr.",
        ),
    ),
    Preset(
        "course",
        COURSE,
        {"lr": 1e-3, "weight_decay": 0.01},
        T(
            "The course's call: the decay part of a step is 2 % of it.",
            "Lời gọi của khóa học: phần suy giảm chỉ là 2 % của một bước.",
        ),
    ),
    Preset(
        "uncorrected",
        T("broken: no bias correction", "hỏng: không hiệu chỉnh"),
        {"correction": False},
        T(
            "The formulas as the course writes them: the first step is three times too long.",
            "Công thức đúng như khóa học viết: bước đầu dài gấp ba.",
        ),
        broken=True,
    ),
    Preset(
        "scaled",
        T("broken: loss × 1,000", "hỏng: loss × 1,000"),
        {"scale": 1000.0},
        T("SGD is thrown out of the picture; Adam does not notice.", "SGD văng khỏi hình; Adam không hề hay biết."),
        broken=True,
    ),
    Preset(
        "betas",
        T("broken: v forgets faster than m", "hỏng: v quên nhanh hơn m"),
        {"memory1": 20.0, "memory2": 2.0, "at": 20},
        T(
            "β₂ < β₁²: the division no longer bounds the step.",
            "β₂ < β₁²: phép chia không còn giữ được độ dài bước.",
        ),
        broken=True,
    ),
    Preset(
        "eps",
        T("broken: eps 0.1 on a small loss", "hỏng: eps 0.1 với loss nhỏ"),
        {"eps": 0.1, "scale": 1e-3},
        T(
            "eps is larger than √v: Adam turns into SGD with momentum and crawls.",
            "eps lớn hơn √v: Adam biến thành SGD có quán tính và bò.",
        ),
        broken=True,
    ),
)

MAP = (
    Preset(
        "quick",
        QUICK,
        {},
        T(
            "Follow the white line, the best decay at each learning rate: where is it level?",
            "Theo đường trắng, suy giảm tốt nhất ở mỗi tốc độ học: chỗ nào nó nằm ngang?",
        ),
    ),
    Preset(
        "dense",
        T("dense truth", "trọng số thật đặc"),
        {"truth": "dense"},
        T(
            "All true weights count: how far does the white line of AdamW climb now?",
            "Mọi trọng số thật đều có nghĩa: đường trắng của AdamW giờ leo bao xa?",
        ),
    ),
    Preset(
        "equal",
        T("features of equal size", "đặc trưng cùng cỡ"),
        {"spread": 1.0},
        T(
            "No small gradients to be punished: how far apart are the two maps now?",
            "Không còn gradient nhỏ để bị phạt: hai bản đồ giờ khác nhau bao nhiêu?",
        ),
    ),
    Preset(
        "short",
        T("broken: 50 steps", "hỏng: 50 bước"),
        {"steps": 50},
        T(
            "Nothing has arrived yet: the map measures speed, not decay. Small learning rates have learned nothing.",
            "Chưa gì tới nơi: bản đồ đo tốc độ chứ không đo suy giảm. Tốc độ học nhỏ chưa học được gì.",
        ),
        broken=True,
    ),
)

MODEL = (
    Preset(
        "quick",
        QUICK,
        {},
        T(
            "Three times the same Model 1 on Python's manual: which test loss ends lowest, and by how much?",
            "Ba lần cùng một Mô hình 1 trên sách hướng dẫn Python: loss kiểm thử nào cuối cùng thấp nhất, thấp hơn bao nhiêu?",
        ),
    ),
    Preset(
        "course",
        COURSE,
        {"lr": 1e-3, "weight_decay": 0.01, "l2": 0.01},
        T(
            "lr 1e-3, wd 0.01, as in every later lesson: AdamW with and without its decay are one line; the same 0.01 in Adam + L2 is not harmless.",
            "lr 1e-3, wd 0.01 như mọi bài sau: AdamW có hay không có suy giảm trùng một đường; cũng số 0.01 ấy trong Adam + L2 thì không vô hại.",
        ),
    ),
    Preset(
        "same",
        T("broken: AdamW's number in Adam + L2", "hỏng: dùng số của AdamW cho Adam + L2"),
        {"l2": 0.2},
        T(
            "0.2 is good in AdamW. Through the division by √v it erases the model.",
            "0.2 là tốt trong AdamW. Qua phép chia cho √v, nó xóa sạch mô hình.",
        ),
        broken=True,
    ),
    Preset(
        "heavy",
        T("broken: decay 5", "hỏng: suy giảm 5"),
        {"weight_decay": 5.0},
        T(
            "The clock 1/(lr·wd) is 10 steps: what the model learned 30 steps ago is gone.",
            "Đồng hồ 1/(lr·wd) là 10 bước: điều học được 30 bước trước đã mất.",
        ),
        broken=True,
    ),
)
