"""What lesson 9 says about one value and about several: verdicts, readouts, and the answers to its questions."""

import math

from app import sentences
from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import number
from app.view import View
from core.experiments.loss_path import LAST

RUNAWAY = 10.0  # farther from the target than this many times the start: it runs away
GROWN = 1.5  # and in the second half this many times as far as in the first: a swing of one size does not
STILL = T(
    "Learning rate 0: whatever the slope says, no step is taken.",
    "Tốc độ học 0: độ dốc nói gì cũng mặc, không bước nào được đi.",
)


def said(view) -> list[T]:
    """Refusals and warnings of any arm, each once."""
    lines: list[T] = []
    for a in view.arms:
        found = [("loss_not_finite" if aimless(a) else n.code, n.facts) for n in a.result.notes]
        end = a.result.finished
        if end is not None and end.reason == "failed":
            found.append((end.facts.get("code", "internal"), end.facts))
        for code, facts in found:
            line = sentences.say(code, {k: v for k, v in facts.items() if k != "code"})
            if line not in lines:
                lines.append(line)
    return lines


def aimless(a) -> bool:
    """Whether it never had a direction, which its own sentence says: where it starts its loss is no number, nor the slope.
    Of several values that is seen in the walk alone: the slope is a number where the notes look, and not at every value."""
    codes = {n.code for n in a.result.notes}
    lost = a.result.diverged and len(a.result.metrics["w"]) == 1
    return "loss_not_finite" in codes or ("loss_value_not_finite" in codes and lost)


def runaway(a) -> bool:
    """Whether this arm ended much farther from its target than it began, and went on and on."""
    config, result = a.arm.config, a.result
    if aimless(a):
        return False
    if result.diverged:
        return True
    begin = max(abs(config.start - config.target), config.tolerance)
    if not abs(result.final("w") - config.target) > RUNAWAY * begin:
        return False
    away = [abs(w - config.target) for w in result.metrics["w"].values()]
    half = len(away) // 2
    return max(away[half:]) > GROWN * max(away[:half])


def steeper(a) -> bool:
    """Whether the slope itself has grown on the way."""
    slopes = [abs(s) for s in a.result.metrics["slope"].values() if math.isfinite(s)]
    return bool(slopes) and slopes[-1] > GROWN * slopes[0]


def overshoots(a) -> bool:
    """Whether it jumps across its target (one jump that overflows has, too)."""
    sides = [w > a.arm.config.target for w in a.result.metrics["w"].values()]
    return len(sides) == 1 or len(set(sides)) == 2


def fleeting(a) -> bool:
    """Whether it is within the tolerance only for its last few steps, and its last one was long enough to lead out again soon."""
    *_, before, last = a.result.metrics["w"].values()
    late = a.result.final("arrival") > max(0, a.result.step - LAST)
    return late and abs(last - before) > a.arm.config.tolerance / 2


BEYOND = T(
    "{name}: runs away at once; one or two steps take it beyond the largest number. Try a tenth of the learning rate.",
    "{name}: chạy mất ngay; chỉ một hai bước đã vượt số lớn nhất biểu diễn được. Hãy thử tốc độ học bằng một phần mười.",
)


