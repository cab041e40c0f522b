"""What lesson 20's numbers say in words: rules on the runs, and the answers to its predictions."""

import math

from app import sentences
from app.i18n import T, same
from app.lesson import Readout
from app.theme import number, percent, whole
from core import training_options
from pages.figures_20 import at_seconds, common_seconds

EQUAL = 0.03  # nats/token: closer than this, two recipes are called level


# --- the race --------------------------------------------------------------------------------------------------------


def standing(view, by: str = "seconds") -> list[tuple[str, T, float]]:
    """[(label, name, test loss)] of the arms, best first: after the same seconds, or at the end of the steps."""
    if not view.done:
        return []
    seconds = common_seconds(view)
    found = []
    for a in view.arms:
        loss = at_seconds(a.result, seconds) if by == "seconds" else a.result.final("test_loss")
        found.append((a.arm.label, a.arm.name, math.inf if math.isnan(loss) else loss))
    return sorted(found, key=lambda row: row[2])


def turned(time, steps) -> bool:
    """Whether two recipes stand the other way round by steps, in both orders further apart than what is called level."""
    by_time, by_steps = ({label: loss for label, _, loss in rows} for rows in (time, steps))
    return any(
        by_time[a] + EQUAL <= by_time[b] and by_steps[b] + EQUAL <= by_steps[a]
        for a in by_time
        for b in by_time
        if a != b
    )


SPENT = T(
    "The seconds until then are spent all the same. Try a tenth of the learning rate.",
    "Số giây đã tốn vẫn là đã tốn. Hãy thử tốc độ học bằng một phần mười.",
)


ADDED_UP = T(
    "The losses of {k} micro-batches were added up: every step is {k} times as long. Turn on “divide by their number”.",
    "Loss của {k} lô nhỏ bị cộng dồn: mỗi bước dài gấp {k} lần. Hãy bật “chia cho số lô nhỏ”.",
)


def race(view) -> list[T]:
    c = view.config  # AdamW and clipping hide the slip: then it is not what made the run fall
    k = training_options.micro_batches(training_options.of(c))
    slipped = k > 1 and not c.divide and c.optimizer == "sgd" and not c.clip
    if fallen := sentences.any_diverged(view.arms, ADDED_UP.format(k=k) if slipped else SPENT):
        return fallen
    time, steps = standing(view), standing(view, "steps")
    if len(time) < 2 or not all(math.isfinite(loss) for *_, loss in (*time, *steps)):
        return []

    def listed(rows):
        def join(pick):
            return ", ".join(f"{pick(name)} {loss:.2f}" for _, name, loss in rows)

        return T(join(lambda n: n.en), join(lambda n: n.vi))

    said = [
        T("After the same {s} s of training: {order}.", "Sau cùng {s} giây huấn luyện: {order}.").format(
            s=f"{common_seconds(view):.1f}", order=listed(time)
        )
    ]
    if abs(time[0][2] - time[1][2]) < EQUAL:
        said.append(
            T(
                "The first two are closer than {d} nats: one run does not tell them apart.",
                "Hai công thức đầu cách nhau chưa tới {d} nats: một lần chạy không phân biệt được.",
            ).format(d=EQUAL)
        )
    if turned(time, steps):
        said.append(
            T(
                "By steps the order is another: {order}. What costs more for each step must also learn more from it.",
                "Theo bước thì thứ tự khác: {order}. Cái gì tốn hơn mỗi bước thì cũng phải học được nhiều hơn từ bước đó.",
            ).format(order=listed(steps))
        )
    stored = [a.arm.name for a in view.arms if a.source == "stored"]
    if len(stored) == len(view.arms):
        said.append(
            T(
                "These seconds were measured on the machine that made the stored runs: train them here to see yours.",
                "Số giây này đo trên máy đã làm các lần chạy có sẵn: hãy huấn luyện ở đây để thấy của máy bạn.",
            )
        )
    elif stored:
        said.append(
            T(
                "Some of these seconds are not from here but from the machine that made the stored runs ({names}): only the order by steps can be trusted.",
                "Một phần số giây này không đo ở đây mà trên máy đã làm các lần chạy có sẵn ({names}): chỉ thứ tự theo bước là đáng tin.",
            ).format(names=T(", ".join(n.en for n in stored), ", ".join(n.vi for n in stored)))
        )
    return said


