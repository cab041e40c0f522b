"""What lesson 4 says of those who forget to reset: who swings, who grows, who explodes, and who only looks good beside them."""

import math

from app.i18n import T, same
from app.lesson import Readout
from app.theme import number
from core.experiments import one_parameter
from pages.controls_04 import NAMES

NO_FORMULA, EXPLODED = T("no formula", "không có công thức"), T("exploded", "nổ tung")
GOOD = 10  # whoever ends so many times nearer than it started has come home
WIDE = 1.5  # whoever still strays so many starting distances swings wide
STILL = 0.01  # whoever moves less than this share of its steps, and of its distance, all but stands still


def measured(view, what: str) -> dict[str, float]:
    """{optimizer: value} of one of the race's numbers."""
    return {name: view.main.final(f"{what}_{name}") for name in NAMES}


def forgets(config, name: str) -> bool:
    """Whether it takes steps with more than one gradient."""
    return config.reset != "1" and name in config.forgetful.split(",")


def unmoved(config) -> bool:
    """Whether there is no gradient at all: they start at the target, and no noise moves them from there."""
    return config.start == config.target and not config.noise


def exploded(view, name: str) -> int | None:
    """The step at which it left a million, if it ended beyond it; else None."""
    blown = view.main.final(f"blown_{name}")
    return None if math.isnan(blown) or view.main.final(f"error_{name}") < one_parameter.BLOWN else int(blown)


def where(view, name: str) -> T:
    """How far it ended from the target, as the end of a sentence that begins with its name."""
    step = exploded(view, name)
    if step is not None:
        return T("has exploded (a million at step {n})", "đã nổ tung (một triệu ở bước {n})").format(n=step)
    return T("is {x} away", "cách đích {x}").format(x=number(view.main.final(f"error_{name}")))


def joined(parts: list) -> T:
    """a, b and c."""
    parts = [part if isinstance(part, T) else same(part) for part in parts]
    words = {"en": " and ", "vi": " và "}

    def line(lang: str) -> str:
        said = [part(lang) for part in parts]
        return ", ".join(said[:-1]) + words[lang] + said[-1] if said[1:] else said[0]

    return T(line("en"), line("vi"))


def places(view) -> T:
    """Where all three have ended."""
    return joined([same("{name} {where}").format(name=NAMES[n], where=where(view, n)) for n in NAMES])