def path_verdict(view: View) -> list[T]:
    """Who arrives first, who swings, who runs away."""
    lines = said(view)
    moved = [a for a in view.arms if "w" in a.result.metrics]
    if not moved:
        return lines
    config = view.config
    if config.lr == 0:
        return [*lines, STILL]
    for a in moved:
        if runaway(a):
            text = (
                T(
                    "{name}: runs away, w = {w} after {n} steps. Its slope grows with the error, so every step overshoots more. Try a tenth of the learning rate.",
                    "{name}: chạy mất, w = {w} sau {n} bước. Độ dốc của nó lớn theo sai số nên bước nào cũng vọt xa hơn. Hãy thử tốc độ học bằng một phần mười.",
                )
                if steeper(a) and overshoots(a)
                else BEYOND
                if a.result.diverged and a.result.step < 2
                else T(
                    "{name}: walks away from the target, w = {w} after {n} steps, and nothing in its slope turns it round.",
                    "{name}: đi xa dần khỏi đích, w = {w} sau {n} bước, và độ dốc của nó không có gì kéo trọng số quay lại.",
                )
            )
            lines.append(text.format(name=a.arm.name, w=number(a.result.final("w")), n=a.result.step))
    inside = sorted((a for a in moved if a.result.final("arrival") >= 0), key=lambda a: a.result.final("arrival"))
    known = [(int(a.result.final("arrival")), a.arm.name) for a in inside if not fleeting(a)]
    late = [a for a in moved if a.result.final("arrival") < 0 and not runaway(a)]
    if known:
        order = [T("{name} at step {n}", "{name} ở bước {n}").format(name=name, n=step) for step, name in known]
        lines.append(
            T("Arrived to stay: {order}.", "Đến nơi và ở lại: {order}.").format(
                order=T(", ".join(o.en for o in order), ", ".join(o.vi for o in order))
            )
        )
    for a in filter(fleeting, inside):
        lines.append(
            T(
                "{name}: within the tolerance only since step {n}, too early to say that it stays.",
                "{name}: mới vào trong dung sai từ bước {n}, còn quá sớm để nói nó ở lại.",
            ).format(name=a.arm.name, n=int(a.result.final("arrival")))
        )
    if late:
        names = T(", ".join(a.arm.name.en for a in late), ", ".join(a.arm.name.vi for a in late))
        lines.append(
            T("Not within {n} steps: {names}.", "Chưa tới trong {n} bước: {names}.").format(n=config.steps, names=names)
        )
    for a in moved:
        swing = a.result.final("swing")
        if (
            swing > 1e-3 * config.lr
            and not runaway(a)
            and a.arm.label in ("l1", "pinball", "epsilon")
            and config.decay == "none"
            and config.optimizer == "sgd"
        ):
            *_, before, last = a.result.metrics["w"].values()
            reached = before != last and abs(a.result.final("w") - config.target) <= 2 * config.lr + config.tolerance
            if reached and abs(swing - config.lr * push_of(a)) < 0.02 * config.lr:
                lines.append(
                    T(
                        "{name}: never comes to rest; to the end it swings by {s}, its slope times the learning rate.",
                        "{name}: không bao giờ đứng yên; đến cuối nó vẫn dao động {s}, đúng bằng độ dốc nhân tốc độ học.",
                    ).format(name=a.arm.name, s=number(swing))
                )
    return lines


def push_of(a) -> float:
    """The size of the slope away from 0 of the losses that have only one (half of it up, half of it down for pinball)."""
    return 0.5 if a.arm.label == "pinball" else 1.0


def own_verdict(view: View) -> list[T]:
    """The typed loss against L2."""
    lines = path_verdict(view)
    mine, other = view.result("custom").final("arrival"), view.result("l2").final("arrival")
    if mine >= 0 and other >= 0:
        text = (
            T("Yours is there before L2.", "Loss của bạn tới trước L2.")
            if mine < other
            else T(
                "L2 is there first: what is the slope of yours near 0, and far away?",
                "L2 tới trước: độ dốc loss của bạn gần 0 và ở xa thế nào?",
            )
            if mine > other
            else T("Both arrive at the same step.", "Cả hai tới cùng một bước.")
        )
        lines.append(text)
    return lines


def arrival_text(result) -> T:
    steps = result.final("arrival")
    if math.isnan(steps):
        return T("not known", "chưa biết")
    if steps < 0:
        n = result.step
        return T("lost", "mất dấu") if result.diverged else T(f"not within {n} steps", f"chưa tới trong {n} bước")
    return T(f"step {steps:.0f}", f"bước {steps:.0f}")


def path_readouts(view: View) -> list[Readout]:
    rows = []
    for a in view.arms[:4]:
        if "w" not in a.result.metrics:
            continue
        w, swing = a.result.final("w"), a.result.final("swing")
        value = T("{when}, w {w}", "{when}, w {w}").format(when=arrival_text(a.result), w=number(w))
        rows.append(
            Readout(
                a.arm.name,
                value,
                T(
                    "The step from which it stays within the tolerance, and the last weight. Swing of the last ten steps: {s}.",
                    "Bước từ đó nó ở lại trong dung sai, và trọng số cuối. Dao động mười bước cuối: {s}.",
                ).format(
                    s=number(swing)
                    if not math.isnan(swing)
                    else T("none, it was lost before", "không có, nó đã mất dấu trước đó")
                ),
            )
        )
    return rows


