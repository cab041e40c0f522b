"""Lesson 3 in words, the trained part: which map is better, what the decay was worth to a language model."""

import math

from app import sentences
from app.i18n import T
from app.lesson import Readout
from app.theme import number, percent, signed
from core.experiments.decay_map import DECAYS, best_decay
from pages.verdict_03 import NOTHING, clock, clock_readout

# --- the map ---------------------------------------------------------------------------------------------------------


def decades(result, low: float) -> float:
    """By how many decades the best decay moves over the learning rates from `low` on; 0 counts as half the smallest."""
    table = result.table("map")
    if not table:
        return math.nan
    best = [max(wd, DECAYS[1] / 2) for lr, wd in best_decay(table).items() if lr >= low]
    return math.log10(max(best) / min(best)) if best else math.nan


def duels(view) -> tuple[int, int]:
    """(data sets on which Adam + L2's best cell has the lower error than AdamW's best cell, data sets)."""
    errors = {}
    for label in ("adamw", "adam"):
        result = view.result(label)
        t = result.table("seeds")
        if not t:
            return 0, 0
        here = (result.final("best_lr"), result.final("best_wd"))
        errors[label] = {
            seed: value
            for lr, wd, seed, value in zip(t["lr"], t["wd"], t["seed"], t["error"], strict=True)
            if (lr, wd) == here
        }
    wins = sum(errors["adam"][s] < errors["adamw"][s] for s in errors["adam"])
    return wins, len(errors["adam"])


def map_verdict(view):
    a, b = view.result("adamw"), view.result("adam")
    if not view.done or not a.metrics.get("best") or not b.metrics.get("best"):
        return []
    wins, sets = duels(view)
    facts = {
        "a": number(a.final("best")),
        "b": number(b.final("best")),
        "x": f"{decades(a, 0.02):.1f}",
        "y": f"{decades(b, 0.02):.1f}",
        "k": wins,
        "n": sets,
        "z": f"{100 * a.final('broken'):.0f} %" if a.final("broken") >= 0.01 else percent(a.final("broken")),
        "sets": T("one data set", "một bộ dữ liệu")
        if sets == 1
        else T("{n} data sets", "{n} bộ dữ liệu").format(n=sets),
    }
    said = [
        T(
            "Best cells: AdamW {a}, Adam + L2 {b}; on {k} of {sets} Adam + L2 is ahead.",
            "Ô tốt nhất: AdamW {a}, Adam + L2 {b}; Adam + L2 hơn trên {k} trong {sets}.",
        ),
        T(
            "From lr 0.02 to 1 the best decay moves by {x} decades with AdamW and {y} with Adam + L2.",
            "Từ lr 0.02 đến 1, suy giảm tốt nhất dời {x} bậc mười với AdamW và {y} với Adam + L2.",
        ),
    ]
    if a.final("broken"):
        said.append(T("{z} of AdamW's cells diverged: lr·wd above 2.", "{z} số ô của AdamW phân kỳ: lr·wd lớn hơn 2."))
    return [line.format(**facts) for line in said]


def map_readouts(view):
    rows = []
    for a in view.arms:
        r = a.result
        if r.metrics.get("best"):
            rows.append(
                Readout(
                    T("{name}: best at", "{name}: tốt nhất ở").format(name=a.arm.name),
                    f"lr {r.final('best_lr'):.3g}, wd {r.final('best_wd'):.3g}",
                    T("The starred cell.", "Ô có sao."),
                )
            )
            rows.append(
                Readout(
                    T("{name}: cells near it", "{name}: số ô gần bằng").format(name=a.arm.name),
                    f"{100 * r.final('near'):.0f} %",
                    T("Cells within 5 % of its own best.", "Ô kém không quá 5 % so với ô tốt nhất của chính nó."),
                )
            )
    return rows


def map_answer(view):
    a, b = view.result("adamw").final("best"), view.result("adam").final("best")
    if not view.done or math.isnan(a) or math.isnan(b):
        return None
    return "same" if abs(a - b) < 0.05 * min(a, b) else "adamw" if a < b else "adam"


def map_why(view):
    right = T(
        " Here the small gradients belong to small features, and punishing those hardest happens to be right.",
        " Ở đây gradient nhỏ thuộc về đặc trưng nhỏ, và phạt nặng chúng lại tình cờ là đúng.",
    )
    uneven = view.config.spread > 1 and map_answer(view) == "adam"
    return T("Best cells: AdamW {a}, Adam + L2 {b}.{right}", "Ô tốt nhất: AdamW {a}, Adam + L2 {b}.{right}").format(
        right=right if uneven else T("", ""),
        a=number(view.result("adamw").final("best")),
        b=number(view.result("adam").final("best")),
    )


# --- a language model ------------------------------------------------------------------------------------------------

CLOSE = 0.02  # nats: over five seeds a difference of two arms scatters by 0.01


def ends(view) -> dict[str, float]:
    return {a.arm.label: a.result.final("test_loss") for a in view.arms}