def race_readouts(view) -> list[Readout]:
    result = view.result("yours")
    facts = result.facts
    rows = []
    if result.finished is None or math.isnan(result.final("step_ms")):
        return rows
    rate, base = result.final("tokens_per_second"), view.result("baseline")
    rows.append(
        Readout(
            T("your step", "bước của bạn"),
            f"{number(result.final('step_ms'))} ms",
            T("Median, tests left out.", "Trung vị, không tính kiểm thử."),
        )
    )
    rows.append(
        Readout(
            T("your speed", "tốc độ của bạn"),
            T("{r} tokens/s", "{r} token/giây").format(r=f"{rate:,.0f}"),
            T("Tokens of a batch over the time of a step.", "Số token của lô chia cho thời gian một bước."),
        )
    )
    if not math.isnan(base.final("tokens_per_second")):
        rows.append(
            Readout(
                T("against the baseline", "so với mốc"),
                T("{s} × speed, {m} × memory", "{s} × tốc độ, {m} × bộ nhớ").format(
                    s=f"{rate / base.final('tokens_per_second'):.2f}",
                    m=f"{result.final('peak_bytes') / base.final('peak_bytes'):.2f}",
                ),
                T("Tokens per second, and peak memory of a step.", "Token mỗi giây, và bộ nhớ đỉnh của một bước."),
            )
        )
    rows.append(
        Readout(
            T("10⁹ tokens would take", "10⁹ token sẽ mất"),
            T("{h} hours", "{h} giờ").format(h=number(1e9 / rate / 3600)),
            T("At this speed, without tests.", "Với tốc độ này, không tính kiểm thử."),
        )
    )
    rows.append(
        Readout(
            same("MFU"),
            whole(result.final("mfu")),
            T(
                "Operations the model needs, over what one matrix product of 768 × 768 reached here just before: {p} GFLOP/s.",
                "Phép tính mô hình cần, chia cho mức một phép nhân ma trận 768 × 768 đạt được ngay trước đó: {p} GFLOP/s.",
            ).format(p=f"{facts.get('peak_flops', 0) / 1e9:,.0f}"),
        )
    )
    rows.append(
        Readout(
            T("kept for the backward pass", "giữ cho lượt lùi"),
            f"{result.final('saved_bytes') / 1e6:.1f} MB",
            T(
                "Every tensor autograd keeps after the forward pass, weights left out.",
                "Mọi tensor autograd giữ sau lượt tiến, không kể trọng số.",
            ),
        )
    )
    rows.append(
        Readout(
            T("optimizer's memory", "bộ nhớ của thuật toán tối ưu"),
            f"{result.final('optimizer_bytes') / 1e6:.2f} MB",
            T("Moments and momentum.", "Các moment và quán tính."),
        )
    )
    if view.config.clip:
        rows.append(
            Readout(
                T("steps clipped", "số bước bị cắt"),
                whole(result.final("clipped")),
                T("Steps whose gradient was longer than the norm.", "Số bước có gradient dài hơn ngưỡng."),
            )
        )
    return rows


QUESTIONED = ("baseline", "yours", "everything")


def order_answer(view):
    """The order after the same time, of the recipes the question names."""
    from pages.recipes_20 import ADVISED

    asked = all(getattr(view.config, name) == value for name, value in ADVISED.items()) and view.config.batch == 16
    rows = standing(view)
    if not asked or {label for label, *_ in rows} != set(QUESTIONED) or not math.isfinite(rows[-1][2]):
        return None
    return ",".join(label for label, *_ in rows)


def order_why(view) -> T:
    losses = {label: loss for label, _, loss in standing(view)}
    modern, base, tuned = (losses.get(label, math.nan) for label in ("everything", "baseline", "yours"))
    said = [
        T(
            "Losses {modern} (everything on), {base} (rate held), {tuned} (warm-up and cosine).",
            "Loss {modern} (bật tất cả), {base} (giữ nguyên), {tuned} (khởi động dần và cosine).",
        ).format(modern=number(modern), base=number(base), tuned=number(tuned))
    ]
    if base + EQUAL <= tuned:
        said.append(
            T(
                "At this rate and so few steps the schedule only takes learning away.",
                "Với tốc độ này và ít bước như thế, lịch chỉ lấy bớt việc học.",
            )
        )
    if modern + EQUAL <= min(base, tuned):
        said.append(
            T(
                "Everything on pays more for each step, and learns far more from it.",
                "Bật tất cả trả giá hơn cho mỗi bước, và học được nhiều hơn hẳn từ đó.",
            )
        )
    return T(" ".join(t.en for t in said), " ".join(t.vi for t in said))


