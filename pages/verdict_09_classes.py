"""What lesson 9 says about ten logits and about the language model: verdicts, readouts and answers."""

import math

from app import sentences
from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import knob, number
from app.view import View
from pages.figures_09_classes import judged
from pages.verdict_09 import STILL, said

# --- ten logits -------------------------------------------------------------------------------------------------------

STUCK = 0.1  # still less sure of the right class than a guess among ten


def logits_verdict(view: View) -> list[T]:
    lines = said(view)
    raw = view.result("raw")
    if view.config.lr == 0 and any("loss" in a.result.metrics for a in view.arms):
        return [*lines, STILL]
    if "loss" in raw.metrics:
        (before, high), (last, low) = list(raw.metrics["loss"].items())[-2:]
        lines.append(
            T(
                "NLL on raw logits went from {a} to {b} and is still falling, {d} a step: it has no bottom. A negative loss here means that log_softmax was forgotten.",
                "NLL trên logits thô đi từ {a} xuống {b} và vẫn giảm {d} mỗi bước: nó không có đáy. Loss âm ở đây nghĩa là quên log_softmax.",
            ).format(
                a=number(raw.at("loss", 0)),
                b=number(raw.final("loss")),
                d=number((high - low) / (last - before)),
            )
        )
    for a in view.arms:
        if a.arm.label != "raw" and "push" in a.result.metrics and a.result.final("p") < STUCK:
            text = T(
                "{name}: hardly moved, P(right) = {p}. At the start its slope has length {g}",
                "{name}: gần như đứng yên, P(đúng) = {p}. Lúc đầu độ dốc của nó dài {g}",
            )
            if a.result.final("p") > 2 * a.result.at("p", 0):  # on its way, but not there
                text = T(
                    "{name}: not there yet, P(right) = {p}. At the start its slope has length {g}",
                    "{name}: chưa tới nơi, P(đúng) = {p}. Lúc đầu độ dốc của nó dài {g}",
                )
            against = T(", that of cross-entropy {c}.", ", của entropy chéo là {c}.")
            if a.arm.label == "ce" or "push" not in view.result("ce").metrics:
                against = same(".")
            lines.append(
                T(text.en + against.en, text.vi + against.vi).format(
                    name=a.arm.name,
                    p=number(a.result.final("p")),
                    g=number(a.result.at("push", 0)),
                    c=number(view.result("ce").at("push", 0)),
                )
            )
    ce, smooth = view.result("ce"), view.result("smoothing")
    others = [view.result(name) for name in ("nll", "twice")]
    if "loss" in ce.metrics and all("loss" in other.metrics for other in others):
        gap = max(abs(o.metrics["loss"][s] - v) for o in others for s, v in ce.metrics["loss"].items())
        lines.append(
            T(
                "Cross-entropy, NLL(log_softmax) and CE(log_softmax) are one loss: over all steps they differ by at most {gap}.",
                "Entropy chéo, NLL(log_softmax) và CE(log_softmax) là một: qua mọi bước chúng lệch nhau nhiều nhất {gap}.",
            ).format(gap=number(gap))
        )
    if "loss" in ce.metrics and "loss" in smooth.metrics and smooth.final("p") > STUCK:
        lines.append(
            T(
                "Cross-entropy is at P(right) = {c}, label smoothing at {s}: it asks for no more than 1 − ε + ε/V.",
                "Entropy chéo đạt P(đúng) = {c}, làm mềm nhãn đạt {s}: nó chỉ đòi tới 1 − ε + ε/V.",
            ).format(c=number(ce.final("p")), s=number(smooth.final("p")))
        )
    return lines


def logits_readouts(view: View) -> list[Readout]:
    rows = []
    for a in view.arms:
        if a.result.metrics.get("loss"):
            value = T("{v} · P {p}", "{v} · P {p}").format(
                v=number(a.result.final("loss")), p=number(a.result.final("p"))
            )
            rows.append(
                Readout(
                    a.arm.name,
                    value,
                    T(
                        "Its own loss at the end, and the probability of the right class.",
                        "Loss của chính nó lúc cuối, và xác suất của lớp đúng.",
                    ),
                )
            )
    return rows


# --- the language model -----------------------------------------------------------------------------------------------