def thirds(view) -> dict[str, list[tuple[float, float]]]:
    """{optimizer: its (lowest, highest) weight in each third of the steps}; what is drawn keeps the extremes. The target
    where it has blown up before."""
    config, columns = view.config, view.main.table("path")
    found = {name: ([], [], []) for name in NAMES}
    for name, step, weight in zip(*(columns[c] for c in ("optimizer", "step", "weight")), strict=True):
        found[name][3 * max(step - 1, 0) // config.steps].append(weight)
    home = config.target
    return {name: [(min(part, default=home), max(part, default=home)) for part in found[name]] for name in NAMES}


def furthest(view, part: tuple[float, float]) -> float:
    """Its largest distance from the target."""
    return max(abs(weight - view.config.target) for weight in part)


# --- how SGD moves --------------------------------------------------------------------------------------------------------

REGIMES = (
    ("still", T("stays where it is", "đứng yên tại chỗ")),
    ("one", T("one step and there", "một bước là tới")),
    ("creep", T("creeps, no overshoot", "bò dần, không lố đà")),
    ("zigzag", T("jumps from side to side", "nhảy qua lại hai bên")),
    ("damped", T("swings and settles", "dao động rồi lắng")),
    ("free", T("swings for ever", "dao động mãi")),
    ("grows", T("grows without end", "lớn mãi không dừng")),
)


def regime(config) -> str:
    """How SGD moves: from the roots of x^2 - (1 + m - 2 lr c) x + m, m the share of its past it keeps; with a reset every
    2, 4 or 8 steps from what those steps make of an error."""
    if unmoved(config):
        return "still"
    if forgets(config, "sgd") and config.reset != "never":
        return blocks(config)
    m = config.momentum + one_parameter.never(config, "sgd")  # above 1 it is summed up twice
    strength = 2 * config.lr * config.scale
    at_limit = math.isclose(strength, 2 * (1 + m), rel_tol=1e-9)
    if m > 1 or (m == 1 and at_limit) or (strength > 2 * (1 + m) and not at_limit):
        return "grows"  # at the limit without friction -1 is a double root: growth by the same amount at every step
    middle = (1 + m - strength) / 2
    if m == 1 or at_limit:
        return "free"
    if middle * middle < m:
        return "damped"
    if m == 0 and abs(middle) < 1e-9:
        return "one"
    return "creep" if middle > 0 else "zigzag"


def moves(config) -> T:
    """The regime in words. Noise leaves it true of the mean alone, unless everything grows."""
    named = dict(REGIMES)
    if not config.noise or regime(config) == "grows":
        return named[regime(config)]
    if config.start == config.target:
        return T("shaken about the target", "bị rung quanh đích")
    if regime(config) == "one":
        return T("shaken; its mean arrives in one step", "bị rung; trung bình thì một bước là tới")
    line = T("shaken; its mean {moves}", "bị rung; trung bình thì {moves}")
    return line.format(moves=named[regime(config)])


def block(config, error: float = 1.0, speed: float = 0.0) -> tuple[list[float], float]:
    """(SGD's error after each of the steps from one reset to the next, the speed its momentum carries on)."""
    held, errors = 0.0, []
    for _ in range(int(config.reset)):
        held += 2 * config.scale * error
        speed = config.momentum * speed + held
        error -= config.lr * speed
        errors.append(error)
    return errors, speed


def blocks(config) -> str:
    """The regime of SGD that resets every few steps: by the larger root of the map from one reset to the next."""
    (first, a), (second, b) = block(config), block(config, 0.0, 1.0)
    half, product = (first[-1] + b) / 2, first[-1] * b - second[-1] * a
    root = half * half - product
    largest = abs(half) + math.sqrt(root) if root >= 0 else math.sqrt(product)
    if math.isclose(largest, 1, rel_tol=1e-9):
        return "free"
    if largest > 1:
        return "grows"
    errors, speed, seen = [1.0], 0.0, []
    for _ in range(30):
        errors, speed = block(config, errors[-1], speed)
        seen += errors
    return "damped" if min(seen) < -1e-9 else "creep"


# --- never reset ----------------------------------------------------------------------------------------------------------


def swings(view) -> list[T]:
    """Without resets: what SGD does, what has become of Adam and AdamW, and what those who reset are worth beside them."""
    config = view.config
    if unmoved(config):
        return [
            T(
                "Without a gradient there is nothing to sum up: to see what a forgotten reset does, move the start away from the "
                "target.",
                "Không có gradient thì không có gì để cộng dồn: muốn thấy quên đặt lại gây ra gì, hãy dời điểm xuất phát khỏi đích.",
            )
        ]
    said = [pendulum(view)] if forgets(config, "sgd") else []
    return said + adams(view) + careful(view)


def pendulum(view) -> T:
    """SGD that never resets."""
    config = view.config
    parts = thirds(view)["sgd"]
    low, high = parts[2] if config.noise else (min(low for low, _ in parts), max(high for _, high in parts))
    facts = {
        "low": number(low),
        "high": number(high),
        "n": config.steps,
        "period": number(view.main.final("period_sgd")),
        "law": number(view.main.facts["period"]),
    }
    if regime(config) == "grows":
        return growing(view)
    if math.isnan(view.main.final("period_sgd")):
        return T(
            "SGD has had too few swings to measure: by the formula one takes {law} steps, and the race has {n:,}.",
            "SGD dao động chưa đủ để đo: theo công thức một chu kỳ mất {law} bước, mà cuộc đua chỉ có {n:,} bước.",
        ).format(**facts)
    if config.noise:
        return T(
            "SGD swings, in the last third of the steps between w = {low} and w = {high}; one swing takes {period} steps on "
            "average (the formula, without noise: {law}).",
            "SGD dao động, trong một phần ba cuối của cuộc đua giữa w = {low} và w = {high}; một chu kỳ trung bình mất {period} "
            "bước (công thức, khi không nhiễu: {law}).",
        ).format(**facts)
    return T(
        "SGD swings for ever, between w = {low} and w = {high}; one swing takes {period} steps (the formula: {law}).",
        "SGD dao động mãi giữa w = {low} và w = {high}; một chu kỳ mất {period} bước (công thức: {law}).",
    ).format(**facts)


def growing(view) -> T:
    """A swing that grows: summed up twice, past lr c = 2, or exactly there."""
    config, step, swing = view.config, exploded(view, "sgd"), view.main.final("swing_sgd")
    now = T("by now {swing} from the target", "giờ cách đích tới {swing}").format(swing=number(swing))
    if step is not None:
        now = T("a million at step {n}", "một triệu ở bước {n}").format(n=step)
    if config.momentum and step is None and swing < 1.1 * abs(config.start - config.target):
        return T(
            "SGD's swing grows slowly at first: in the last {n} steps SGD was at most {swing} from the target.",
            "Lúc đầu biên độ của SGD lớn chậm: trong {n} bước cuối, SGD cách đích nhiều nhất {swing}.",
        ).format(n=min(one_parameter.WINDOW, config.steps), swing=number(swing))
    if config.momentum:
        return T(
            "SGD's swing grows without end: {now}.",
            "Biên độ của SGD lớn mãi không dừng: {now}.",
        ).format(now=now)
    if math.isclose(config.lr * config.scale, 2, rel_tol=1e-9):
        return T(
            "At lr·c = 2, the very limit, SGD swings wider and wider: {now}.",
            "Tại đúng giới hạn lr·c = 2, SGD dao động ngày càng rộng: {now}.",
        ).format(now=now)
    return T(
        "SGD explodes: past lr·c = 2 even a swing without friction cannot hold together ({now}).",
        "SGD nổ tung: quá lr·c = 2 thì dao động không ma sát cũng không giữ được nữa ({now}).",
    ).format(now=now)


def adams(view) -> list[T]:
    """What has become of Adam and AdamW where they never reset; those of whom there is nothing else to say stand last."""
    parts, said, restless = thirds(view), [], []
    for name in [n for n in ("adam", "adamw") if forgets(view.config, n)]:
        line = fate(view, name, parts[name])
        if line is None:
            restless.append(same("{name} {last}").format(name=NAMES[name], last=number(furthest(view, parts[name][2]))))
        else:
            said.append(line)
    if restless:
        said.append(
            T(
                "Not settled, by the largest distance in the last third of the steps: {names}.",
                "Chưa lắng, tính theo khoảng cách lớn nhất trong một phần ba cuối của cuộc đua: {names}.",
            ).format(names=joined(restless))
        )
    return said


def fate(view, name: str, parts: list[tuple[float, float]]) -> T | None:
    """Exploded, home, standing still, wide or nearer, by its lowest and highest weight in each third; else None."""
    config, arrived = view.config, view.main.final(f"arrived_{name}")
    started, (low, high), last = abs(config.start - config.target), parts[2], furthest(view, parts[2])
    facts = {"name": NAMES[name], "low": number(low), "high": number(high), "last": number(last)}
    if exploded(view, name) is not None:
        return same("{name} {where}.").format(name=NAMES[name], where=where(view, name))
    if started and not math.isnan(arrived):
        line = T("{name} arrives all the same, at step {n}.", "{name} vẫn đến nơi, ở bước {n}.")
        return line.format(name=NAMES[name], n=int(arrived))
    if high - low < STILL * min((config.lr_adam or config.lr) * config.steps / 3, last):
        line = T(
            "{name} all but stands still in the last third of the steps: at w = {w}, {away} from the target.",
            "{name} gần như đứng yên trong một phần ba cuối của cuộc đua: tại w = {w}, cách đích {away}.",
        )
        weight, away = (view.main.final(f"{what}_{name}") for what in ("weight", "error"))
        return line.format(name=NAMES[name], w=number(weight), away=number(away))
    if not started:
        return None  # where noise has moved it from the target is told before anything else
    if last > WIDE * started:
        return wide(view, parts).format(**facts, ratio=number(last / started))
    if last < started / 2:
        return T(
            "{name} is nearer than at the start: at most {last} from the target in the last third of the steps.",
            "{name} gần hơn lúc đầu: trong một phần ba cuối của cuộc đua cách đích nhiều nhất {last}.",
        ).format(**facts)
    return None


def wide(view, parts: list[tuple[float, float]]) -> T:
    """How it moves so far out: about the target, wider from third to third or not; or on one side of it alone."""
    first, middle, last = (furthest(view, part) for part in parts)
    if not parts[2][0] < view.config.target < parts[2][1]:
        return T(
            "{name} keeps to one side of the target in the last third of the steps: between w = {low} and w = {high}, up to "
            "{last} away, {ratio} times the distance it started with.",
            "{name} chỉ ở một bên đích trong một phần ba cuối của cuộc đua: giữa w = {low} và w = {high}, cách đích tới {last}, "
            "gấp {ratio} lần khoảng cách ban đầu.",
        )
    if last > 1.02 * middle and middle > 1.02 * first:
        return T(
            "{name} swings wider and wider: in the last third of the steps between w = {low} and w = {high}, up to {last} from "
            "the target, {ratio} times the distance it started with.",
            "{name} dao động ngày càng rộng: trong một phần ba cuối của cuộc đua giữa w = {low} và w = {high}, cách đích tới "
            "{last}, gấp {ratio} lần khoảng cách ban đầu.",
        )
    return T(
        "{name} swings wide: in the last third of the steps between w = {low} and w = {high}, up to {last} from the target, "
        "{ratio} times the distance it started with.",
        "{name} dao động rộng: trong một phần ba cuối của cuộc đua giữa w = {low} và w = {high}, cách đích tới {last}, gấp {ratio} "
        "lần khoảng cách ban đầu.",
    )


def careful(view) -> list[T]:
    """Those who do reset, judged by where they ended; only who came home beside others who did not looks good."""
    config, parts = view.config, thirds(view)
    error, started = measured(view, "error"), abs(config.start - config.target)
    if not started:
        return []  # where noise has moved them from the target is told before anything else
    careless = [name for name in NAMES if forgets(config, name)]
    resets = [name for name in NAMES if name not in careless]
    home = [name for name in resets if error[name] <= started / GOOD and exploded(view, name) is None]
    lost = [name for name in careless if exploded(view, name) is not None]
    worse = all(name in lost or furthest(view, parts[name][2]) > started / 3 for name in careless)
    if len(home) == 1 == len(resets) and worse:
        return [
            T(
                "{name} looks good ({error} from the target), but it alone resets its gradient: that is no comparison.",
                "{name} trông ổn (cách đích {error}), nhưng chỉ riêng nó đặt lại gradient: so sánh như vậy không công bằng.",
            ).format(name=NAMES[home[0]], error=number(error[home[0]]))
        ]
    if len(home) == 2 and worse:
        return [
            T(
                "{names} reset their gradient and end {first} and {second} from the target.",
                "{names} vẫn đặt lại gradient: lúc cuối cách đích {first} và {second}.",
            ).format(
                names=joined([NAMES[n] for n in home]), first=number(error[home[0]]), second=number(error[home[1]])
            )
        ]
    return [
        T(
            "{name} resets its gradient at every step and explodes all the same (a million at step {n}).",
            "{name} đặt lại gradient ở mỗi bước mà vẫn nổ tung (một triệu ở bước {n}).",
        ).format(name=NAMES[name], n=exploded(view, name))
        if exploded(view, name) is not None
        else T(
            "{name} resets its gradient at every step and after {n:,} steps is {error} from the target.",
            "{name} đặt lại gradient ở mỗi bước và sau {n:,} bước cách đích {error}.",
        ).format(name=NAMES[name], n=config.steps, error=number(error[name]))
        for name in resets
    ]


# --- a reset every few steps ----------------------------------------------------------------------------------------------


def sums(view) -> list[T]:
    """With a reset every 2, 4 or 8 steps: what that does to SGD's error, and where everybody has ended."""
    config = view.config
    if unmoved(config):
        return swings(view)
    careless = [NAMES[name] for name in NAMES if forgets(config, name)]
    one = len(careless) == 1
    said = [
        T(
            "{names} reset{s} the gradient every {k} steps only: a step is taken with the sum of up to {k} gradients.",
            "{names} cứ {k} bước mới đặt lại gradient: mỗi bước dùng tổng của tới {k} gradient.",
        ).format(names=joined(careless), s="s" if one else "", k=config.reset)
    ]
    if forgets(config, "sgd") and not config.momentum and not config.noise:
        kept, plain = block(config)[0][-1], one_parameter.contraction(config) ** int(config.reset)
        moves = regime(config)
        said.append(
            T(
                "From one reset to the next SGD's error is multiplied by {kept}{so}; with a reset at every step it would be "
                "{plain} over as many steps.",
                "Từ lần đặt lại này đến lần sau, sai số của SGD bị nhân với {kept}{so}; nếu đặt lại ở mỗi bước thì qua ngần ấy "
                "bước hệ số là {plain}.",
            ).format(
                kept=number(kept) if abs(kept) > 1e-9 else "0",
                plain=number(plain) if abs(plain) > 1e-9 else "0",
                so=T(", so it grows", ", nên nó lớn lên")
                if moves == "grows"
                else T(", so it swings for ever", ", nên nó dao động mãi")
                if moves == "free"
                else T("", ""),
            )
        )
    said.append(
        T("After {n:,} steps {places}.", "Sau {n:,} bước: {places}.").format(n=config.steps, places=places(view))
    )
    return said


# --- the numbers beside it ----------------------------------------------------------------------------------------------


def never_readouts(view) -> list[Readout]:
    config, facts, swing, gradient = view.config, view.main.facts, measured(view, "swing"), measured(view, "gradient")
    period, law = view.main.final("period_sgd"), facts["period"]
    if forgets(config, "sgd") and config.reset != "never":
        law = math.nan  # that is the formula of never, or of every step
    free = one_parameter.never(config, "sgd")
    rows = [
        Readout(
            T("one swing of SGD", "một chu kỳ của SGD"),
            T("too few to measure", "quá ít để đo")
            if math.isnan(period)
            else T("{n} steps", "{n} bước").format(n=number(period)),
            T(
                "Mean time between upward crossings of the target.",
                "Thời gian trung bình giữa hai lần đi lên qua đích.",
            ),
        ),
        Readout(
            T("by the formula", "theo công thức"),
            NO_FORMULA if math.isnan(law) else T("{n} steps", "{n} bước").format(n=number(law)),
            same("2π / arccos(1 − lr·c)" if free else "2π / arccos((1 + m − 2·lr·c) / 2√m)"),
        ),
        Readout(
            T("SGD moves like this", "SGD chuyển động kiểu"),
            moves(config),
            T("Never resetting is exactly momentum 1.", "Không bao giờ đặt lại chính là quán tính bằng 1."),
        ),
        Readout(
            T("fastest momentum", "quán tính nhanh nhất"),
            number(facts["critical"]) if not math.isnan(facts["critical"]) else T("none", "không có"),
            T(
                "With resets and this momentum SGD comes home soonest without swinging: (1 − √(2·lr·c))².",
                "Nếu có đặt lại, với quán tính này SGD về đích sớm nhất mà không dao động: (1 − √(2·lr·c))².",
            ),
        ),
    ]
    for name, label in NAMES.items():
        rows.append(
            Readout(
                T(f"{label}: furthest away", f"{label}: xa đích nhất"),
                number(swing[name]) if exploded(view, name) is None else EXPLODED,
                T(
                    "Largest distance from the target in the last 150 steps. Largest gradient held: {g}.",
                    "Khoảng cách lớn nhất tới đích trong 150 bước cuối. Gradient lớn nhất từng giữ: {g}.",
                ).format(g=number(gradient[name])),
            )
        )
    return rows
