"""What lesson 4 says about its runs: winners, regimes, and where theory and measurement meet. Rules on numbers."""

import math
from dataclasses import replace

from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import number
from core.experiments import lr_sweep, one_parameter, two_weights
from pages.controls_04 import NAMES

RACE, SWEEP, TWO = one_parameter.Config(), lr_sweep.Config(), two_weights.Config()
NEVER_FOR_GOOD = T("not yet", "chưa đến")


def measured(view, what: str) -> dict[str, float]:
    """{optimizer: value} of one of the race's numbers."""
    return {name: view.main.final(f"{what}_{name}") for name in NAMES}


# --- the race -------------------------------------------------------------------------------------------------------------


def limits(view) -> list[T]:
    """What must be said before anything else: SGD past its limit, a race that starts at its end, a mistake made twice."""
    config, said = view.config, []
    forgets = one_parameter.never(config, "sgd")
    past = config.lr * config.scale
    if config.start == config.target:
        away = measured(view, "error")["adamw"]
        said.append(
            T(
                "They start at the target, where the gradient is 0: SGD and Adam stay. AdamW leaves, because its decay pulls at "
                "the weight anyway; it now stands {away} away.",
                "Tất cả xuất phát ngay tại đích, nơi gradient bằng 0: SGD và Adam đứng yên. AdamW vẫn rời đi, vì suy giảm "
                "trọng số cứ kéo w; giờ nó cách đích {away}.",
            ).format(away=number(away))
        )
    if forgets and config.momentum == 1:
        said.append(
            T(
                "Never reset and momentum 1 together: the gradient is summed up twice, once in w.grad and once in the optimizer.",
                "Không bao giờ đặt lại cùng với quán tính 1: gradient bị cộng dồn hai lần, một lần trong w.grad, một lần trong "
                "thuật toán tối ưu.",
            )
        )
    if past >= 1 and config.momentum == 0 and config.reset == "1":
        blown, factor = view.main.final("blown_sgd"), abs(one_parameter.contraction(config))
        when = (
            T(" It passed a million at step {n}.", " Nó vượt một triệu ở bước {n}.").format(n=int(blown))
            if not math.isnan(blown)
            else T("", "")
        )
        said.append(
            T(
                "Past the stability limit: lr·c = {past}, and SGD's error is multiplied by |1 − 2·lr·c| = {factor} at every step.{when}",
                "Quá giới hạn ổn định: lr·c = {past}, mỗi bước sai số của SGD bị nhân với |1 − 2·lr·c| = {factor}.{when}",
            ).format(past=number(past), factor=number(factor), when=when)
        )
    return said


def verdict(view) -> list[T]:
    """Limits first; then who is closest and by how much."""
    said = limits(view)
    if view.config.reset != "1":
        return said + swings(view)
    if view.config.start == view.config.target:
        return said
    error = measured(view, "error")
    first, second, _ = sorted(error, key=error.get)
    ratio = error[second] / error[first] if error[first] else math.inf
    facts = {"first": NAMES[first], "second": NAMES[second], "error": number(error[first]), "steps": view.config.steps}
    if ratio < 1.1 or error[second] < 1e-9:
        near = T(
            "After {steps} steps {first} and {second} are equally close: {error} from the target.",
            "Sau {steps} bước, {first} và {second} gần như nhau: cách đích {error}.",
        )
        return [*said, near.format(**facts)]
    won = T(
        "After {steps} steps {first} is closest: {error} from the target, {ratio} times as close as {second}.",
        "Sau {steps} bước, {first} gần đích nhất: còn cách {error}, gần hơn {second} {ratio} lần.",
    )
    return [*said, won.format(**facts, ratio=number(ratio))]


