"""What lesson 4 asks before it shows: who wins, what a forgotten reset does, and for whom a turn matters."""

import math
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Prediction
from app.theme import number
from core.experiments import one_parameter
from pages.controls_04 import NAMES
from pages.verdict_04 import NEVER, RACE, SWEEP, TWO
from pages.verdict_04_swings import measured


def only_when(view, base, **wanted) -> bool:
    """Whether the settings in front are `base` with exactly these changes."""
    return view.config == replace(base, **wanted)


def closest(view):
    if not only_when(view, RACE, scale=0.1):
        return None
    error = measured(view, "error")
    return min(error, key=error.get)


def closest_why(view):
    return T(
        "SGD's steps are lr times the gradient, and the gradient is ten times smaller now; Adam divides the size away again. "
        "SGD's head start was only that |gradient| = 6 is more than 1.",
        "Bước của SGD là lr nhân gradient, mà gradient giờ nhỏ đi mười lần; Adam thì chia mất độ lớn đó. "
        "Lợi thế lúc đầu của SGD chỉ là |gradient| = 6 lớn hơn 1.",
    )


def forgotten(view):
    if view.config.lr != 0.05 or view.config.scale != 1 or not one_parameter.never(view.config, "sgd"):
        return None
    if view.config.momentum or view.config.noise or view.config.start == view.config.target:
        return None
    swing, started = view.main.final("swing_sgd"), abs(view.config.start - view.config.target)
    return "diverge" if not math.isfinite(swing) else "swing" if swing > started / 2 else "settle"


def forgotten_why(view):
    return T(
        "What is left in w.grad is velocity: never resetting is momentum 1, a pendulum without friction.",
        "Phần còn lại trong w.grad chính là vận tốc: không bao giờ đặt lại là quán tính 1, một con lắc không ma sát.",
    )


def swing_steps(view):
    period = view.main.final("period_sgd")
    return None if forgotten(view) is None or math.isnan(period) else period


def swing_why(view):
    return same("2π / arccos(1 − 0.05) = 19.8 ≈ 2π / √(2·lr).")


def unreset(view, lr: float) -> bool:
    """Whether SGD never resets and walks at this learning rate, with nothing else to move it."""
    config = view.config
    plain = one_parameter.never(config, "sgd") and not config.momentum and not config.noise
    return plain and config.start != config.target and math.isclose(config.lr, lr) and config.scale == 1


def faster(view):
    period = view.main.final("period_sgd")
    if not unreset(view, 0.2) or math.isnan(period):
        return None
    ratio = period / one_parameter.swing_period(replace(NEVER, lr=0.05))
    return "quarter" if ratio < 0.35 else "half" if ratio < 0.75 else "same" if ratio < 1.5 else "longer"


def faster_why(view):
    return T(
        "It takes {n} steps now. A swing is 2π / arccos(1 − lr) ≈ 2π / √(2·lr) steps long: four times the lr, half the swing, as "
        "with a pendulum whose spring is four times as stiff.",
        "Giờ nó mất {n} bước. Một chu kỳ dài 2π / arccos(1 − lr) ≈ 2π / √(2·lr) bước: lr gấp bốn thì chu kỳ còn một nửa, như con "
        "lắc có lò xo cứng gấp bốn.",
    ).format(n=number(view.main.final("period_sgd")))


def holds(view):
    if not unreset(view, 1.5):
        return None
    swing, started = view.main.final("swing_sgd"), abs(view.config.start - view.config.target)
    return "diverge" if swing > 100 * started else "swing" if swing > started / 2 else "settle"


def holds_why(view):
    return T(
        "A swing without friction tears apart only past lr 2. Whoever resets is gone past lr 1 already, but below that comes to "
        "rest.",
        "Dao động không ma sát chỉ vỡ tung khi lr quá 2. Ai đặt lại thì quá lr 1 đã nổ, nhưng dưới mức đó thì dừng lại được.",
    )


def rates(view):
    if not only_when(view, SWEEP, scale=10.0):
        return None
    moved = {n: view.main.final(f"best_lr_{n}") for n in ("sgd", "adam")}
    return "sgd" if moved["sgd"] < 0.1 < moved["adam"] else "both" if moved["adam"] < 0.1 else "none"


def rates_why(view):
    return T(
        "SGD's best rate is 0.5/c. Adam's is where it was: it never saw the factor.",
        "Tốc độ tốt nhất của SGD là 0.5/c. Của Adam vẫn như cũ: nó không hề thấy hệ số đó.",
    )


def undivided(view):
    ratio = view.main.final("ratio_forgot")
    return None if view.config.parts != 4 else "longer" if ratio > 1.5 else "shorter" if ratio < 0.7 else "same"


def undivided_why(view):
    return T(
        "A sum of k means is k times their mean: {k} parts, a step {ratio} times as long.",
        "Tổng của k trung bình gấp k lần trung bình của chúng: {k} phần, bước dài gấp {ratio}.",
    ).format(k=view.config.parts, ratio=number(view.main.final("ratio_forgot")))


def turned(view):
    straight = view.result("straight")
    if not straight.events or not only_when(view, TWO, rotation=22.0):
        return None
    worse = [n for n in ("sgd", "momentum", "adam") if view.main.final(f"loss_{n}") > 2 * straight.final(f"loss_{n}")]
    return "all" if len(worse) == 3 else "adam" if worse == ["adam"] else "none" if not worse else "sgd"


