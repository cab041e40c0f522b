"""Lesson 4: SGD, Adam and AdamW race on one number, and the setting turns out to decide more than the algorithm."""

from dataclasses import replace

from app.i18n import T
from app.lesson import Arm, Lesson, Playground
from core.experiments import accumulation
from pages.claims_04 import CLAIMS
from pages.controls_04 import CONTROLS
from pages.figures_04 import loss, phase, race
from pages.figures_04_scans import both, descent, gap, parts, scan, sweep
from pages.predictions_04 import FASTER, FLIP, FORGET, HOLDS, RATES, SWING, TURNED, UNDIVIDED
from pages.presets_04 import BOWLS, NEVERS, PARTS, RACES, SWEEPS
from pages.verdict_04 import (
    NEVER,
    RACE,
    SWEEP,
    TWO,
    against,
    both_readouts,
    both_verdict,
    parts_readouts,
    parts_verdict,
    readouts,
    sweep_readouts,
    sweep_verdict,
    verdict,
)
from pages.verdict_04_swings import never_readouts

WHOLE = accumulation.Config(parts=1)  # in one piece: the question is what four will do


def alone(config, values):
    """One run holds all three optimizers: they belong together."""
    return (Arm("run", T("your settings", "thiết lập của bạn"), config),)


def straight(config, values):
    """The chosen bowl, and the same one lying along the axes."""
    arms = alone(config, values)
    if config.rotation:
        arms += (Arm("straight", T("along the axes", "dọc theo trục"), replace(config, rotation=0.0), 7),)
    return arms


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
            "Quên zero_grad không phải là tích lũy gradient: nó biến SGD thành con lắc không ma sát (quán tính, momentum, bằng 1), tính được chu kỳ.",
        ),
        T(
            "Real accumulation is k small backward passes, divided by k, one step, then reset: the big batch to rounding.",
            "Tích lũy thật là k lượt lùi (backward) nhỏ, chia cho k, một bước, rồi đặt lại: đúng bằng lô lớn, chỉ lệch do làm tròn.",
        ),
    ),
    minutes=8,
    controls=CONTROLS,
    playgrounds=(
        Playground(
            "race",
            T("The race", "Cuộc đua"),
            T(
                "One weight, one loss c·(w − target)², three optimizers from the same start. Change one thing and watch who wins.",
                "Một trọng số, một loss c·(w − đích)², ba thuật toán xuất phát cùng một chỗ. Đổi một thứ và xem ai thắng.",
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
            (FASTER, HOLDS),
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
            WHOLE,
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
    formula=T(
        r"w_{t+1}-w^* = (1-2\,\eta c)\,(w_t-w^*)\qquad\text{period} = \frac{2\pi}{\arccos(1-\eta c)}\qquad w_t^{\text{AdamW}} \rightsquigarrow \begin{cases}w^* & \lambda|w^*|<1\\ \operatorname{sign}(w^*)/\lambda & \text{else}\end{cases}",
        r"w_{t+1}-w^* = (1-2\,\eta c)\,(w_t-w^*)\qquad\text{chu kỳ} = \frac{2\pi}{\arccos(1-\eta c)}\qquad w_t^{\text{AdamW}} \rightsquigarrow \begin{cases}w^* & \lambda|w^*|<1\\ \operatorname{sign}(w^*)/\lambda & \text{ngược lại}\end{cases}",
    ),
)

if __name__ == "__main__":
    from app.show import show

    show(LESSON)
