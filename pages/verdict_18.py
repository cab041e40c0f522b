"""What lesson 18 says about its runs: verdicts, readouts, and the answers to its predictions, from rules on the numbers."""

import math
import statistics
from itertools import pairwise

from app import sentences
from app.i18n import T
from app.lesson import Prediction, Readout
from app.theme import number
from core import crossing
from pages.figures_18 import chosen, curve, equal, graded_places, readings, written

BUSY = 0.2  # quartile range of a step's time over its median: above it seconds say little


def every(view):
    """The arm that is graded everywhere, None where it is not drawn."""
    return next((a for a in view.arms if a.arm.label == "all"), None)


def step_ms(result) -> tuple[float, float]:
    """(median milliseconds of a step, quartile range over median), nan before five steps are known."""
    taken = [1000 * (t1 - t0) / (s1 - s0) for (s0, t0), (s1, t1) in pairwise(sorted(result.seconds.items()))]
    if len(taken) < 5:
        return math.nan, math.nan
    low, middle, high = statistics.quantiles(taken, n=4)
    return middle, (high - low) / middle if middle else math.nan


def equal_time(view) -> tuple[float, float, float] | None:
    """(seconds, loss at the last position of the chosen run, of the all-position run) when the faster one ends."""
    other = every(view)
    if other is None or other is view.arms[0]:
        return None
    mine, theirs = curve(view.arms[0], "seconds", "last"), curve(other, "seconds", "last")
    if len(mine) < 2 or len(theirs) < 2:
        return None
    end = min(max(mine), max(theirs))
    return end, crossing.at(mine, end), crossing.at(theirs, end)


def both_errors(view) -> float:
    """Standard error of the difference at the last position, as if the two had been tested on different windows: some three
    times what it is, for they share them."""
    return math.hypot(view.arms[0].result.final("last_se"), every(view).result.final("last_se"))


def verdict(view):
    said, me, other = sentences.any_diverged(view.arms), view.arms[0], every(view)
    mine = me.result.final("last_loss")
    if view.config.wiring == "raw_nll":
        reported, true = me.result.final("train_loss"), me.result.final("test_loss")
        if math.isfinite(true) and math.isfinite(reported):
            said.append(
                T(
                    "The loss it reports is {reported}; its true loss is {true}. log-softmax is missing.",
                    "Loss nó báo là {reported}; loss thật là {true}. Thiếu log-softmax.",
                ).format(reported=number(reported), true=number(true))
                if reported >= 0
                else T(
                    "The loss it reports is {reported}; its true loss is {true}. A negative cross-entropy over tokens cannot exist: log-softmax is missing.",
                    "Loss nó báo là {reported}; loss thật là {true}. Entropy chéo âm trên token là không thể có: thiếu log-softmax.",
                ).format(reported=number(reported), true=number(true))
            )
        return said
    if other is None or not view.done:
        return said
    if graded_places(view.config) == view.config.context:
        return [
            *said,
            T(
                "k = T: this is the run that is graded everywhere; there is nothing to compare.",
                "k = T: đây chính là lần chạy chấm mọi nơi; không có gì để so.",
            ),
        ]
    theirs, error = other.result.final("last_loss"), both_errors(view)
    if not all(map(math.isfinite, (mine, theirs, error))):  # one has diverged: there is nothing to compare
        return said
    facts = {
        "k": graded_places(view.config),
        "T": view.config.context,
        "mine": number(mine),
        "theirs": number(theirs),
        "gap": number(abs(mine - theirs)),
    }
    if mine - theirs > error:
        said.append(
            T(
                "At the last position itself: graded in all {T} places {theirs} nats, with k = {k} it is {mine}. Grading everywhere wins by {gap} even there: the last position is one of its {T} exercises.",
                "Ngay tại vị trí cuối: chấm cả {T} chỗ được {theirs}, chỉ chấm {k} được {mine} nats. Chấm mọi nơi hơn {gap} ngay ở đó: vị trí cuối cũng là một trong {T} bài tập của nó.",
            ).format(**facts)
        )
    elif theirs - mine > error:
        said.append(
            T(
                "Here fewer graded places do better at the last position, by {gap} nats. Look for the reason: this is not usual.",
                "Ở đây chấm ít chỗ lại hơn ở vị trí cuối, {gap} nats. Hãy tìm lý do: điều này không thường gặp.",
            ).format(**facts)
        )
    else:
        said.append(
            T(
                "The two differ by {gap} nats at the last position, less than the measurement can tell apart.",
                "Hai bên lệch nhau {gap} nats ở vị trí cuối, ít hơn mức phép đo phân biệt được.",
            ).format(**facts)
        )
    if chosen(view, "x", {"step": 0, "predictions": 0, "seconds": 0}) == "seconds":
        said += seconds_words(view)
    return said


