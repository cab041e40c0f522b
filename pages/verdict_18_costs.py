"""What lesson 18 says about signal, milliseconds and texts, from rules on the numbers."""

import math

from app import sentences
from app.i18n import T, same
from app.lesson import Prediction, Readout
from app.theme import number, signed
from pages.figures_18_costs import bytes_per_token
from pages.verdict_18 import BUSY


def snr(view, label="warm"):
    result = view.result(label)
    names = ("all", "last", "one_window", "many_windows")
    values = {name: result.final(f"snr_{name}") for name in names}
    return None if any(math.isnan(v) or v <= 0 for v in values.values()) else values


def drowned(view) -> bool:
    """Whether in the mean of all its gradients a single position still has less signal than noise."""
    table = view.result("warm").table("pairs")
    last = (1, view.config.batch)
    pairs = zip(*(table.get(name, ()) for name in ("graded", "batch", "draws", "snr")), strict=True)
    return any(draws * value < 1 for graded, batch, draws, value in pairs if (graded, batch) == last)


def signal_verdict(view):
    said, found = sentences.any_diverged(view.arms), snr(view)
    if not found:
        return said
    count, lost = view.config.context, found["all"] / found["last"]
    worth = found["one_window"] / found["many_windows"]
    facts = {"T": count, "r": number(lost), "w": number(worth), "n": view.config.warm}
    if drowned(view) or lost > 1.25 * count or (lost < 0.8 * count and worth >= 1):
        text = T(
            "{T} times fewer graded predictions cost a factor of {r} in signal over noise. Read more windows before trusting it: single positions drown in noise here.",
            "Số dự đoán ít đi {T} lần làm tín hiệu trên nhiễu giảm {r} lần. Hãy đọc nhiều cửa sổ hơn trước khi tin: ở đây vị trí đơn lẻ chìm trong nhiễu.",
        )
    elif lost < 0.8 * count:
        text = T(
            "{T} times fewer graded predictions cost a factor of {r} in signal over noise, not {T}: positions of one window partly say the same thing. One is worth {w} of a prediction from a window of its own.",
            "Số dự đoán ít đi {T} lần làm tín hiệu trên nhiễu giảm {r} lần, không phải {T}: các vị trí trong một cửa sổ nói phần nào cùng một điều. Mỗi vị trí đáng {w} dự đoán từ một cửa sổ riêng.",
        )
    else:
        text = T(
            "{T} times fewer graded predictions cost a factor of {r} in signal over noise: after {n} steps nearly every position counts in full ({w} of a prediction from a window of its own).",
            "Số dự đoán ít đi {T} lần làm tín hiệu trên nhiễu giảm {r} lần: sau {n} bước, gần như vị trí nào cũng được tính trọn (đáng {w} dự đoán từ một cửa sổ riêng).",
        )
    return [*said, text.format(**facts)]


def signal_readouts(view):
    found = snr(view)
    if not found:
        return []
    result = view.result("warm")
    return [
        Readout(
            T("signal/noise, all", "tín hiệu/nhiễu, tất cả"),
            number(found["all"]),
            T("Of one batch graded everywhere.", "Của một lô chấm mọi nơi."),
        ),
        Readout(
            T("last only", "chỉ vị trí cuối"),
            number(found["last"]),
            T("Of the same batch graded at one position.", "Của lô đó, chấm một vị trí."),
        ),
        Readout(
            T("cosine, all", "cosine, tất cả"),
            number(result.final("cosine_all")),
            T("Mean between gradients of two independent batches.", "Trung bình giữa gradient của hai lô độc lập."),
        ),
        Readout(
            T("cosine, last", "cosine, vị trí cuối"),
            number(result.final("cosine_last")),
            T("The same, one position graded.", "Như trên, chấm một vị trí."),
        ),
    ]


def saved(share: float) -> T:
    if share < 0.005:
        return T("no time", "0 % thời gian")
    return T("{p} % of the time", "{p} % thời gian").format(p=f"{100 * share:.0f}")