LEARNT = 0.05  # nats/token: a test loss that has come down by less shows no learning
LEVEL = 0.03  # nats/token: two plain test losses that are nearer are about equal
TIED = 0.002  # share of a loss: of two that differ by less, neither wins
MODEST = 0.02  # confidence this far below accuracy
METRIC = {"ce": "test_loss", "smoothing": "own_smoothing", "focal": "own_focal", "squares": "own_squares"}


def model_verdict(view: View) -> list[T]:
    """Who is best on the plain loss; who wins and who loses on its own loss; who is too modest or too sure."""
    lines = said(view)
    if not view.done:
        return lines
    lines += sentences.any_diverged(view.arms)
    ended = [a for a in view.arms if not a.result.diverged]
    if len(ended) < 2:
        return lines
    if all(a.result.final("test_loss") > a.result.at("test_loss", 0) - LEARNT for a in ended):
        return [
            *lines,
            T(
                "None of these models has learned anything yet, so nothing here speaks for or against a loss. Try other steps or another learning rate.",
                "Chưa mô hình nào ở đây học được gì, nên chưa thể khen chê loss nào. Hãy thử số bước hoặc tốc độ học khác.",
            ),
        ]
    return [*lines, *lowest(ended), *own_losses(ended), *modest(ended)]


def names(arms) -> T:
    return T(*(", ".join(a.arm.name(lang) for a in arms) for lang in ("en", "vi")))


def lowest(ended) -> list[T]:
    """Whose plain test loss is lowest, and who is about level with it."""
    best = min(ended, key=lambda a: a.result.final("test_loss"))
    low = best.result.final("test_loss")
    lines = [
        T(
            "Lowest plain test loss: {name}, {v} nats/token.", "Loss kiểm thử thường thấp nhất: {name}, {v} nats/token."
        ).format(name=best.arm.name, v=number(low))
    ]
    level = [a for a in ended if a is not best and a.result.final("test_loss") - low < LEVEL]
    if level:
        lines.append(
            T("Within {by} of it, about equal: {n}.", "Cách nó dưới {by}, coi như bằng nhau: {n}.").format(
                by=f"{LEVEL:g}", n=names(level)
            )
        )
    return lines


def own_losses(ended) -> list[T]:
    """Who wins, who loses and who is level on the loss it was trained on."""
    found = {"won": [], "lost": [], "level": []}
    for a in ended:
        metric, config = METRIC.get(a.arm.label), a.arm.config
        # at ε = 0 and at γ = 0 the loss is cross-entropy itself: no contest
        if not metric or a.arm.label == "ce" or 0 in (config.smoothing, config.gamma):
            continue
        rivals = [judged(b, metric, config) for b in ended if b is not a]
        rivals = [value for value in rivals if math.isfinite(value)]
        if rivals:
            least, value = min(rivals), a.result.final(metric)
            close = abs(value - least) <= TIED * least
            found["level" if close else "won" if value < least else "lost"].append(a)
    texts = {
        "won": T("Best on its own loss: {n}.", "Tốt nhất ở chính loss của mình: {n}."),
        "lost": T("Beaten even on its own loss: {n}.", "Thua ngay cả ở loss của chính mình: {n}."),
        "level": T("Level with the best on its own loss: {n}.", "Ngang với tốt nhất ở chính loss của mình: {n}."),
    }
    return [texts[how].format(n=names(arms)) for how, arms in found.items() if arms]


def modest(ended) -> list[T]:
    """Who is less sure than it is right. Where cross-entropy is so too, that is no loss's doing: it has learned too little."""
    shy = [a for a in ended if a.result.final("confidence") - a.result.final("accuracy") < -MODEST]
    text = T(
        "{name}: too modest, {c} % sure on average, right in {r} %.",
        "{name}: quá khiêm tốn, trung bình chắc {c} %, đúng {r} %.",
    )
    if any(a.arm.label == "ce" for a in shy):
        shy = [a for a in shy if a.arm.label == "ce"]
        text = T(
            "Even {name} is still too modest, {c} % sure on average, right in {r} %: too early to blame another loss for that.",
            "Ngay cả {name} cũng còn quá khiêm tốn, trung bình chắc {c} %, đúng {r} %: còn quá sớm để đổ cho loss khác.",
        )
    return [
        text.format(
            name=a.arm.name,
            c=f"{100 * a.result.final('confidence'):.{1 if a.result.final('confidence') < 0.01 else 0}f}",
            r=f"{100 * a.result.final('accuracy'):.0f}",
        )
        for a in shy
    ]