# --- several values ---------------------------------------------------------------------------------------------------


UNSETTLED = 0.5  # farther from its resting place than this, in the values' own unit


def settled(a) -> bool:
    """Whether it is where its mean loss is lowest, or lies still on a flat piece: L1 does, between two middle values. Of a
    loss that is no number anywhere nobody can say where that is, and nothing is said against it."""
    w = list(a.result.metrics["w"].values())
    if a.result.diverged:
        return False
    still = len(w) > LAST and max(w[-LAST:]) - min(w[-LAST:]) < 1e-5 * a.arm.config.lr
    return still or not abs(w[-1] - a.result.final("rest")) > UNSETTLED


def unsettled(a) -> T:
    """Of an arm that is not there yet: where it is, and what is wrong with its steps."""
    rest, w = a.result.final("rest"), list(a.result.metrics["w"].values())
    swings = a.result.diverged or len({x > rest for x in w[len(w) // 2 :]}) == 2
    why = T("too short or too few", "quá ngắn hoặc quá ít")
    if swings:
        why = T("too long", "quá dài")
        if a.arm.config.optimizer == "momentum":  # which swings in on its own, too
            why = T("too long or too few", "quá dài hoặc quá ít")
    return T(
        "{name}: not settled, w = {w} after {n} steps. Its steps are {why}.",
        "{name}: chưa yên, w = {w} sau {n} bước. Bước của nó {why}.",
    ).format(name=a.arm.name, w=number(w[-1]), n=a.result.step, why=why)


def clean(rest: float) -> float:
    """A resting place found by looking: what is nearly 0 is 0."""
    return 0.0 if abs(rest) < 1e-9 else rest


def points_verdict(view: View) -> list[T]:
    """What pulls L1 and L2, and whose steps have not brought it there."""
    lines, facts = said(view), view.main.facts
    l1, l2 = view.result("l1"), view.result("l2")
    if math.isnan(l1.final("rest")) or math.isnan(l2.final("rest")) or l1.step == 0:
        return lines
    lines.append(
        T(
            "L2 is drawn to the mean of the values, {m}; L1 to their median, {h}.",
            "L2 bị kéo về trung bình của các giá trị, {m}; L1 về trung vị của chúng, {h}.",
        ).format(m=number(clean(l2.final("rest"))), h=number(facts["median"]))
    )
    values = sorted(facts["values"])
    low, high = values[(len(values) - 1) // 2], values[len(values) // 2]
    if low < high:
        lines.append(
            T(
                "Their number is even: for L1 any place from {low} to {high} is equally good.",
                "Số giá trị là chẵn: với L1, chỗ nào từ {low} đến {high} cũng tốt như nhau.",
            ).format(low=number(low), high=number(high))
        )
    if view.config.lr == 0:
        return [*lines, STILL]
    return lines + [unsettled(a) for a in view.arms if not aimless(a) and "w" in a.result.metrics and not settled(a)]


def points_readouts(view: View) -> list[Readout]:
    rows = []
    for a in view.arms:
        rest, w = a.result.final("rest"), a.result.final("w")
        if not math.isnan(rest):
            value = T("{r}, w now {w}", "{r}, w đang ở {w}").format(r=number(clean(rest)), w=number(w))
            rows.append(
                Readout(
                    a.arm.name,
                    value,
                    T(
                        "Lowest point of its mean loss, and where the steps have brought w.",
                        "Điểm thấp nhất của loss trung bình, và nơi các bước đã đưa w tới.",
                    ),
                )
            )
    return rows


# --- questions --------------------------------------------------------------------------------------------------------


def first(view: View) -> str | None:
    """ "l1", "l2" or "tie": who stayed within the tolerance first; None while both are not in view."""
    a, b = view.result("l1").final("arrival"), view.result("l2").final("arrival")
    if math.isnan(a) or math.isnan(b) or (a < 0 and b < 0):
        return None
    a, b = (math.inf if v < 0 else v for v in (a, b))
    return "l1" if a < b else "l2" if b < a else "tie"


def plain(view: View) -> bool:
    """Whether lr, tolerance, optimizer and decay are the question's."""
    c = view.config
    return (c.lr, c.tolerance, c.optimizer, c.decay) == (0.05, 0.06, "sgd", "none")


def at_distance(low: float, high: float):
    def answer(view):
        return first(view) if plain(view) and low <= abs(view.config.target - view.config.start) <= high else None

    return answer


def race_why(view: View) -> T:
    return T(
        "L1 takes steps of one size and arrives after about distance / lr ({a}); L2 removes the same share of the error each time, so its time grows only with the logarithm of the distance ({b}).",
        "L1 đi những bước bằng nhau, tới sau khoảng (khoảng cách / lr) bước ({a}); L2 mỗi lần bớt đi cùng một phần sai số nên thời gian chỉ tăng theo logarit khoảng cách ({b}).",
    ).format(a=arrival_text(view.result("l1")), b=arrival_text(view.result("l2")))


WHO = (("l1", same("L1")), ("l2", same("L2")), ("tie", T("both at once", "cùng lúc")))
RACE_PREDICTIONS = (
    Prediction(
        "near",
        T(
            "w starts at 2, the target is 3, SGD with lr 0.05. Who comes within 0.06 of the target first, and stays?",
            "w bắt đầu ở 2, đích là 3, SGD với lr 0.05. Ai vào trong khoảng 0.06 quanh đích trước, và ở lại?",
        ),
        at_distance(0.99, 1.01),
        race_why,
        WHO,
    ),
    Prediction(
        "far",
        T(
            "And when the target is 10? (Then set the target to 10 and 200 steps.)",
            "Còn khi đích là 10? (Sau đó hãy đặt đích 10 và 200 bước.)",
        ),
        at_distance(7.9, 8.1),
        race_why,
        WHO,
        decided_by="far",
    ),
)


def ends(view: View) -> str | None:
    """None where the values are others than the question's, and where the steps have not brought both there."""
    facts = view.main.facts
    if facts.get("values") != [2.0, 2.5, 3.0, 3.2, 20.0]:
        return None
    arms = [a for a in view.arms if a.arm.label in ("l1", "l2")]
    if not all(a.result.step and settled(a) for a in arms):
        return None
    l1, l2 = view.result("l1").final("rest"), view.result("l2").final("rest")
    if math.isnan(l1) or math.isnan(l2):
        return None
    near = {True: "median", False: "mean"}
    pick = lambda v: near[abs(v - facts["median"]) < abs(v - facts["mean"])]  # noqa: E731
    return f"{pick(l1)}_{pick(l2)}"


POINTS_PREDICTIONS = (
    Prediction(
        "ends",
        T(
            "Five values: 2, 2.5, 3, 3.2 and 20. One weight has to stand for them all. Where do L1 and L2 put it?",
            "Năm giá trị: 2, 2.5, 3, 3.2 và 20. Một trọng số phải đại diện cho tất cả. L1 và L2 đặt nó ở đâu?",
        ),
        ends,
        lambda view: T(
            "L1 ends at {a}: its slope counts how many values lie on either side, not how far. L2 ends at {b}: its slope adds up the distances.",
            "L1 dừng ở {a}: độ dốc của nó đếm mỗi bên có bao nhiêu giá trị, không kể xa gần. L2 dừng ở {b}: độ dốc của nó cộng các khoảng cách.",
        ).format(a=number(view.result("l1").final("rest")), b=number(view.result("l2").final("rest"))),
        (
            ("median_median", T("both near 3", "cả hai gần 3")),
            ("median_mean", T("L1 near 3, L2 near 6", "L1 gần 3, L2 gần 6")),
            ("mean_median", T("L1 near 6, L2 near 3", "L1 gần 6, L2 gần 3")),
            ("mean_mean", T("both near 6", "cả hai gần 6")),
        ),
    ),
)