def swings(view) -> list[T]:
    """Without resets: what SGD does for ever, and who has grown."""
    config, swing = view.config, measured(view, "swing")
    careless = [name for name in NAMES if name in config.forgetful.split(",")]
    started = abs(config.start - config.target)
    said = []
    if "sgd" in careless and config.reset == "never" and not math.isfinite(swing["sgd"]):
        blown = view.main.final("blown_sgd")
        said.append(
            T(
                "SGD explodes: past lr·c = 2 even a swing without friction cannot hold together (a million at step {n}).",
                "SGD nổ tung: quá lr·c = 2 thì dao động không ma sát cũng không giữ được nữa (một triệu ở bước {n}).",
            ).format(n="–" if math.isnan(blown) else int(blown))
        )
    elif "sgd" in careless and config.reset == "never" and not math.isnan(view.main.final("period_sgd")):
        said.append(
            T(
                "SGD swings for ever, {swing} to either side; one swing takes {period} steps (the formula: {law}).",
                "SGD dao động mãi, mỗi bên {swing}; một chu kỳ mất {period} bước (công thức: {law}).",
            ).format(
                swing=number(swing["sgd"]),
                period=number(view.main.final("period_sgd")),
                law=number(view.main.facts["period"]),
            )
        )
    for name in ("adam", "adamw"):
        if name in careless and swing[name] > 1.5 * started:
            said.append(
                T(
                    "{name} swings wider and wider: by now {swing}, {ratio} times the distance it started with.",
                    "{name} dao động ngày càng rộng: giờ đã {swing}, gấp {ratio} lần khoảng cách ban đầu.",
                ).format(name=NAMES[name], swing=number(swing[name]), ratio=number(swing[name] / started))
            )
    resets = [name for name in NAMES if name not in careless]
    if resets:
        best = min(resets, key=lambda name: view.main.final(f"error_{name}"))
        said.append(
            T(
                "{name} looks good ({error} from the target) because it alone resets its gradient: that is no comparison.",
                "{name} trông ổn (cách đích {error}) chỉ vì nó vẫn đặt lại gradient: so sánh như vậy không công bằng.",
            ).format(name=NAMES[best], error=number(view.main.final(f"error_{best}")))
            if len(resets) == 1
            else T(
                "{names} reset their gradient and have no such trouble.",
                "{names} vẫn đặt lại gradient nên không bị như vậy.",
            ).format(names=", ".join(NAMES[n] for n in resets))
        )
    if not said:
        wide = max(careless, key=swing.get)
        said.append(
            T(
                "So far the widest swing is {name}'s: {swing}. Give it more steps.",
                "Đến giờ {name} dao động rộng nhất: {swing}. Hãy cho thêm bước.",
            ).format(name=NAMES[wide], swing=number(swing[wide]))
        )
    return said


REGIMES = (
    ("one", T("one step and there", "một bước là tới")),
    ("creep", T("creeps, no overshoot", "bò dần, không lố đà")),
    ("zigzag", T("jumps from side to side", "nhảy qua lại hai bên")),
    ("damped", T("swings and settles", "dao động rồi lắng")),
    ("free", T("swings for ever", "dao động mãi")),
    ("grows", T("grows without end", "lớn mãi không dừng")),
)


def regime(config) -> str:
    """How SGD moves: from the roots of x^2 - (1 + m - 2 lr c) x + m, m the share of its past it keeps."""
    m = 1.0 if one_parameter.never(config, "sgd") else config.momentum
    if m == 1 and one_parameter.never(config, "sgd") and config.momentum:
        m = 1.0 + config.momentum  # summed twice: beyond any of these
    strength = 2 * config.lr * config.scale
    if strength > 2 * (1 + m) or m > 1:
        return "grows"
    middle = (1 + m - strength) / 2
    if m == 1 or strength == 2 * (1 + m):
        return "free"
    if middle * middle < m:
        return "damped"
    if m == 0 and abs(middle) < 1e-9:
        return "one"
    return "creep" if middle > 0 else "zigzag"


def steps_to(value: float, config) -> T:
    return NEVER_FOR_GOOD if math.isnan(value) else T("step {n}", "bước {n}").format(n=int(value))


