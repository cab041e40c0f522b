"""Lesson 3 in words: what its small runs say at once, and how the learner's predictions about them are decided."""

import math
from dataclasses import replace

from app.i18n import T
from app.lesson import Readout
from app.theme import number, percent
from app.view import inline
from core.experiments.anatomy import Config as Anatomy
from core.experiments.decay import Config as Decay
from pages.figures_03 import lens

NOTHING = T("Learning rate 0: nothing can move.", "Tốc độ học 0: không gì có thể dời đi.")
AT_ONCE = T(
    "lr·wd = 1: one step of decay takes the whole weight. Lower one of the two.",
    "lr·wd = 1: chỉ một bước suy giảm đã lấy hết trọng số. Hãy giảm một trong hai.",
)
OVERSHOOT = T(
    "lr·wd = {x} is more than 1: decay overshoots and the weight changes sign at every step. Lower one of the two.",
    "lr·wd = {x} lớn hơn 1: suy giảm quá đà, trọng số đổi dấu ở mỗi bước. Hãy giảm một trong hai.",
)
BLOWS_UP = T(
    "lr·wd = {x} is more than 2: every step makes the weight larger. Keep lr·wd below 1.",
    "lr·wd = {x} lớn hơn 2: mỗi bước lại làm trọng số to thêm. Hãy giữ lr·wd dưới 1.",
)
RESTLESS = T(
    "β₂ < β₁²: v forgets faster than m, so √v no longer bounds the step. Give v the longer memory.",
    "β₂ < β₁²: v quên nhanh hơn m nên √v không còn giữ được độ dài bước. Hãy cho v trí nhớ dài hơn.",
)


