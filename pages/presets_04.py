"""Settings of lesson 4 worth trying, and what to look for in each."""

from app.i18n import T
from app.lesson import Preset

QUICK = T("quick", "nhanh")

RACES = (
    Preset(
        "quick",
        T("quick: exercise 1 of the course", "nhanh: bài tập 1 của khóa học"),
        {},
        T(
            "lr 0.05 for all, 50 steps from 2 to 5. SGD curves in, Adam walks a nearly straight line of lr per step.",
            "lr 0.05 cho tất cả, 50 bước từ 2 tới 5. SGD lượn vào, Adam đi gần như đường thẳng, mỗi bước lr.",
        ),
    ),
    Preset(
        "small",
        T("the loss × 0.1", "loss × 0.1"),
        {"scale": 0.1},
        T(
            "The same race, the same minimum. Only the unit of the loss has changed, and with it the winner.",
            "Vẫn cuộc đua ấy, vẫn cực tiểu ấy. Chỉ đơn vị của loss đổi, và người thắng đổi theo.",
        ),
    ),
    Preset(
        "warmup",
        T("course: the warm-up, target π", "khóa học: khởi động, đích π"),
        {"lr": 0.01, "start": 0.0, "target": 3.14, "steps": 150},
        T(
            "SGD ends at 2.988, exactly π·(1 − 0.98¹⁵⁰) with π ≈ 3.14; Adam has made 150 steps of 0.01.",
            "SGD dừng ở 2.988, đúng bằng π·(1 − 0.98¹⁵⁰) với π ≈ 3.14; Adam đã đi 150 bước dài 0.01.",
        ),
    ),
    Preset(
        "exercise2",
        T("course: exercise 2", "khóa học: bài tập 2"),
        {"lr": 0.04, "lr_adam": 0.1},
        T(
            "SGD at 0.04, Adam and AdamW at 0.1: now they arrive, and run past.",
            "SGD với 0.04, Adam và AdamW với 0.1: giờ chúng tới nơi, rồi chạy quá.",
        ),
    ),
    Preset(
        "noise",
        T("noisy gradients", "gradient có nhiễu"),
        {"noise": 5.0, "steps": 300},
        T(
            "What a small batch does: the lines arrive and then tremble. A smaller lr trembles less.",
            "Như với lô nhỏ: các đường tới nơi rồi rung. lr nhỏ hơn thì rung ít hơn.",
        ),
    ),
    Preset(
        "decay",
        T("weight decay 1: another goal", "suy giảm trọng số 1: một đích khác"),
        {"weight_decay": 1.0, "steps": 500},
        T("AdamW comes to rest at 1, not at 5.", "AdamW dừng ở 1, không phải ở 5."),
    ),
    Preset(
        "limit",
        T("broken: lr 1", "hỏng: lr 1"),
        {"lr": 1.0},
        T(
            "SGD jumps from 2 to 8 and back for ever; a little more and it explodes. Adam does not mind.",
            "SGD nhảy từ 2 sang 8 rồi quay lại mãi; thêm chút nữa là nổ. Adam không hề gì.",
        ),
        broken=True,
    ),
    Preset(
        "beyond",
        T("broken: lr 1.2", "hỏng: lr 1.2"),
        {"lr": 1.2},
        T("Every step of SGD multiplies its error by 1.4.", "Mỗi bước của SGD nhân sai số với 1.4."),
        broken=True,
    ),
    Preset(
        "never",
        T("broken: nobody calls zero_grad", "hỏng: không ai gọi zero_grad"),
        {"reset": "never", "steps": 150},
        T(
            "Exercise 3. SGD swings for ever; Adam and AdamW take longer to go wrong. More on “Never reset”.",
            "Bài tập 3. SGD dao động mãi; Adam và AdamW hỏng chậm hơn. Xem thêm ở “Không đặt lại”.",
        ),
        broken=True,
    ),
)

