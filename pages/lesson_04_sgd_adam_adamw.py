"""Lesson 4: SGD, Adam and AdamW race on one number, and the setting turns out to decide more than the algorithm."""

from dataclasses import replace

from app.i18n import T, same
from app.lesson import Arm, Lesson, Playground, Preset
from core.experiments import accumulation
from pages.claims_04 import CLAIMS
from pages.controls_04 import CONTROLS
from pages.figures_04 import both, descent, gap, loss, parts, phase, race, scan, sweep
from pages.rules_04 import (
    FLIP,
    FORGET,
    RACE,
    RATES,
    SWEEP,
    SWING,
    TURNED,
    TWO,
    UNDIVIDED,
    against,
    both_readouts,
    both_verdict,
    never_readouts,
    parts_readouts,
    parts_verdict,
    readouts,
    sweep_readouts,
    sweep_verdict,
    verdict,
)

NEVER = replace(RACE, reset="never", steps=150)
QUICK = T("quick", "nhanh")


def alone(config, values):
    """One run holds all three optimizers: they belong together."""
    return (Arm("run", T("your settings", "thiết lập của bạn"), config),)


def straight(config, values):
    """The chosen bowl, and the same one lying along the axes."""
    arms = alone(config, values)
    if config.rotation:
        arms += (Arm("straight", T("along the axes", "dọc theo trục"), replace(config, rotation=0.0), 7),)
    return arms


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
        "long",
        T("4,000 steps: who grows?", "4.000 bước: ai lớn dần?"),
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
        {"reset": "1", "momentum": 0.47},
        T("Some friction: home without a single swing.", "Có chút ma sát: về đích không dao động lần nào."),
    ),
    Preset(
        "edge",
        T("broken: lr 2.01", "hỏng: lr 2.01"),
        {"lr": 2.01},
        T(
            "At lr 2 the swing tears apart. At 1.99 it still holds.",
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
        T("Wider and lower: a well-chosen lr matters less.", "Rộng hơn và thấp hơn: chọn lr bớt quan trọng."),
    ),
    Preset(
        "noise",
        T("noisy gradients", "gradient có nhiễu"),
        {"noise": 5.0, "tolerance": 0.3},
        T(
            "Nobody stays close for good. Below: the smaller lr, the smaller the ball of noise, until it is too slow to arrive.",
            "Không ai ở lại gần mãi. Bên dưới: lr càng nhỏ thì quầng nhiễu càng nhỏ, cho tới khi chậm quá không kịp tới.",
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
        QUICK,
        {},
        T(
            "Two ways lie exactly on the wide grey line, three do not.",
            "Hai cách nằm đúng trên đường xám rộng, ba cách thì không.",
        ),
    ),
    Preset(
        "one",
        T("one part: nothing to accumulate", "một phần: không có gì để tích lũy"),
        {"parts": 1},
        T("Dividing by 1 or not is the same.", "Chia cho 1 hay không đều như nhau."),
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

OPTIMIZERS = ("optimizers.sgd_step", "optimizers.adam_step", "optimizers.adamw_step")

LESSON = Lesson(
    slug="sgd-adam-adamw",
    group="foundations",
    title=T("SGD vs Adam vs AdamW on one number", "So sánh SGD, Adam và AdamW trên một tham số"),
    question=T(
        "Which optimizer reaches the target first, and how much of the answer is the setting rather than the algorithm?",
        "Thuật toán nào đến đích trước, và bao nhiêu phần của câu trả lời là do thiết lập chứ không phải thuật toán?",
    ),
    after=(
        T(
            "On c·(w − target)² SGD multiplies its error by 1 − 2·lr·c: I can predict its path. Adam walks about lr per step whatever the slope.",
            "Trên c·(w − đích)², SGD nhân sai số với 1 − 2·lr·c: tôi đoán được lối đi của nó. Adam đi khoảng lr mỗi bước dù dốc hay thoải.",
        ),
        T(
            "“Who is faster” flips with the learning rate and with the scale of the loss.",
            "“Ai nhanh hơn” đảo chiều theo tốc độ học và theo thang của loss.",
        ),
        T(
            "Forgetting zero_grad is no gradient accumulation: it turns SGD into a pendulum without friction (momentum 1), whose period I can compute.",
            "Quên zero_grad không phải là tích lũy gradient: nó biến SGD thành con lắc không ma sát (quán tính 1), tính được chu kỳ.",
        ),
        T(
            "Real accumulation is k small backward passes, divided by k, one step, then reset: the big batch to rounding.",
            "Tích lũy thật là k lần backward nhỏ, chia cho k, một bước, rồi đặt lại: đúng bằng lô lớn tới mức làm tròn.",
        ),
    ),
    minutes=8,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "race",
            T("The race", "Cuộc đua"),
            T(
                "One weight, one loss c·(w − 5)², three optimizers at the same learning rate. Change one thing and watch who wins.",
                "Một trọng số, một loss c·(w − 5)², ba thuật toán cùng tốc độ học. Đổi một thứ và xem ai thắng.",
            ),
            RACE,
            RACES,
            alone,
            (race, loss),
            ("lr", "scale", "moment"),
            verdict,
            (FLIP, FORGET, SWING),
            readouts,
            code=("experiments.one_parameter.walk", *OPTIMIZERS),
            against=against,
        ),
        Playground(
            "sweep",
            T("Sweep", "Quét lr"),
            T(
                "The race at sixty learning rates at once. A fair comparison gives everyone their own best one.",
                "Cuộc đua với sáu mươi tốc độ học cùng lúc. So sánh công bằng là cho mỗi bên tốc độ tốt nhất của mình.",
            ),
            SWEEP,
            SWEEPS,
            alone,
            (sweep,),
            ("scale", "momentum", "noise"),
            sweep_verdict,
            (RATES,),
            sweep_readouts,
            code=("experiments.lr_sweep.sweep", *OPTIMIZERS),
            fixed=("moment",),
        ),
        Playground(
            "never",
            T("Never reset", "Không đặt lại"),
            T(
                "w.grad is added to, not replaced. Whoever forgets zero_grad drags the whole past along.",
                "w.grad được cộng thêm, không phải thay mới. Ai quên zero_grad sẽ kéo theo cả quá khứ.",
            ),
            NEVER,
            NEVERS,
            alone,
            (race, phase),
            ("lr", "forgetful", "momentum"),
            verdict,
            (FORGET, SWING),
            never_readouts,
            code=("experiments.one_parameter.walk", "experiments.one_parameter.swing_period", *OPTIMIZERS),
            against=against,
        ),
        Playground(
            "accumulate",
            T("Accumulate", "Tích lũy"),
            T(
                "A regression on 64 rows, as one batch or in pieces. Two lines of code decide whether that is the same.",
                "Hồi quy trên 64 hàng, một lô hoặc chia phần. Hai dòng mã quyết định chúng có như nhau không.",
            ),
            accumulation.Config(),
            PARTS,
            alone,
            (parts, gap),
            ("parts", "lr", "updates"),
            parts_verdict,
            (UNDIVIDED,),
            parts_readouts,
            code=("experiments.accumulation.accumulate", "experiments.accumulation.gradient"),
            fixed=("moment",),
        ),
        Playground(
            "two",
            T("Two weights", "Hai trọng số"),
            T(
                "A bowl κ times steeper across than along. Everyone gets the best of thirty learning rates.",
                "Lòng chảo có chiều ngang dốc gấp κ lần chiều dọc. Mỗi thuật toán được tốc độ tốt nhất trong ba mươi.",
            ),
            TWO,
            BOWLS,
            straight,
            (both, descent, scan),
            ("rotation", "kappa", "moment"),
            both_verdict,
            (TURNED,),
            both_readouts,
            code=("experiments.two_weights.curvature", "experiments.two_weights.walk", *OPTIMIZERS[:2]),
        ),
    ),
    claims=CLAIMS,
    deeper=T(
        "Friction dial: on “Never reset” choose the preset “all reset, momentum 1” and pull the momentum down slowly. The swing dies "
        "out faster and faster, until at (1 − √(2·lr·c))² it comes home without swinging; below that it only creeps. Between 0 and 1 lies "
        "everything from “reset every step” to “never reset”.",
        "Núm ma sát: ở “Không đặt lại”, chọn thiết lập “tất cả đặt lại, quán tính 1” rồi kéo quán tính xuống từ từ. Dao động tắt ngày "
        "càng nhanh, đến (1 − √(2·lr·c))² thì về đích không dao động; thấp hơn nữa thì chỉ bò. Giữa 0 và 1 là mọi thứ từ “đặt lại mỗi "
        "bước” đến “không bao giờ đặt lại”.",
    ),
    further=(
        T(
            "Noise decides: on “Sweep” raise the noise. Where is each optimizer's lowest point, and does a longer race move it?",
            "Nhiễu quyết định: ở “Quét lr”, tăng nhiễu. Điểm thấp nhất của mỗi thuật toán ở đâu, và đua dài hơn có dời nó không?",
        ),
        T(
            "Tune-off: give a friend a hidden c, κ and angle, and twelve tries to find the best learning rate for each optimizer.",
            "Thi chỉnh lr: giấu bạn mình c, κ và góc xoay, cho mười hai lần thử tìm tốc độ học tốt nhất cho từng thuật toán.",
        ),
        T(
            "Let SGD's learning rate shrink with the steps and race it against Adam in noise.",
            "Cho tốc độ học của SGD giảm dần theo bước rồi đua với Adam trong nhiễu.",
        ),
    ),
    formula=same(
        r"w_{t+1}-w^* = (1-2\,\eta c)\,(w_t-w^*)\qquad\text{period} = \frac{2\pi}{\arccos(1-\eta c)}\qquad w_\infty^{\text{AdamW}} = \begin{cases}w^* & \lambda|w^*|<1\\ \operatorname{sign}(w^*)/\lambda & \text{else}\end{cases}"
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