def rounded(value: float, digits: int) -> str:
    """With so many decimals; what rounds to nothing is 0, without a sign."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def strength(config) -> list[T]:
    """What lr·wd alone says: a warning, or nothing."""
    product = config.lr * config.weight_decay
    if product <= 1:
        return [AT_ONCE] if product == 1 else []
    return [(BLOWS_UP if product > 2 else OVERSHOOT).format(x=number(product))]


def memories(config) -> list[T]:
    return [RESTLESS] if 1 - 1 / config.memory2 < (1 - 1 / config.memory1) ** 2 else []


def clock(config) -> T:
    """1/(lr·wd), the steps after which AdamW has forgotten, as it is read aloud."""
    product = config.lr * config.weight_decay
    if not product:
        return T("stands still", "đứng yên")
    if product > 1:
        return T("less than one step", "chưa đầy một bước")
    return T("{n} steps", "{n} bước").format(n=number(1 / product)) if product != 1 else T("one step", "một bước")


def clock_readout(config, help: T | None) -> Readout:
    """The clock, and what it says. Above 1 there is none: each step of decay goes beyond 0."""
    product, value = config.lr * config.weight_decay, clock(config)
    if product > 1:
        value = T("none: decay overshoots", "không có: suy giảm quá đà")
        help = T(
            "1/(lr·wd) is the time in which a weight fades only while lr·wd is below 1; lr·wd is {x} here.",
            "Chỉ khi lr·wd dưới 1 thì 1/(lr·wd) mới là thời gian trọng số phai đi; ở đây lr·wd là {x}.",
        ).format(x=number(product))
    return Readout(T("clock 1/(lr·wd)", "đồng hồ 1/(lr·wd)"), value, help)


# --- one weight without a gradient -----------------------------------------------------------------------------------


def weight_verdict(view):
    config, adamw, l2 = view.config, view.result("adamw").final("weight"), view.result("adam").final("weight")
    if config.lr == 0:
        return [NOTHING]
    if config.weight_decay == 0:
        return [
            T(
                "No gradient and no decay: all three weights stay where they are. With wd = 0 Adam and AdamW are one algorithm.",
                "Không gradient, không suy giảm: cả ba trọng số đứng yên. Khi wd = 0, Adam và AdamW là một.",
            )
        ]
    said = strength(config)
    if not said:
        said.append(
            T(
                "After {n} steps AdamW has kept {a} of the weight, exactly (1 − lr·wd)ⁿ, and SGD the same. Adam + L2 has {b} left.",
                "Sau {n} bước AdamW giữ lại {a} trọng số, đúng bằng (1 − lr·wd)ⁿ, SGD cũng vậy. Adam + L2 còn {b}.",
            ).format(n=config.steps, a=number(adamw), b=rounded(l2, 3))
        )
        if config.eps > config.weight_decay:
            said.append(
                T(
                    "eps is larger than the penalty wd·w: Adam divides by eps and has become SGD with momentum.",
                    "eps lớn hơn phần phạt wd·w: Adam chia cho eps và thành SGD có quán tính (momentum).",
                )
            )
        else:
            said.append(
                T(
                    "Adam divides wd·w by its own size: what remains is a step of about lr, whatever wd is.",
                    "Adam chia wd·w cho chính độ lớn của wd·w: còn lại một bước cỡ lr, bất kể wd.",
                )
            )
    return said + memories(config)


def weight_readouts(view):
    config, product = view.config, view.config.lr * view.config.weight_decay
    left = T(
        "After this time {share} of a weight is left. The smaller lr·wd, the closer to 37 %.",
        "Sau thời gian này trọng số còn {share}. lr·wd càng nhỏ thì càng gần 37 %.",
    )
    return [
        Readout(
            T("kept per step (AdamW)", "giữ lại mỗi bước (AdamW)"),
            f"1 − lr·wd = {1 - product:.6g}".replace("-", "−"),
            T("The same factor for every weight.", "Cùng một hệ số cho mọi trọng số."),
        ),
        clock_readout(config, left.format(share=percent((1 - product) ** (1 / product))) if 0 < product <= 1 else None),
        Readout(T("AdamW at the end", "AdamW lúc cuối"), number(view.result("adamw").final("weight")), None),
        Readout(
            T("Adam + L2 at the end", "Adam + L2 lúc cuối"),
            number(view.result("adam").final("weight")),
            T("It hardly depends on wd.", "Gần như không phụ thuộc wd.") if config.eps <= config.weight_decay else None,
        ),
    ]


def pair(optimizer: str, one: dict, two: dict) -> tuple[float, float]:
    """Final weights of two runs without gradient, 100 steps."""
    base = Decay(optimizer=optimizer, steps=100)
    return tuple(inline(replace(base, **values)).final("weight") for values in (one, two))


def rate_answer(view):
    a, b = pair("adamw", {"lr": 0.01}, {"lr": 0.1})
    return "same" if abs(a - b) < 0.01 else "smaller" if b < a else "larger"


def rate_why(view):
    a, b = pair("adamw", {"lr": 0.01}, {"lr": 0.1})
    return T(
        "{a} with lr 0.01, {b} with lr 0.1: the factor per step is 1 − lr·wd, and lr stands in it.",
        "{a} với lr 0.01, {b} với lr 0.1: hệ số mỗi bước là 1 − lr·wd, trong đó có lr.",
    ).format(a=number(a), b=number(b))


def decay_answer(view):
    a, b = pair("adam", {"weight_decay": 0.1}, {"weight_decay": 0.01})
    return "same" if abs(a - b) < 0.01 else "larger" if b > a else "smaller"


def decay_why(view):
    a, b = pair("adam", {"weight_decay": 0.1}, {"weight_decay": 0.01})
    return T(
        "{a} with wd 0.1, {b} with wd 0.01. The penalty is the whole gradient, and Adam divides a gradient by its own size.",
        "{a} với wd 0.1, {b} với wd 0.01. Phần phạt là toàn bộ gradient, mà Adam thì chia gradient cho độ lớn của chính nó.",
    ).format(a=number(a), b=number(b))


# --- loud and quiet gradients ----------------------------------------------------------------------------------------

NOISY = ("adamw_loud", "adamw_quiet", "adam_loud", "adam_quiet")


def noise_verdict(view):
    config = view.config
    if config.lr == 0:
        return [NOTHING]
    ends = dict(zip("abcd", (view.result(label).final("weight") for label in NOISY), strict=True))
    if any(math.isnan(v) or abs(v) > 1e6 for v in ends.values()):
        return strength(config)
    if config.weight_decay == 0:
        return [
            T(
                "No decay: only noise moves these weights, and Adam and AdamW are one algorithm.",
                "Không có suy giảm: chỉ nhiễu làm các trọng số này dời đi, và Adam với AdamW là một.",
            ),
            *memories(config),
        ]
    facts = {k: rounded(v, 2) for k, v in ends.items()}
    said = [
        T(
            "AdamW leaves the loud weight at {a} and the quiet one at {b}; Adam + L2 at {c} and {d}.",
            "AdamW để trọng số ồn ở {a}, trọng số yên ở {b}; Adam + L2 ở {c} và {d}.",
        ).format(**facts)
    ]
    if ends["c"] - ends["d"] > 0.1 > abs(ends["a"] - ends["b"]):
        said.append(
            T(
                "Small gradients are divided by a small number, and the penalty rides along: Adam + L2 decays quiet weights hardest. AdamW's decay does not know the gradient.",
                "Gradient nhỏ bị chia cho số nhỏ, phần phạt đi ké theo: Adam + L2 làm suy giảm trọng số yên mạnh nhất. Suy giảm của AdamW không biết gradient là gì.",
            )
        )
    elif max(abs(v) for v in ends.values()) < 0.1:
        said.append(
            T(
                "All four are gone already. Take fewer steps, or less decay.",
                "Cả bốn đã mất hết. Hãy bớt bước, hoặc giảm suy giảm.",
            )
        )
    elif abs(ends["c"] - ends["d"]) <= 0.1:
        said.append(
            T(
                "With these settings Adam + L2 treats both alike. Make their noise more different, or give it more steps.",
                "Với thiết lập này Adam + L2 đối xử như nhau. Hãy cho nhiễu chênh hơn, hoặc thêm bước.",
            )
        )
    return said + strength(config) + memories(config)


def settled(config) -> float:
    """The spread at which noise and decay hold AdamW's weights, in the long run."""
    return math.sqrt(config.lr / (2 * config.weight_decay))