def readouts(view) -> list[Readout]:
    config, facts = view.config, view.main.facts
    plain = config.momentum == 0 and (config.reset == "1" or "sgd" not in config.forgetful)
    rows = [
        Readout(
            T("SGD keeps of its error", "SGD giữ lại phần sai số"),
            f"{facts['contraction']:+.3g}".replace("-", "−") if plain else "–",
            T(
                "Factor per step: 1 − 2·lr·c. 0 is there in one step; −1 and below never arrives.",
                "Hệ số mỗi bước: 1 − 2·lr·c. 0 là tới ngay; −1 trở xuống là không bao giờ tới.",
            ),
        ),
        Readout(
            T("SGD moves like this", "SGD chuyển động kiểu"),
            dict(REGIMES)[regime(config)],
            T(
                "Read off the roots of x² − (1 + m − 2·lr·c)·x + m, where m is the momentum (1: never reset).",
                "Đọc từ nghiệm của x² − (1 + m − 2·lr·c)·x + m, với m là quán tính (1: không bao giờ đặt lại).",
            ),
        ),
    ]
    for name, label in NAMES.items():
        rows.append(
            Readout(
                T(f"{label} arrived", f"{label} đến nơi"),
                steps_to(view.main.final(f"arrived_{name}"), config),
                T(
                    "From here on it stays within {x} of the target.",
                    "Từ đây nó luôn ở trong khoảng {x} quanh đích.",
                ).format(x=number(config.tolerance)),
            )
        )
    rows += [
        Readout(
            T("Adam shoots past by", "Adam lố đà"),
            number(view.main.final("overshoot_adam")),
            T("Furthest point beyond the target.", "Điểm xa nhất phía sau đích."),
        ),
        Readout(
            T("AdamW ends at", "AdamW dừng ở"),
            number(facts["limit"]),
            T(
                "After very many steps: at the target while decay × |target| < 1, else at 1/decay.",
                "Sau rất nhiều bước: tại đích nếu hệ số suy giảm × |đích| < 1, nếu không thì tại 1/hệ số.",
            ),
        ),
        Readout(
            T("AdamW is still off by", "AdamW còn cách"),
            number(abs(view.main.final("weight_adamw") - facts["limit"])),
            T(
                "Distance from that end after T steps: with the usual decay the last bit takes thousands.",
                "Khoảng cách tới điểm dừng đó sau T bước: với suy giảm thường dùng, chút cuối cần hàng nghìn bước.",
            ),
        ),
    ]
    return rows


def never_readouts(view) -> list[Readout]:
    facts, swing, gradient = view.main.facts, measured(view, "swing"), measured(view, "gradient")
    period = view.main.final("period_sgd")
    rows = [
        Readout(
            T("one swing of SGD", "một chu kỳ của SGD"),
            "–" if math.isnan(period) else T("{n} steps", "{n} bước").format(n=number(period)),
            T(
                "Mean time between upward crossings of the target.",
                "Thời gian trung bình giữa hai lần đi lên qua đích.",
            ),
        ),
        Readout(
            T("by the formula", "theo công thức"),
            "–" if math.isnan(facts["period"]) else T("{n} steps", "{n} bước").format(n=number(facts["period"])),
            same("2π / arccos(1 − lr·c)"),
        ),
        Readout(
            T("SGD moves like this", "SGD chuyển động kiểu"),
            dict(REGIMES)[regime(view.config)],
            T("Never resetting is exactly momentum 1.", "Không bao giờ đặt lại chính là quán tính bằng 1."),
        ),
        Readout(
            T("fastest momentum", "quán tính nhanh nhất"),
            number(facts["critical"]) if not math.isnan(facts["critical"]) else "–",
            T(
                "With resets and this momentum SGD comes home soonest without swinging: (1 − √(2·lr·c))².",
                "Nếu có đặt lại, với quán tính này SGD về đích sớm nhất mà không dao động: (1 − √(2·lr·c))².",
            ),
        ),
    ]
    for name, label in NAMES.items():
        rows.append(
            Readout(
                T(f"{label}: swing", f"{label}: biên độ"),
                number(swing[name]),
                T(
                    "Largest distance from the target in the last 150 steps. Largest gradient held: {g}.",
                    "Khoảng cách lớn nhất tới đích trong 150 bước cuối. Gradient lớn nhất từng giữ: {g}.",
                ).format(g=number(gradient[name])),
            )
        )
    return rows


def against(then, now) -> T:
    """A pinned race beside the one in front."""
    parts = [
        f"{label} {number(then.final(f'error_{n}'))} → {number(now.final(f'error_{n}'))}" for n, label in NAMES.items()
    ]
    return T(
        "distance at the end, pinned → now: " + ", ".join(parts),
        "khoảng cách lúc cuối, đã ghim → bây giờ: " + ", ".join(parts),
    )


# --- the sweep ------------------------------------------------------------------------------------------------------------