def cost_verdict(view):
    result = view.main
    cut, head = result.final("slice_ratio"), result.final("head_ratio")
    if math.isnan(cut) or math.isnan(head):
        return []
    k = min(view.config.graded, view.config.context)
    what = T("the last position", "vị trí cuối") if k == 1 else T(f"the last {k} positions", f"{k} vị trí cuối")
    said = [
        T(
            "Computing all logits and keeping only {what} saves {a}. Not computing the others at all saves {b}. The body, which nobody can skip, is the rest: the head is {h} % of the forward multiplications.",
            "Tính toàn bộ logits rồi chỉ giữ {what} thì tiết kiệm {a}. Không tính các vị trí kia ngay từ đầu thì tiết kiệm {b}. Phần còn lại là thân mô hình, không ai bỏ được: tầng ra chiếm {h} % số phép nhân lượt tiến.",
        ).format(what=what, a=saved(1 - cut), b=saved(1 - head), h=f"{100 * result.final('head_share'):.0f}")
    ]
    if result.final("spread") > BUSY:
        said.append(
            T(
                "The measurements scatter by {p} %: another program is using this machine. Try again later.",
                "Các lần đo tản mát {p} %: có chương trình khác đang dùng máy. Hãy thử lại sau.",
            ).format(p=f"{100 * result.final('spread'):.0f}")
        )
    return said


def text_verdict(view):
    values = {a.arm.label: a.result.final("last_loss") for a in view.arms}
    if not view.done or len(values) < 4 or not all(map(math.isfinite, values.values())):  # unequal runs say nothing
        return sentences.any_diverged(view.arms)
    second = next(label.split("/")[0] for label in values if not label.startswith("manual"))
    tokenizer = view.config.tokenizer
    scale = {text: bytes_per_token(text, tokenizer) for text in ("manual", second)}
    between = values[f"{second}/all"] - values["manual/all"]
    per_byte = values[f"{second}/all"] / scale[second] - values["manual/all"] / scale["manual"]
    said = [
        T(
            "Grading the end only costs {a} nats on the manual and {b} on the other text.",
            "Chỉ chấm vị trí cuối làm mất {a} nats với sách hướng dẫn và {b} với văn bản kia.",
        ).format(
            a=number(values["manual/last"] - values["manual/all"]),
            b=number(values[f"{second}/last"] - values[f"{second}/all"]),
        ),
        T(
            "Changing the text moves the loss by {c} nats per token, but by {d} per byte.",
            "Đổi văn bản làm loss đổi {c} nats mỗi token, nhưng {d} mỗi byte.",
        ).format(c=signed(between, 3), d=signed(per_byte, 3)),
    ]
    if between < 0 < per_byte:
        said.append(
            T(
                "The sign turns with the unit: its tokens are shorter ({x} bytes against {y}), so each is easier and there are more of them. Compare texts per byte.",
                "Dấu đổi theo đơn vị: token của nó ngắn hơn ({x} byte so với {y}), nên mỗi token dễ hơn nhưng nhiều token hơn. Hãy so các văn bản theo byte.",
            ).format(x=number(scale[second]), y=number(scale["manual"]))
        )
    return sentences.any_diverged(view.arms) + said


def step_time(view):
    """None away from the one position of 64 that the question names."""
    ratio = view.main.final("slice_ratio")
    if math.isnan(ratio) or (view.config.graded, view.config.context) != (1, 64):
        return None
    return "most" if ratio > 0.6 else "half" if ratio > 0.25 else "few"


COST_PREDICTION = Prediction(
    "cost",
    T(
        "Only one of 64 positions is graded, cut out of the logits as the course does. The time of a step?",
        "Chỉ chấm 1 trong 64 vị trí, cắt ra từ logits như khóa học làm. Thời gian một bước?",
    ),
    step_time,
    lambda view: T(
        "{p} % of the full step. Every earlier position still has to be computed: the last one looks at them.",
        "{p} % của bước đầy đủ. Mọi vị trí trước vẫn phải tính: vị trí cuối nhìn vào chúng.",
    ).format(p=f"{100 * view.main.final('slice_ratio'):.0f}"),
    (("few", same("1/64")), ("half", T("about half", "khoảng một nửa")), ("most", T("more than 60 %", "hơn 60 %"))),
)