# --- the budget ------------------------------------------------------------------------------------------------------


def long(days: float) -> T:
    """A stretch of time in the unit people would use."""
    if days >= 1:
        return T("{n} days", "{n} ngày").format(n=number(days))
    if days * 24 >= 2:
        return T("{n} hours", "{n} giờ").format(n=number(days * 24))
    if days * 1440 < 2:
        return T("{n} seconds", "{n} giây").format(n=number(days * 86_400))
    return T("{n} minutes", "{n} phút").format(n=number(days * 1440))


def millions(count: float) -> T:
    """124 million, 1.56 billion."""
    if count >= 1e9:
        return T("{n} billion", "{n} tỷ").format(n=number(count / 1e9))
    return T("{n} million", "{n} triệu").format(n=number(count / 1e6))


def budget(view) -> list[T]:
    r = view.main
    model = sum(r.final(f"bytes_{n}") for n in ("weights", "gradients", "optimizer"))
    return [
        T(
            "{n} parameters. Weights, gradients and optimizer take {m} GB before the first activation; the whole step {t} GB.",
            "{n} tham số. Trọng số, gradient và thuật toán tối ưu chiếm {m} GB trước kích hoạt đầu tiên; cả bước {t} GB.",
        ).format(n=millions(r.final("parameters")), m=number(model / 1e9), t=number(r.final("bytes") / 1e9)),
        T(
            "{s} ms saved in each of {k} steps are {d}.",
            "Tiết kiệm {s} ms mỗi bước trong {k} bước là {d}.",
        ).format(s=number(view.config.saved_ms), k=f"{view.config.updates:,.0f}", d=long(r.final("saved_days"))),
    ]


# the processor's "peak" is one product by NumPy, timed in passing: no maker's figure that nothing can exceed
PASSING = T(
    "Held against one float32 product that NumPy reached here just now; PyTorch may well be faster.",
    "So với mức một phép nhân float32 của NumPy vừa đạt ở đây; PyTorch có thể nhanh hơn.",
)


def budget_readouts(view) -> list[Readout]:
    r = view.main
    here = view.config.hardware == "cpu"
    return [
        Readout(
            T("operations per token", "phép tính mỗi token"),
            f"{r.final('flops') / 1e6:,.0f} · 10⁶"
            if r.final("flops") >= 1e7
            else f"{number(r.final('flops') / 1e6)} · 10⁶",
            T(
                "Forward and backward; attention counted in full, of which the causal half would do.",
                "Lượt tới và lùi; attention tính đủ, dù nửa nhân quả là đủ dùng.",
            ),
        ),
        Readout(
            same("MFU"),
            percent(r.final("mfu")),
            PASSING
            if here
            else (
                T("Share of {c}'s peak that your speed uses.", "Phần đỉnh của {c} mà tốc độ của bạn dùng tới.")
                if r.final("mfu") <= 1
                else T(
                    "More than {c}'s peak: one such device does not reach this speed.",
                    "Vượt đỉnh của {c}: một thiết bị như vậy không đạt tốc độ này.",
                )
            ).format(c=r.facts.get("chip", "–")),
        ),
        Readout(
            T("speed at MFU 100 %", "tốc độ khi MFU 100 %"),
            T("{r} tokens/s", "{r} token/giây").format(r=number(r.final("ceiling"))),
            PASSING if here else T("Nothing goes faster on it.", "Trên đó không gì nhanh hơn được."),
        ),
        Readout(
            T("10⁹ tokens would take", "10⁹ token sẽ mất"),
            T("{h} hours", "{h} giờ").format(h=number(r.final("billion_hours"))),
            T("At the speed you reach.", "Với tốc độ bạn đạt."),
        ),
    ]


# the model, format and optimizer that the question names
QUESTION = {"d_model": 768, "layers": 12, "vocabulary": 50_257, "window": 1024, "tying": "same"}
QUESTION |= {"precision": "float32", "optimizer": "adamw"}


def memory_answer(view):
    """Open for another model, format or optimizer than the question's."""
    r = view.main
    total = sum(r.final(f"bytes_{n}") for n in ("weights", "gradients", "optimizer")) / 1e9
    known = {"0.5": 0.5, "1": 1.0, "2": 2.0, "8": 8.0}
    near = min(known, key=lambda code: abs(math.log(known[code] / total)))
    return near if all(getattr(view.config, name) == value for name, value in QUESTION.items()) else None