def noise_readouts(view):
    config = view.config
    held = T("nothing holds it", "không gì giữ lại")
    if config.weight_decay:
        held = f"√(lr/2wd) = {number(settled(config))}"
    return [
        Readout(
            T("decay alone would leave", "chỉ suy giảm thì còn"),
            number(view.main.final("closed")),
            T("(1 − lr·wd) to the number of steps.", "(1 − lr·wd) lũy thừa số bước."),
        ),
        clock_readout(config, T("How long AdamW's weight remembers.", "Trọng số của AdamW nhớ được bao lâu.")),
        Readout(
            T("noise holds AdamW at", "nhiễu giữ AdamW ở cỡ"),
            held,
            T(
                "In the long run noise in, decay out: the spread of the weights settles here, however loud the noise.",
                "Về lâu dài nhiễu đẩy vào, suy giảm kéo ra: độ tản của trọng số dừng ở đây, nhiễu to nhỏ gì cũng vậy.",
            ),
        ),
        Readout(
            T("spread now (AdamW, loud)", "độ tản lúc này (AdamW, ồn)"),
            number(view.result("adamw_loud").final("spread")),
            T("Standard deviation of the 200 copies.", "Độ lệch chuẩn của 200 bản."),
        ),
    ]


def quiet_answer(view):
    """None without decay, at another ratio of the noises than the question's, or where noise alone carries the weights off."""
    config = view.config
    if not config.weight_decay or float(view.values.get("ratio", 100)) != 100 or settled(config) > 1:
        return None
    ends = {label: view.result(label).final("weight") for label in NOISY}
    if any(math.isnan(v) for v in ends.values()):
        return None
    gap = ends["adam_loud"] - ends["adam_quiet"]
    return "quiet" if gap > 0.1 else "loud" if gap < -0.1 else "same"


def quiet_why(view):
    small = T(
        ": both parts of the gradient are divided by the same √v, and the quiet weight's √v is small.",
        ": cả hai phần của gradient bị chia cho cùng một √v, mà √v của trọng số yên thì nhỏ.",
    )
    return T(
        "Adam + L2 ends at {c} (loud) and {d} (quiet){small}", "Adam + L2 dừng ở {c} (ồn) và {d} (yên){small}"
    ).format(
        small=small if quiet_answer(view) == "quiet" else T(".", "."),
        c=number(view.result("adam_loud").final("weight")),
        d=number(view.result("adam_quiet").final("weight")),
    )


# --- one step taken apart --------------------------------------------------------------------------------------------


def in_lr(view, label: str, step: int, metric: str = "move") -> float:
    """A move of that step in units of lr, nan where there is none."""
    lr = view.config.lr
    return view.result(label).metrics.get(metric, {}).get(step, math.nan) / lr if lr else math.nan


def scaled(config, scale: float) -> float:
    """AdamW's first step because of the gradient, the loss times `scale`, in units of lr."""
    run = inline(replace(config, optimizer="adamw", scale=scale))
    return abs(run.metrics["by_gradient"][1]) / config.lr if config.lr else math.nan


def scale_answer(view):
    plain, large = scaled(Anatomy(), 1.0), scaled(Anatomy(), 1000.0)
    return "same" if abs(large / plain - 1) < 0.1 else "longer" if large > plain else "shorter"