def sweep_verdict(view) -> list[T]:
    result, said = view.main, []
    best = {n: (result.final(f"best_{n}"), result.final(f"best_lr_{n}")) for n in NAMES}
    arrived = [n for n in NAMES if not math.isnan(best[n][0])]
    if len(arrived) > 0:
        each = ", ".join(
            f"{NAMES[n]} {int(best[n][0])} (lr {number(best[n][1])})" for n in sorted(arrived, key=lambda n: best[n][0])
        )
        said.append(
            T(
                "Each at its own best learning rate, steps to arrive: {each}.",
                "Mỗi thuật toán với tốc độ học tốt nhất, số bước để đến nơi: {each}.",
            ).format(each=each)
        )
    for name in [n for n in NAMES if n not in arrived]:
        said.append(
            T(
                "{name} never stays within {tol} at any of the 60 learning rates; its closest end is {least} away (lr {lr}).",
                "{name} không ở lại trong khoảng {tol} với bất kỳ tốc độ nào trong 60; gần nhất lúc cuối là {least} (lr {lr}).",
            ).format(
                name=NAMES[name],
                tol=number(view.config.tolerance),
                least=f"{result.final(f'least_{name}'):.4g}",
                lr=number(result.final(f"least_lr_{name}")),
            )
        )
    return said


def sweep_readouts(view) -> list[Readout]:
    rows, lr = [], T("lr {lr}", "lr {lr}")
    for name, label in NAMES.items():
        least, where = view.main.final(f"least_{name}"), view.main.final(f"least_lr_{name}")
        rows.append(
            Readout(
                T(f"{label}: closest end", f"{label}: gần nhất lúc cuối"),
                T("{least}, {lr}", "{least}, {lr}").format(least=number(least), lr=lr.format(lr=number(where))),
                T(
                    "Smallest distance after T steps, and its learning rate.",
                    "Khoảng cách nhỏ nhất sau T bước, và tốc độ học tương ứng.",
                ),
            )
        )
    rows.append(
        Readout(
            T("SGD's limit", "giới hạn của SGD"),
            number(view.main.facts["limit"]),
            T(
                "(1 + momentum)/c: beyond it every step overshoots by more than it came.",
                "(1 + quán tính)/c: quá mức này mỗi bước lố xa hơn quãng đã đi.",
            ),
        )
    )
    return rows


# --- accumulation ---------------------------------------------------------------------------------------------------------


def parts_verdict(view) -> list[T]:
    result, k = view.main, view.config.parts
    final = {way: result.final(f"loss_{way}") for way in ("batch", "forgot", "kept")}
    said = [
        T(
            "Divided by k the small batches give the big batch's gradient to rounding ({gap}).",
            "Chia cho k thì các lô nhỏ cho đúng gradient của cả lô, chỉ sai do làm tròn ({gap}).",
        ).format(gap=number(result.final("gap_divided")))
    ]
    if k > 1:
        said.append(
            T(
                "Not divided, the gradient is {k} times as long: the same as a learning rate of {lr}{end}.",
                "Quên chia thì gradient dài gấp {k}: y như tốc độ học {lr}{end}.",
            ).format(
                k=k,
                lr=number(k * view.config.lr),
                end=T(", and it diverges", ", và nó phân kỳ") if math.isinf(final["forgot"]) else T("", ""),
            )
        )
    said.append(
        T(
            "Never reset is something else altogether: after {n} steps its loss is {kept}, the batch's {batch}.",
            "Không bao giờ đặt lại là chuyện khác hẳn: sau {n} bước loss của nó là {kept}, còn cả lô là {batch}.",
        ).format(n=view.config.updates, kept=number(final["kept"]), batch=number(final["batch"]))
    )
    return said


def parts_readouts(view) -> list[Readout]:
    rows = []
    for way, label, help in (
        ("divided", T("÷ k: off by", "÷ k: sai lệch"), T("Relative, first step.", "Tương đối, bước đầu.")),
        (
            "forgot",
            T("not divided: off by", "quên chia: sai lệch"),
            T("k − 1: it is k times too long.", "k − 1: dài gấp k lần."),
        ),
        (
            "unequal",
            T("unequal, ÷ 4: off by", "không đều, ÷ 4: sai lệch"),
            T(
                "A row in the chunk of 4 counts as much as 7.5 rows in the chunk of 30.",
                "Một hàng trong phần 4 hàng nặng bằng 7.5 hàng trong phần 30 hàng.",
            ),
        ),
        (
            "kept",
            T("never reset: off by", "không đặt lại: sai lệch"),
            T("Second step: last step's gradient is still in it.", "Bước hai: gradient bước trước vẫn còn trong đó."),
        ),
    ):
        rows.append(Readout(label, number(view.main.final(f"gap_{way}")), help))
    return rows


# --- two weights ------------------------------------------------------------------------------------------------------------