def memory_why(view) -> T:
    return T(
        "Four numbers of 4 bytes for every parameter: weight, gradient, two moments. 124.4 M × 16 bytes.",
        "Bốn con số 4 byte cho mỗi tham số: trọng số, gradient, hai moment. 124.4 triệu × 16 byte.",
    )


# --- several processes -----------------------------------------------------------------------------------------------


def gap(view) -> float:
    """The largest difference of the two runs' training losses at the same step, nan before there are two."""
    one, many = (view.result(label).metrics.get("train_loss", {}) for label in ("one", "many"))
    both = set(one) & set(many)
    found = [abs(one[s] - many[s]) for s in sorted(both)]
    return max(found, default=math.nan) if all(map(math.isfinite, found)) else math.nan


SAME, NEAR = 1e-4, 0.05  # nats: up to here two runs are the same, slightly different


def parallel(view) -> list[T]:
    ran = [a.result.metrics.get("train_loss", {}) for a in view.arms]
    if any(losses and not math.isfinite([*losses.values()][-1]) for losses in ran):
        return [
            T(
                "The losses are no numbers any more: the learning rate is too high. Try a tenth of it.",
                "Loss không còn là số: tốc độ học quá cao. Hãy thử một phần mười.",
            )
        ]
    if not view.done or math.isnan(gap(view)):
        return []
    ratio = view.result("many").final("tokens_per_second") / view.result("one").final("tokens_per_second")
    text = (
        T(
            "The two losses differ by {d} nats at most: the same training, divided among {n} processes.",
            "Hai loss lệch nhau nhiều nhất {d} nats: cùng một huấn luyện, chia cho {n} tiến trình.",
        )
        if gap(view) < SAME
        else T(
            "The two losses differ by {d} nats at most: the same training, divided among {n} processes, but the rounding of their additions has grown from step to step.",
            "Hai loss lệch nhau nhiều nhất {d} nats: cùng một huấn luyện, chia cho {n} tiến trình, nhưng sai số làm tròn khi cộng đã lớn dần qua từng bước.",
        )
    )
    said = [text.format(d=number(gap(view)), n=view.config.processes)]
    if math.isnan(ratio):
        return said
    said.append(
        T("{r} × the tokens per second of one.", "{r} × token mỗi giây của một tiến trình.").format(r=f"{ratio:.2f}")
        if ratio > 1
        else T(
            "Only {r} × the tokens per second of one: exchanging gradients and waiting for each other costs more here than sharing saves.",
            "Chỉ {r} × token mỗi giây của một tiến trình: ở đây trao đổi gradient và đợi nhau tốn hơn phần chia việc tiết kiệm được.",
        ).format(r=f"{ratio:.2f}")
    )
    return said


def parallel_readouts(view) -> list[Readout]:
    rows = []
    for label, name in (("one", T("one process", "một tiến trình")), ("many", T("together", "cùng nhau"))):
        rate = view.result(label).final("tokens_per_second")
        if not math.isnan(rate):
            value = T("{r} tokens/s", "{r} token/giây").format(r=f"{rate:,.0f}")
            rows.append(Readout(name, value, T("Median after the first steps.", "Trung vị sau các bước đầu.")))
    facts = view.result("many").facts
    if "gradient_bytes" in facts:
        rows.append(
            Readout(
                T("exchanged in a step", "trao đổi mỗi bước"),
                f"{facts['gradient_bytes'] / 1e6:.2f} MB",
                T("Every process hands over its whole gradient.", "Mỗi tiến trình gửi đi toàn bộ gradient của mình."),
            )
        )
        rows.append(
            Readout(
                T("windows of each", "số cửa sổ mỗi tiến trình"),
                str(facts["window_share"]),
                T("Its share of every batch.", "Phần của nó trong mỗi lô."),
            )
        )
    return rows


def parallel_answer(view):
    if not view.done or math.isnan(gap(view)):
        return None
    return "same" if gap(view) < SAME else "near" if gap(view) < NEAR else "other"


def parallel_why(view) -> T:
    return T(
        "Largest difference {d} nats. The mean of the shares' gradients is the gradient of the whole batch; only the order of "
        "the additions differs.",
        "Lệch nhiều nhất {d} nats. Trung bình gradient của các phần chính là gradient của cả lô; chỉ thứ tự phép cộng khác.",
    ).format(d=number(gap(view)))