def model_verdict(view):
    if not view.done or any(
        math.isnan(v) and not a.result.diverged for v, a in zip(ends(view).values(), view.arms, strict=True)
    ):
        return []
    lost = [a for a in view.arms if a.result.diverged]
    if lost:
        either = T("Lower its learning rate or its decay.", "Hãy giảm tốc độ học hoặc suy giảm.")
        return sentences.any_diverged(lost, either if any(a.arm.config.weight_decay for a in lost) else sentences.TENTH)
    e = ends(view)
    if view.config.lr == 0:
        return [NOTHING]
    uniform = view.references.get("uniform", math.inf)
    if min(e.values()) > uniform:
        return [
            T(
                "All three end worse than guessing every token equally ({uniform} nats/token): the learning rate is far too high or too low to compare them.",
                "Cả ba đều kết thúc tệ hơn đoán đều mọi token ({uniform} nats/token): tốc độ học quá cao hoặc quá thấp nên không so sánh được.",
            ).format(uniform=number(uniform))
        ]
    gain, gap = e["none"] - e["adamw"], e["l2"] - e["adamw"]
    short = view.config.lr * view.config.weight_decay * view.config.steps < 1
    facts = {
        "gain": f"{abs(gain):.2f}" if abs(gain) >= 0.005 else f"{abs(gain):.4f}",
        "gap": f"{abs(gap):.2f}",
        "clock": clock(view.config),
    }
    if view.config.weight_decay == 0:
        said = [
            T(
                "Without decay AdamW is Adam: the two lines are one.",
                "Không suy giảm thì AdamW chính là Adam: hai đường là một.",
            )
        ]
    elif gain > CLOSE:
        said = [
            T(
                "Decay buys {gain} nats/token on unseen text.",
                "Suy giảm mua được {gain} nats/token trên văn bản chưa thấy.",
            )
        ]
    elif gain < -CLOSE:
        said = [
            T(
                "Too much decay: {gain} nats/token worse than none. Its clock is {clock}.",
                "Suy giảm quá nhiều: tệ hơn không có {gain} nats/token. Đồng hồ của nó là {clock}.",
            )
        ]
    else:
        said = [
            T(
                "This decay does next to nothing ({gain} nats/token): its clock is {clock}, the run has fewer.",
                "Mức suy giảm này gần như vô tác dụng ({gain} nats/token): đồng hồ của nó là {clock}, lần chạy ngắn hơn.",
            )
            if short
            else T(
                "This decay does next to nothing ({gain} nats/token), though its clock, {clock}, is no longer than the run.",
                "Mức suy giảm này gần như vô tác dụng ({gain} nats/token), dù đồng hồ của nó, {clock}, không dài hơn lần chạy.",
            )
        ]
    if abs(gap) <= CLOSE:
        said.append(
            T(
                "AdamW and Adam + L2 are as far apart as two seeds.",
                "AdamW và Adam + L2 cách nhau chỉ bằng hai hạt giống.",
            )
        )
    elif gap > 0:
        said.append(
            T("AdamW ends {gap} nats/token below Adam + L2.", "AdamW dừng thấp hơn Adam + L2 {gap} nats/token.")
        )
    else:
        said.append(
            T("Adam + L2 ends {gap} nats/token below AdamW.", "Adam + L2 dừng thấp hơn AdamW {gap} nats/token.")
        )
    return [line.format(**facts) for line in said]


def model_readouts(view):
    rows = [clock_readout(view.config, T("How many steps back AdamW remembers.", "AdamW nhớ ngược bao nhiêu bước."))]
    for a in view.arms:
        value = a.result.final("test_loss")
        if math.isfinite(value):
            above = value - a.result.final("text_loss")
            help = T("Test loss, nats/token.", "Loss kiểm thử, nats/token.")
            if above >= 0:
                help = T(
                    "Test loss, nats/token. It is {g} above the loss on its own text.",
                    "Loss kiểm thử, nats/token. Cao hơn loss trên chính văn bản của nó {g}.",
                ).format(g=f"{above:.2f}")
            elif above < 0:
                help = T(
                    "Test loss, nats/token. Against the loss on its own text: {g}.",
                    "Loss kiểm thử, nats/token. So với loss trên chính văn bản của nó: {g}.",
                ).format(g=signed(above))
            rows.append(Readout(a.arm.name, f"{value:.3f}", help))
    return rows


def model_answer(view):
    """None where the knobs say other decays than the answers do, where nothing was learned, or two runs tie."""
    e = ends(view)
    if not view.done or not all(math.isfinite(v) for v in e.values()):
        return None
    if any(a.result.diverged for a in view.arms):
        return None
    asked = math.isclose(view.config.weight_decay, 0.2) and math.isclose(float(view.values.get("l2", 3e-5)), 3e-5)
    first, second, *_ = sorted(e.values())
    if not asked or second - first < CLOSE or first > view.references.get("uniform", math.inf):
        return None
    return min(e, key=e.get)


def model_why(view):
    e = ends(view)
    return T(
        "Test losses: AdamW {a}, Adam + L2 {b}, no decay {c} nats/token. Same batches, same start.",
        "Loss kiểm thử: AdamW {a}, Adam + L2 {b}, không suy giảm {c} nats/token. Cùng các lô, cùng điểm xuất phát.",
    ).format(a=f"{e.get('adamw', math.nan):.3f}", b=f"{e.get('l2', math.nan):.3f}", c=f"{e.get('none', math.nan):.3f}")