def seconds_words(view):
    said, fair = [], equal_time(view)
    if fair and not any(math.isnan(v) for v in fair):
        said.append(
            T(
                "After the same {s} s of training: {mine} against {theirs} nats.",
                "Sau cùng {s} giây huấn luyện: {mine} so với {theirs} nats.",
            ).format(s=number(fair[0]), mine=number(fair[1]), theirs=number(fair[2]))
        )
    spread = max((s for a in view.arms if math.isfinite(s := step_ms(a.result)[1])), default=math.nan)
    if spread > BUSY:
        said.append(
            T(
                "The machine was busy: the time of a step varied by {p} %. Compare seconds only roughly.",
                "Máy đang bận: thời gian một bước dao động {p} %. Chỉ nên so giây một cách phỏng chừng.",
            ).format(p=f"{100 * spread:.0f}")
        )
    return said


def readouts(view):
    me, other, rows = view.arms[0], every(view), []
    met = equal(view, "step")
    if met:
        rows.append(
            Readout(
                T("equal loss", "cùng loss"),
                T("{a} steps graded everywhere = {b} of yours", "{a} bước chấm mọi nơi = {b} bước của bạn").format(
                    a=f"{written(met[0]):g}", b=f"{met[1]:.0f}"
                ),
                T(
                    "Read off the two curves of the last position, between their points.",
                    "Đọc từ hai đường ở vị trí cuối, nội suy giữa các điểm.",
                ),
            )
        )
    met = equal(view, "predictions")
    if met:
        ratio = met[0] / met[1]
        rows.append(
            Readout(
                T("predictions for that loss", "số dự đoán cho mức loss đó"),
                T("{r}× as many when graded everywhere", "chấm mọi nơi cần gấp {r} lần").format(r=number(ratio)),
                T(
                    "Graded predictions are cheap when a window gives T of them, and each is worth less.",
                    "Khi một cửa sổ cho T dự đoán thì dự đoán rẻ, và mỗi cái đáng giá ít hơn.",
                )
                if ratio > 1
                else T(
                    "Graded predictions are cheap when a window gives T of them.",
                    "Khi một cửa sổ cho T dự đoán thì dự đoán rẻ.",
                ),
            )
        )
    fair = equal_time(view)
    if fair and not any(math.isnan(v) for v in fair):
        rows.append(
            Readout(
                T("at equal seconds", "khi cùng số giây"),
                f"{number(fair[1])} : {number(fair[2])}",
                T(
                    "Loss at the last position, yours and graded everywhere, when the faster run ends.",
                    "Loss ở vị trí cuối, của bạn và chấm mọi nơi, khi lần chạy nhanh hơn kết thúc.",
                ),
            )
        )
    times = [step_ms(a.result)[0] for a in (me, other) if a is not None]
    if len(times) == 2 and not any(math.isnan(t) for t in times):
        rows.append(
            Readout(
                T("one step", "một bước"),
                f"{times[0]:.0f} : {times[1]:.0f} ms",
                T(
                    "Median, yours and graded everywhere, as measured in these runs.",
                    "Trung vị, của bạn và chấm mọi nơi, đo trong chính các lần chạy này.",
                ),
            )
        )
    return rows


# --- where in the window -----------------------------------------------------------------------------------------


def head_and_end(arm, head: int) -> tuple[float, float] | None:
    """(mean test loss over the first `head` positions, loss at the last position); None before they are measured, and
    where they are no numbers."""
    losses = arm.result.table("places").get("loss", ())
    return (statistics.fmean(losses[:head]), losses[-1]) if losses and None not in losses else None