def both_verdict(view) -> list[T]:
    loss = {name: view.main.final(f"loss_{name}") for name in ("sgd", "momentum", "adam")}
    said = [
        T(
            "After {n} steps, each at its best learning rate: SGD {sgd}, with momentum {momentum}, Adam {adam}.",
            "Sau {n} bước, mỗi thuật toán với tốc độ học tốt nhất: SGD {sgd}, có quán tính {momentum}, Adam {adam}.",
        ).format(n=view.config.horizon, **{name: number(value) for name, value in loss.items()})
    ]
    straight = view.result("straight")
    if straight.events:
        was = {name: straight.final(f"loss_{name}") for name in loss}
        said.append(
            T(
                "Turning the bowl changes nothing for SGD and momentum; Adam's loss goes from {was} to {now}: its step sizes "
                "belong to the axes, not to the bowl.",
                "Xoay lòng chảo không đổi gì với SGD và quán tính; loss của Adam đi từ {was} thành {now}: độ dài bước của nó "
                "gắn với các trục, không gắn với lòng chảo.",
            ).format(was=number(was["adam"]), now=number(loss["adam"]))
        )
    return said


def both_readouts(view) -> list[Readout]:
    rows = [
        Readout(
            T(f"{label.en}: best lr", f"{label.vi}: lr tốt nhất"),
            number(view.main.final(f"lr_{name}")),
            T(
                "Best of 30 between 1e-5 and 3, by the final loss.",
                "Tốt nhất trong 30 giá trị từ 1e-5 đến 3, theo loss cuối.",
            ),
        )
        for name, label in (("sgd", same("SGD")), ("momentum", T("momentum", "quán tính")), ("adam", same("Adam")))
    ]
    return [
        *rows,
        Readout(
            T("start", "xuất phát"),
            same("(1, 1)"),
            T(
                "In the bowl's own axes; it turns with the bowl.",
                "Theo trục riêng của lòng chảo; nó xoay cùng lòng chảo.",
            ),
        ),
    ]


# --- predictions --------------------------------------------------------------------------------------------------------------


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
    swing = view.main.final("swing_sgd")
    return "diverge" if not math.isfinite(swing) else "swing" if swing > 1 else "settle"


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
    return None if view.config.parts == 1 else "longer" if ratio > 1.5 else "shorter" if ratio < 0.7 else "same"


def undivided_why(view):
    return T(
        "A sum of k means is k times their mean: {k} parts, a step {ratio} times as long.",
        "Tổng của k trung bình gấp k lần trung bình của chúng: {k} phần, bước dài gấp {ratio}.",
    ).format(k=view.config.parts, ratio=number(view.main.final("ratio_forgot")))


def turned(view):
    straight = view.result("straight")
    if not straight.events or view.config.kappa < 100:
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
        "Everything as on the screen, but the loss is multiplied by 0.1. Who is closest to 5 after 50 steps?",
        "Mọi thứ như trên màn hình, nhưng loss nhân với 0.1. Sau 50 bước, ai gần 5 nhất?",
    ),
    closest,
    closest_why,
    tuple((code, same(name)) for code, name in NAMES.items()),
    decided_by="small",
)
FORGET = Prediction(
    "forget",
    T("lr 0.05, and nobody ever calls zero_grad. SGD will …", "lr 0.05, và không ai gọi zero_grad. SGD sẽ …"),
    forgotten,
    forgotten_why,
    (
        ("diverge", T("diverge", "phân kỳ")),
        ("swing", T("swing for ever", "dao động mãi")),
        ("settle", T("settle at 5", "lắng tại 5")),
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
RATES = Prediction(
    "rates",
    T(
        "Multiply the loss by 10. Whose best learning rate moves to a tenth?",
        "Nhân loss với 10. Tốc độ học tốt nhất của ai giảm còn một phần mười?",
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
        "Four small batches, and the loss is not divided by 4. The step, against the big batch's, is …",
        "Bốn lô nhỏ, và loss không chia cho 4. So với bước của cả lô, bước này …",
    ),
    undivided,
    undivided_why,
    (
        ("longer", T("4 times as long", "dài gấp 4")),
        ("same", T("the same", "như nhau")),
        ("shorter", T("a quarter", "bằng một phần tư")),
    ),
)
TURNED = Prediction(
    "turned",
    T(
        "Turn bowl and start by 22°. Who ends clearly worse?",
        "Xoay lòng chảo và điểm xuất phát 22°. Ai kết thúc tệ hơn hẳn?",
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
