"""What lesson 4 says about its runs: winners, regimes, and where theory and measurement meet. Rules on numbers."""

import math

from app.i18n import T, same
from app.lesson import Readout
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
    if forgets and config.momentum:
        said.append(
            T(
                "Never reset and momentum together: the gradient is summed up twice, once in w.grad and once in the optimizer.",
                "Không bao giờ đặt lại cùng với quán tính: gradient bị cộng dồn hai lần, một lần trong w.grad, một lần trong "
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
    first, second, third = sorted(error, key=error.get)
    ratio = error[second] / error[first] if error[first] else math.inf
    facts = {"first": NAMES[first], "second": NAMES[second], "error": number(error[first]), "steps": view.config.steps}
    if ratio < 1.1 or error[second] < 1e-9:
        near = T(
            "After {steps} steps {first} and {second} are about equally close: {error} from the target. {third} is {far} away.",
            "Sau {steps} bước, {first} và {second} gần như nhau: cách đích {error}. {third} cách {far}.",
        )
        return [*said, near.format(**facts, third=NAMES[third], far=number(error[third]))]
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
    if one_parameter.never(config, "sgd") and config.momentum:
        said.append(
            T(
                "Its swing grows without end: by now {swing} to either side.",
                "Biên độ của nó lớn mãi không dừng: giờ mỗi bên {swing}.",
            ).format(swing=number(swing["sgd"]))
        )
    elif one_parameter.never(config, "sgd") and regime(config) == "grows":
        blown = view.main.final("blown_sgd")
        said.append(
            T(
                "SGD explodes: past lr·c = 2 even a swing without friction cannot hold together (a million at step {n}).",
                "SGD nổ tung: quá lr·c = 2 thì dao động không ma sát cũng không giữ được nữa (một triệu ở bước {n}).",
            ).format(n="–" if math.isnan(blown) else int(blown))
        )
    elif one_parameter.never(config, "sgd") and not math.isnan(view.main.final("period_sgd")):
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