NEVERS = (
    Preset(
        "quick",
        T("quick: exercise 3, nobody resets", "nhanh: bài tập 3, không ai đặt lại"),
        {},
        T(
            "SGD is a pendulum without friction; count the steps of a swing.",
            "SGD là con lắc không ma sát; hãy đếm số bước một chu kỳ.",
        ),
    ),
    Preset(
        "executed",
        T("course: as executed, AdamW still resets", "khóa học: như đã chạy, AdamW vẫn đặt lại"),
        {"forgetful": "adam,sgd"},
        T(
            "One forgotten line makes AdamW look like the good one: it ends at 4.945.",
            "Một dòng quên sửa làm AdamW trông như giỏi nhất: nó dừng ở 4.945.",
        ),
    ),
    Preset(
        "faster",
        T("four times the lr: 0.2", "lr gấp bốn: 0.2"),
        {"lr": 0.2},
        T("Count the steps of a swing of SGD again.", "Hãy đếm lại số bước một chu kỳ của SGD."),
    ),
    Preset(
        "wide",
        T("lr 1.5", "lr 1.5"),
        {"lr": 1.5},
        T("With resets SGD would be gone. What does it do here?", "Nếu đặt lại thì SGD đã nổ. Ở đây nó làm gì?"),
    ),
    Preset(
        "long",
        T("4,000 steps: who grows?", "4,000 bước: ai lớn dần?"),
        {"steps": 4000},
        T("SGD keeps its swing; those of Adam and AdamW grow.", "Biên độ SGD giữ nguyên; của Adam và AdamW lớn dần."),
    ),
    Preset(
        "momentum",
        T("all reset, momentum 1", "tất cả đặt lại, quán tính 1"),
        {"reset": "1", "momentum": 1.0},
        T("SGD's line is the same to the last digit.", "Đường của SGD giống hệt đến chữ số cuối."),
    ),
    Preset(
        "friction",
        T("all reset, the fastest momentum", "tất cả đặt lại, quán tính nhanh nhất"),
        {"reset": "1", "momentum": 0.46},
        T("Some friction: home without a single swing.", "Có chút ma sát: về đích không dao động lần nào."),
    ),
    Preset(
        "edge",
        T("broken: lr 2.01", "hỏng: lr 2.01"),
        {"lr": 2.01},
        T(
            "Past lr 2 the swing tears apart. At 1.99 it still holds.",
            "Quá lr 2 thì dao động vỡ tung. Ở 1.99 vẫn còn giữ được.",
        ),
        broken=True,
    ),
    Preset(
        "double",
        T("broken: momentum 1 and never reset", "hỏng: quán tính 1 và không đặt lại"),
        {"momentum": 1.0},
        T(
            "The gradient is summed up twice: the swing grows without end.",
            "Gradient bị cộng dồn hai lần: dao động lớn mãi.",
        ),
        broken=True,
    ),
)

SWEEPS = (
    Preset(
        "quick",
        QUICK,
        {},
        T("Three curves that cross: the ranking is a matter of lr.", "Ba đường cắt nhau: thứ hạng tùy vào lr."),
    ),
    Preset(
        "steep",
        T("the loss × 10", "loss × 10"),
        {"scale": 10.0},
        T("SGD's curve moves left by ten; Adam's stays.", "Đường của SGD dời sang trái mười lần; của Adam đứng yên."),
    ),
    Preset(
        "friction",
        T("SGD with momentum 0.5", "SGD với quán tính 0.5"),
        {"momentum": 0.5},
        T(
            "Wider, not lower. The rest as in “quick”, SGD takes 14 to 19 steps at any lr from 0.05 to 1.3; without momentum the best "
            "one takes 2.",
            "Rộng hơn chứ không thấp hơn. Mọi thứ khác như ở “nhanh” thì với lr nào từ 0.05 đến 1.3, SGD cũng cần 14 đến 19 bước; "
            "không quán tính thì lr tốt nhất chỉ cần 2.",
        ),
    ),
    Preset(
        "noise",
        T("noisy gradients", "gradient có nhiễu"),
        {"noise": 5.0, "tolerance": 0.3},
        T(
            "Few learning rates stay close for good, and late. Below: the smaller lr, the smaller the ball of noise, until it is too slow to arrive.",
            "Ít tốc độ học nào ở lại gần mãi, mà cũng muộn. Bên dưới: lr càng nhỏ thì quầng nhiễu càng nhỏ, cho tới khi chậm quá không kịp tới.",
        ),
    ),
    Preset(
        "flat",
        T("broken: the loss × 0.001", "hỏng: loss × 0.001"),
        {"scale": 0.001},
        T(
            "No lr on this axis saves SGD. Adam does not notice.",
            "Không lr nào trên trục này cứu được SGD. Adam không hay biết.",
        ),
        broken=True,
    ),
)

PARTS = (
    Preset(
        "quick",
        T("quick: one part, nothing to accumulate", "nhanh: một phần, không có gì để tích lũy"),
        {},
        T("Dividing by 1 or not is the same.", "Chia cho 1 hay không đều như nhau."),
    ),
    Preset(
        "four",
        T("four parts", "bốn phần"),
        {"parts": 4},
        T(
            "Two ways lie exactly on the wide grey line, three do not.",
            "Hai cách nằm đúng trên đường xám rộng, ba cách thì không.",
        ),
    ),
    Preset(
        "many",
        T("broken: 16 parts, not divided", "hỏng: 16 phần, quên chia"),
        {"parts": 16, "lr": 0.1},
        T("Sixteen times the learning rate: the orange line explodes.", "Tốc độ học gấp mười sáu: đường cam nổ tung."),
        broken=True,
    ),
)

BOWLS = (
    Preset(
        "quick",
        T("quick: along the axes", "nhanh: dọc theo trục"),
        {},
        T("Adam gives each weight its own step size, and wins.", "Adam cho mỗi trọng số độ dài bước riêng, và thắng."),
    ),
    Preset(
        "turned",
        T("turned by 22°", "xoay 22°"),
        {"rotation": 22.0},
        T("The same bowl, seen askew: only Adam suffers.", "Vẫn lòng chảo ấy, nhìn nghiêng: chỉ Adam thiệt."),
    ),
    Preset(
        "round",
        T("round: κ = 1", "tròn: κ = 1"),
        {"kappa": 1.0},
        T("SGD needs nobody's help.", "SGD không cần ai giúp."),
    ),
    Preset(
        "free",
        T("broken: momentum without friction", "hỏng: quán tính không ma sát"),
        {"friction": 1.0},
        T("It never comes to rest.", "Nó không bao giờ dừng lại."),
        broken=True,
    ),
)