def place_verdict(view):
    said, other = [], every(view)
    short = int(view.values.get("short") or 8)  # the line in the picture: what lies before it is read
    head = min(max(1, short - 1), view.config.context)
    mine = head_and_end(view.arms[0], head)
    theirs = head_and_end(other, head) if other is not None else None
    if mine and theirs and other is not view.arms[0]:
        where = T("Position 1", "Vị trí 1")
        if head > 1:
            where = T(f"Positions 1 to {head}", f"Vị trí 1 đến {head}")
        said.append(
            T(
                "{where}, where a short prompt lives: {a} nats graded everywhere, {b} with k = {k}. Last position: {c} and {d}.",
                "{where}, nơi câu mồi ngắn nằm: chấm mọi nơi {a} nats, với k = {k} là {b}. Vị trí cuối: {c} và {d}.",
            ).format(
                where=where,
                a=number(theirs[0]),
                b=number(mine[0]),
                c=number(theirs[1]),
                d=number(mine[1]),
                k=graded_places(view.config),
            )
        )
    close = readings((other or view.arms[0]).result)
    if close:
        last, whole = statistics.stdev(close["last"]), statistics.stdev(close["all"])
        n = int(view.values.get("meter_windows") or 64)
        said.append(
            T(
                "A measurement from {n} windows is off by ±{a} nats at the last position alone, by ±{b} over all: the meter is {r}× noisier, with the model standing still.",
                "Đo từ {n} cửa sổ lệch ±{a} nats nếu chỉ lấy vị trí cuối, ±{b} nếu lấy mọi vị trí: thước đo nhiễu gấp {r} lần, trong khi mô hình đứng yên.",
            ).format(n=n, a=number(last / n**0.5), b=number(whole / n**0.5), r=number(last / whole))
        )
    return said


# --- predictions -------------------------------------------------------------------------------------------------


def asked_about(config) -> bool:
    """Whether this is what the questions speak of: one graded position, the last of 64, and a proper loss."""
    return (config.graded, config.graded_at, config.context, config.wiring) == (1, "last", 64, "ce")


def compared(view):
    """(loss at the last position of the chosen run, of the one graded everywhere), nan where no question asks for it."""
    other = every(view)
    ready = view.done and other is not None and asked_about(view.config)
    both = (view.arms[0].result.final("last_loss"), other.result.final("last_loss")) if ready else (math.nan,)
    return both if all(map(math.isfinite, both)) else (math.nan, math.nan)


def who(view):
    mine, theirs = compared(view)
    error = 0.0 if math.isnan(mine) else both_errors(view)  # what the verdict counts as told apart
    if math.isnan(mine + error):
        return None
    return "all" if mine - theirs > error else "last" if theirs - mine > error else "same"


def who_why(view):
    text = T("{a} nats graded everywhere, {b} graded at the end.", "Chấm mọi nơi {a} nats, chỉ chấm cuối {b}.")
    if who(view) == "all":
        more = T(
            " With a causal mask every position practises the same skill, so the model graded everywhere had 64 times as many exercises, those at the last position among them.",
            " Nhờ mặt nạ nhân quả, mọi vị trí luyện cùng một kỹ năng, nên mô hình được chấm mọi nơi có số bài tập gấp 64 lần, gồm cả bài ở vị trí cuối.",
        )
        text = T(text.en + more.en, text.vi + more.vi)
    return text.format(a=number(compared(view)[1]), b=number(compared(view)[0]))


def steps_answer(view):
    met = equal(view, "step") if not math.isnan(compared(view)[0]) and view.done else None
    return round(met[0]) if met is not None and met[1] == 100 else None


PREDICTIONS = (
    Prediction(
        "who",
        T(
            "Two models, the same batches. One is graded in all 64 positions of every window, one at the last only. Whose loss AT THE LAST position is lower?",
            "Hai mô hình, cùng các lô. Một được chấm ở cả 64 vị trí của mỗi cửa sổ, một chỉ ở vị trí cuối. Loss TẠI VỊ TRÍ CUỐI của ai thấp hơn?",
        ),
        who,
        who_why,
        (
            ("all", T("graded everywhere", "chấm mọi nơi")),
            ("last", T("graded at the end", "chỉ chấm cuối")),
            ("same", T("equal", "bằng nhau")),
        ),
    ),
    Prediction(
        "steps",
        T(
            "100 steps graded at the end: how many steps graded everywhere give the same loss at the last position?",
            "100 bước chỉ chấm cuối: bao nhiêu bước chấm mọi nơi cho cùng loss ở vị trí cuối?",
        ),
        steps_answer,
        lambda view: T(
            "About {n}. Not 100/64: a step that hears 64 times as much does not go 64 times as far, for AdamW makes steps of much the same length; and positions of one window repeat each other.",
            "Khoảng {n}. Không phải 100/64: một bước nghe được gấp 64 lần không đi xa gấp 64 lần, vì bước của AdamW dài gần như nhau; và các vị trí trong một cửa sổ lặp lại nhau.",
        ).format(n=steps_answer(view)),
        kind="number",
        low=1,
        high=100,
        step=1,
        tolerance=8,
        unit=T("steps", "bước"),
    ),
)