def scale_why(view):
    return T(
        "{a} lr with the loss as it is, {b} lr with 1,000 times the loss: gradient and √v grow together, the quotient stays.",
        "{a} lr với loss ban đầu, {b} lr với loss gấp 1,000: gradient và √v cùng lớn lên, thương vẫn vậy.",
    ).format(a=number(scaled(Anatomy(), 1.0)), b=number(scaled(Anatomy(), 1000.0)))


def step_verdict(view):
    config = view.config
    if config.lr == 0:
        return [NOTHING]
    first, sgd = abs(in_lr(view, "adamw", 1, "by_gradient")), abs(in_lr(view, "sgd", 1, "by_gradient"))
    facts = {"a": number(first), "s": number(sgd), "c": f"{config.scale:g}"}
    root = math.sqrt(view.main.metrics.get("v_hat", {}).get(1, math.nan))
    if config.eps > 0.1 * root:
        said = T(
            "eps is not small beside √v any more: the gradient moves AdamW by {a} lr. The division stops working and Adam turns into SGD with momentum.",
            "eps không còn nhỏ so với √v: gradient dời AdamW đi {a} lr. Phép chia mất tác dụng, Adam biến thành SGD có quán tính (momentum).",
        )
    elif not config.correction and first > 1.02:
        said = T(
            "Without bias correction the first step is {a} lr instead of 1: m and v both start at 0, and √v lags further behind.",
            "Không hiệu chỉnh thì bước đầu dài {a} lr thay vì 1: m và v đều bắt đầu từ 0, mà √v còn tụt lại xa hơn.",
        )
    elif not config.correction and first < 0.98:
        said = T(
            "Without bias correction the first step is {a} lr instead of 1: m starts at 0 and lags further behind than √v.",
            "Không hiệu chỉnh thì bước đầu dài {a} lr thay vì 1: m bắt đầu từ 0 và tụt lại xa hơn √v.",
        )
    elif not config.correction:
        said = T(
            "Without bias correction the first step is {a} lr: m and √v start equally late, and their quotient does not show it.",
            "Không hiệu chỉnh mà bước đầu vẫn dài {a} lr: m và √v tụt lại như nhau nên thương không đổi.",
        )
    else:
        said = T(
            "Loss × {c}: the gradient moves SGD by {s} lr and Adam by {a} lr in the first step. Adam does not see the scale of the loss.",
            "Loss × {c}: ở bước đầu gradient dời SGD đi {s} lr, còn Adam {a} lr. Adam không thấy thang của loss.",
        )
    lines = [said.format(**facts)]
    t = lens(view)
    own, penalty = in_lr(view, "adamw", t, "by_decay"), in_lr(view, "adam", t, "by_decay")
    if config.weight_decay and math.isfinite(own) and math.isfinite(penalty):
        lines.append(
            T(
                "At step {t} the decay moves AdamW by {w} lr (wd·w, nothing else) and Adam + L2 by {l} lr: its penalty was divided by √v.",
                "Ở bước {t}, suy giảm dời AdamW đi {w} lr (đúng wd·w), còn Adam + L2 {l} lr: phần phạt đã bị chia cho √v.",
            ).format(t=t, w=number(own), l=number(penalty))
        )
    return lines + strength(config) + memories(config)


def step_readouts(view):
    t, metrics = lens(view), view.main.metrics

    def at(name):
        return metrics.get(name, {}).get(t, math.nan)

    return [
        Readout(
            T("AdamW's first step", "bước đầu của AdamW"),
            f"{number(in_lr(view, 'adamw', 1, 'by_gradient'))} lr" if view.config.lr else "0",
            T("The gradient's part, in units of lr.", "Phần do gradient, tính bằng lr."),
        ),
        Readout(
            T("gradient g", "gradient g"), number(at("grad")), T("At the step under the lens.", "Ở bước đang soi.")
        ),
        Readout(
            T("m, and corrected m̂", "m, và m̂ đã hiệu chỉnh"),
            f"{number(at('m'))}, {number(at('m_hat'))}",
            T("Running mean of the gradients.", "Trung bình trượt của gradient."),
        ),
        Readout(
            T("√v, and corrected √v̂", "√v, và √v̂ đã hiệu chỉnh"),
            f"{number(math.sqrt(at('v')))}, {number(math.sqrt(at('v_hat')))}",
            T("Root of the running mean of their squares.", "Căn của trung bình trượt các bình phương."),
        ),
    ]