def model_readouts(view: View) -> list[Readout]:
    rows = []
    for a in view.arms:
        if math.isfinite(a.result.final("test_loss")):
            value = T("{v} · letters {n}", "{v} · số chữ {n}").format(
                v=f"{a.result.final('test_loss'):.3f}", n=f"{a.result.final('letters'):.2f}"
            )
            rows.append(
                Readout(
                    a.arm.name,
                    value,
                    T(
                        "Plain test loss (nats/token), and the letters it expects of a token.",
                        "Loss kiểm thử thường (nats/token), và số chữ kỳ vọng của một token.",
                    ),
                )
            )
    return rows


def bottom(view: View) -> str | None:
    """None where so few or short steps have not brought it below 0 yet: that says nothing of where it goes."""
    raw = view.result("raw")
    return "below" if raw.final("loss") < min(0, raw.at("loss", 0)) - 0.5 else None


LOGITS_PREDICTIONS = (
    Prediction(
        "bottom",
        T(
            "Somebody forgets log_softmax and gives the raw logits to NLL. What does the loss do in 200 steps?",
            "Ai đó quên log_softmax và đưa thẳng logits vào NLL. Loss làm gì trong 200 bước?",
        ),
        bottom,
        lambda view: T(
            "It ends at {v}. −z of the right class falls for as long as z may grow, and nothing holds it: the other logits are not even asked.",
            "Nó kết thúc ở {v}. −z của lớp đúng giảm chừng nào z còn lớn được, và không gì giữ nó: các logit khác còn chẳng được hỏi tới.",
        ).format(v=number(view.result("raw").final("loss"))),
        (
            ("zero", T("falls to 0", "giảm về 0")),
            ("chance", T("stays above 0", "ở trên 0")),
            ("below", T("falls below 0, without end", "xuống dưới 0, không dừng")),
        ),
    ),
)


def share_smoothed(view: View) -> float:
    return next((a.arm.config.smoothing for a in view.arms if a.arm.label == "smoothing"), math.nan)


def smooth_why(view: View) -> T:
    text = T("Cross-entropy {a}, smoothing {b} nats/token", "Entropy chéo {a}, làm mềm {b} nats/token")
    if smoother(view) == "worse":
        more = T(
            ": what you minimise is what you get, and smoothing asks for {e} % of the probability on tokens that never come.",
            ": giảm cái gì thì được cái đó, mà làm mềm đòi đặt {e} % xác suất lên những token không bao giờ đến.",
        )
    else:
        more = T(
            ", after {n} steps at learning rate {lr}. Smoothing asks for {e} % of the probability on tokens that never come; its price shows once the model is sure.",
            ", sau {n} bước với tốc độ học {lr}. Làm mềm đòi đặt {e} % xác suất lên những token không bao giờ đến; cái giá ấy lộ ra khi mô hình đã chắc.",
        )
    return T(text.en + more.en, text.vi + more.vi).format(
        a=f"{view.result('ce').final('test_loss'):.3f}",
        b=f"{view.result('smoothing').final('test_loss'):.3f}",
        e=knob(100 * share_smoothed(view)),
        n=view.config.steps,
        lr=knob(view.config.lr),
    )


def smoother(view: View) -> str | None:
    """None where another share than a tenth is smoothed, and where either run has diverged or neither has learned."""
    a, b = view.result("ce"), view.result("smoothing")
    if not view.done or a.diverged or b.diverged or not a.finished or not b.finished:
        return None
    learnt = any(r.final("test_loss") < r.at("test_loss", 0) - LEARNT for r in (a, b))
    if not learnt or not math.isclose(share_smoothed(view), 0.1):
        return None
    gap = b.final("test_loss") - a.final("test_loss")
    return "worse" if gap > 0.03 else "better" if gap < -0.03 else "same"


MODEL_PREDICTIONS = (
    Prediction(
        "smooth",
        T(
            "One model is trained with plain cross-entropy, one with a tenth of every label smoothed over all tokens. Whose plain test loss is lower?",
            "Một mô hình học với entropy chéo thường, một mô hình với một phần mười mỗi nhãn rải đều cho mọi token. Loss kiểm thử thường của ai thấp hơn?",
        ),
        smoother,
        smooth_why,
        (
            ("worse", T("cross-entropy's", "của entropy chéo")),
            ("better", T("label smoothing's", "của làm mềm nhãn")),
            ("same", T("about equal", "gần bằng nhau")),
        ),
    ),
)