def turned_why(view):
    return T(
        "A gradient turns with the bowl, so SGD and momentum walk the same path, turned. Adam rescales weight by weight, and the "
        "narrow direction is no longer one weight.",
        "Gradient xoay theo lòng chảo nên SGD và quán tính đi đúng đường cũ, chỉ xoay đi. Adam chỉnh theo từng trọng số, mà "
        "hướng hẹp giờ không còn là một trọng số.",
    )


FLIP = Prediction(
    "flip",
    T(
        "Exercise 1 of the course (preset “quick”: lr 0.05 for all, from 2 to 5), but the loss is multiplied by 0.1. Who is "
        "closest to 5 after 50 steps?",
        "Bài tập 1 của khóa học (thiết lập sẵn “nhanh”: lr 0.05 cho tất cả, từ 2 tới 5), nhưng loss nhân với 0.1. Sau 50 bước, "
        "ai gần 5 nhất?",
    ),
    closest,
    closest_why,
    tuple((code, same(name)) for code, name in NAMES.items()),
    decided_by="small",
)
FORGET = Prediction(
    "forget",
    T(
        "lr 0.05, c = 1, and nobody ever calls zero_grad. SGD will …",
        "lr 0.05, c = 1, và không ai gọi zero_grad. SGD sẽ …",
    ),
    forgotten,
    forgotten_why,
    (
        ("diverge", T("diverge", "phân kỳ")),
        ("swing", T("swing for ever", "dao động mãi")),
        ("settle", T("settle at the target", "lắng tại đích")),
    ),
    decided_by="never",
)
SWING = Prediction(
    "swing",
    T("And how many steps does one full swing of SGD take?", "Và một chu kỳ đầy đủ của SGD mất bao nhiêu bước?"),
    swing_steps,
    swing_why,
    kind="number",
    low=4,
    high=80,
    step=1,
    tolerance=3,
    unit=T("steps", "bước"),
    decided_by="never",
)
FASTER = Prediction(
    "faster",
    T(
        "Nobody resets, c = 1. At lr 0.05 one swing of SGD takes 19.8 steps. At lr 0.2, four times as much, it takes …",
        "Không ai đặt lại, c = 1. Với lr 0.05, một chu kỳ của SGD mất 19.8 bước. Với lr 0.2, gấp bốn, nó mất …",
    ),
    faster,
    faster_why,
    (
        ("longer", T("four times as many", "gấp bốn")),
        ("same", T("as many", "bấy nhiêu bước")),
        ("half", T("half as many", "một nửa")),
        ("quarter", T("a quarter as many", "một phần tư")),
    ),
    decided_by="faster",
)
HOLDS = Prediction(
    "holds",
    T(
        "With resets and c = 1, SGD explodes past lr 1. Now nobody resets, and lr is 1.5. SGD will …",
        "Nếu đặt lại và c = 1, SGD nổ tung khi lr quá 1. Giờ không ai đặt lại, và lr là 1.5. SGD sẽ …",
    ),
    holds,
    holds_why,
    (
        ("diverge", T("explode all the same", "vẫn nổ tung")),
        ("swing", T("swing for ever", "dao động mãi")),
        ("settle", T("settle at the target", "lắng tại đích")),
    ),
    decided_by="wide",
)
RATES = Prediction(
    "rates",
    T(
        "From the preset “quick”, multiply the loss by 10. Whose best learning rate moves to a tenth?",
        "Từ thiết lập sẵn “nhanh”, nhân loss với 10. Tốc độ học tốt nhất của ai giảm còn một phần mười?",
    ),
    rates,
    rates_why,
    (
        ("both", T("SGD's and Adam's", "của SGD và Adam")),
        ("sgd", T("only SGD's", "chỉ của SGD")),
        ("none", T("nobody's", "không của ai")),
    ),
    decided_by="steep",
)
UNDIVIDED = Prediction(
    "undivided",
    T(
        "Cut the 64 rows into four small batches, and do not divide the loss by 4. The step, against the big batch's, is …",
        "Cắt 64 hàng thành bốn lô nhỏ, và không chia loss cho 4. So với bước của cả lô, bước này …",
    ),
    undivided,
    undivided_why,
    (
        ("longer", T("4 times as long", "dài gấp 4")),
        ("same", T("the same", "như nhau")),
        ("shorter", T("a quarter", "bằng một phần tư")),
    ),
    decided_by="four",
)
TURNED = Prediction(
    "turned",
    T(
        "From the preset “quick” (κ = 1,000), turn bowl and start by 22°. Who ends clearly worse?",
        "Từ thiết lập sẵn “nhanh” (κ = 1,000), xoay lòng chảo và điểm xuất phát 22°. Ai kết thúc tệ hơn hẳn?",
    ),
    turned,
    turned_why,
    (
        ("all", T("all three", "cả ba")),
        ("sgd", T("SGD and momentum", "SGD và quán tính")),
        ("adam", T("only Adam", "chỉ Adam")),
        ("none", T("nobody", "không ai")),
    ),
    decided_by="turned",
)
