"""The pictures of lesson 9 for classes and for the language model: losses, pushes, bars, calibration, the score table."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart, arm_color, height, loss_chart, loss_rows, step_axis
from app.i18n import T
from app.lesson import Figure
from app.theme import GREY
from core.experiments import loss_logits


def logit_rows(view):
    frame = view.frame("loss", "p", "push", "nll")
    if "loss" not in set(frame["metric"]):
        return frame.iloc[:0]  # refused: there is nothing to draw but the sentence
    return frame.pivot_table(index=["run", "name", "role", "step"], columns="metric", values="value").reset_index()


def panel(view, field: str, title: T, base: float, legend: bool, rules=()):
    x = step_axis(view)
    y = alt.Y(f"{field}:Q", title=title(view.lang), axis=alt.Axis(grid=False))
    tip = ["name:N", "step:Q", alt.Tooltip(f"{field}:Q", format=".4f")]
    color = arm_color(view, legend=legend)
    marks = [Chart().mark_line(strokeWidth=2.5 * view.size).encode(x=x, y=y, color=color, detail="run:N", tooltip=tip)]
    data = alt.Data(values=[{"y": v, "label": label(view.lang)} for v, label in rules])
    if rules:
        marks.append(Chart(data).mark_rule(strokeDash=[6, 4], color=GREY).encode(y="y:Q"))
        marks.append(
            Chart(data)
            .mark_text(align="right", baseline="bottom", dx=-4, dy=-3, color=GREY, fontSize=12 * view.size)
            .encode(y="y:Q", x=alt.value("width"), text="label:N")
        )
    return alt.layer(*marks).properties(height=height(view, base), width="container")


own = Figure(
    "own",
    T("Each loss, as it is minimised", "Từng loss, đúng cái đang được giảm"),
    T(
        "The value of each loss over the steps, with a line at 0. NLL on raw logits runs through it. {now}",
        "Giá trị từng loss theo bước, có vạch ở 0. NLL trên logits thô đi xuyên qua vạch đó. {now}",
    ),
    logit_rows,
    lambda view: panel(
        view,
        "loss",
        T("loss that is minimised", "loss đang được giảm"),
        300,
        True,
        [(0, T("0: no sound loss of a class goes below", "0: loss phân lớp đúng nghĩa không xuống dưới"))],
    ),
)
effect = Figure(
    "effect",
    T("What the logits make of it", "Logits phản ứng ra sao"),
    T(
        "Left: probability of the right class over the steps. Right: length of the slope, how hard the loss pushes. {now}",
        "Trái: xác suất của lớp đúng theo bước. Phải: độ lớn của độ dốc, loss đẩy mạnh đến đâu. {now}",
    ),
    logit_rows,
    lambda view: (
        panel(view, "p", T("P(right class)", "P(lớp đúng)"), 220, False),
        panel(view, "push", T("length of the slope", "độ lớn của độ dốc"), 220, False),
    ),
    T(
        "A loss pushes with its slope. Under SGD, where the slope is almost 0, nothing happens, however wrong the answer.",
        "Loss đẩy bằng độ dốc. Với SGD, nơi độ dốc gần 0 thì chẳng có gì xảy ra, dù câu trả lời sai đến đâu.",
    ),
    beside=True,
)


def bar_rows(view):
    rows = []
    for a in view.arms:
        table = a.result.tables.get("logits", {})
        if len(table) < 2:
            continue
        before, after = table[min(table)], table[max(table)]
        for place, (was, now, push) in enumerate(zip(before["logit"], after["logit"], before["push"], strict=True)):
            right = place == a.arm.config.label
            rows.append((a.arm.name(view.lang), place, was, now, after["p"][place], push, right))
    return pd.DataFrame(rows, columns=["name", "class", "before", "after", "p", "push", "right"])


def bar_chart(view):
    names = [a.arm.name(view.lang) for a in view.arms]
    label = view.config.label
    ticks = f"datum.value == {label} ? datum.label + ' ✓' : datum.label"
    x = alt.X(
        "class:O",
        title=T("class (✓ is right)", "lớp (✓ là đúng)")(view.lang),
        axis=alt.Axis(labelAngle=0, labelExpr=ticks),
    )
    y = alt.Y("after:Q", title=T("logit: from tick to dot", "logit: từ vạch đến chấm")(view.lang))
    offset = alt.XOffset("name:N", sort=names)
    base, color = Chart(), arm_color(view)
    tip = [
        "name:N",
        "class:O",
        alt.Tooltip("before:Q", format=".2f"),
        alt.Tooltip("after:Q", format=".2f"),
        alt.Tooltip("p:Q", format=".4f"),
    ]
    return alt.layer(
        base.mark_rule(strokeWidth=2).encode(x=x, xOffset=offset, y=alt.Y("before:Q"), y2="after:Q", color=color),
        base.mark_tick(color=GREY, thickness=2, width=8).encode(x=x, xOffset=offset, y=alt.Y("before:Q")),
        base.mark_point(filled=True, size=60 * view.size, opacity=1).encode(
            x=x, xOffset=offset, y=y, color=color, tooltip=tip
        ),
    ).properties(height=300 * view.size, width="container")


bars = Figure(
    "bars",
    T("The ten logits, before and after", "Mười logit, trước và sau"),
    T(
        "For each class and loss, the logit at the start (tick) and at the end (dot). {now}",
        "Với mỗi lớp và mỗi loss: logit lúc đầu (vạch) và lúc cuối (chấm). {now}",
    ),
    bar_rows,
    bar_chart,
)
assert loss_logits.CLASSES == 10, "the words of this page say ten"


# --- the language model ---------------------------------------------------------------------------------------------

model_loss = Figure(
    "model_loss",
    T("Trained on five losses, judged by one", "Huấn luyện bằng năm loss, chấm bằng một"),
    T(
        "Plain test loss in nats per token over the steps, one line per training loss, with reference lines. {now}",
        "Loss kiểm thử thường (nats mỗi token) theo bước, mỗi loss huấn luyện một đường, kèm các đường mốc. {now}",
    ),
    lambda view: loss_rows(view, train="none"),
    lambda view: loss_chart(
        view,
        y_title=T("plain test loss (nats/token)", "loss kiểm thử thường (nats/token)"),
        references=("uniform", "unigram", "bigram"),
        base=340,
    ),
)

JUDGES = (
    ("test_loss", T("plain", "thường"), None),
    ("own_smoothing", T("smoothed", "nhãn mềm"), "smoothing"),
    ("own_focal", T("focal", "focal"), "focal"),
    ("own_squares", T("squares", "bình phương"), "squares"),
    ("calibration_error", T("calibration", "hiệu chuẩn"), None),
)


def judged(a, metric: str, owner) -> float:
    """The loss `metric` of arm a, by the knob of the run that is trained on it (owner, its Config): each run measures with
    its own knob. A smoothed loss is linear in ε, so it is worked out from what was measured at another; of a focal loss with
    another γ there is nothing to say: nan."""
    value, config = a.result.final(metric), a.arm.config
    if metric == "own_focal" and config.gamma != owner.gamma:
        return math.nan
    if metric == "own_smoothing" and config.smoothing != owner.smoothing:
        plain = a.result.final("test_loss")
        return plain + (value - plain) * owner.smoothing / config.smoothing if config.smoothing else math.nan
    return value


def score_rows(view):
    """One cell for each training loss and judge; best: the lowest of its column (all are better when lower)."""
    rows = []
    for metric, title, owner in JUDGES:
        trained = next((a.arm.config for a in view.arms if a.arm.label == owner), None)
        values = [(a, judged(a, metric, trained) if trained else a.result.final(metric)) for a in view.arms]
        known = [v for _, v in values if math.isfinite(v)]
        least = min(known) if len(known) > 1 else math.nan  # alone in its column, nobody wins
        for a, value in values:
            if math.isfinite(value):
                rows.append(
                    (a.arm.name(view.lang), title(view.lang), value, value == least, a.arm.label == (owner or "ce"))
                )
    frame = pd.DataFrame(rows, columns=["name", "judge", "value", "best", "own"])
    return frame


def score_chart(view):
    lang = view.lang
    x = alt.X(
        "judge:N",
        scale=alt.Scale(domain=[t(lang) for _, t, _ in JUDGES]),
        title=T("judged by the loss … (lower is better)", "chấm bằng loss … (thấp hơn là tốt hơn)")(lang),
        axis=alt.Axis(orient="top", labelAngle=0, labelLimit=150, labelOverlap=False),
    )
    y = alt.Y(
        "name:N",
        scale=alt.Scale(domain=[a.arm.name(lang) for a in view.arms]),
        title=T("trained on", "huấn luyện bằng")(lang),
        axis=alt.Axis(labelLimit=220),
    )
    base = Chart().transform_filter("isValid(datum.value)").encode(x=x, y=y)
    return alt.layer(
        base.mark_rect(stroke="white", strokeWidth=3).encode(
            color=alt.condition(alt.datum.best, alt.value("#009E73"), alt.value("#e3e6e9")),
        ),
        base.mark_text(fontSize=15 * view.size).encode(
            text=alt.Text("value:Q", format=".3f"),
            color=alt.condition(alt.datum.best, alt.value("white"), alt.value("#333")),
        ),
    ).properties(height=46 * max(2, len(view.arms)) * view.size + 40, width="container")


scores = Figure(
    "scores",
    T("Every training loss before every judge", "Mỗi loss huấn luyện trước mọi giám khảo"),
    T(
        "Rows are training losses, columns judges; green is the lowest of a column. {now}",
        "Hàng là loss huấn luyện, cột là giám khảo; xanh là thấp nhất trong cột. {now}",
    ),
    score_rows,
    score_chart,
    T(
        "All are measured on the same held-out text, lower is better. Green: the winner of the column. Does each loss win its own?",
        "Tất cả đo trên cùng văn bản để dành, thấp hơn là tốt hơn. Xanh: thắng ở cột đó. Loss nào cũng thắng ở cột của mình chứ?",
    ),
)


def calibration_rows(view):
    rows = []
    for a in view.arms:
        columns = a.result.table("calibration")
        if columns:
            for stated, observed, share in zip(columns["stated"], columns["observed"], columns["share"], strict=True):
                rows.append((a.arm.name(view.lang), stated, observed, share))
    return pd.DataFrame(rows, columns=["name", "stated", "observed", "share"])


def calibration_chart(view):
    lang = view.lang
    unit = alt.Scale(domain=[0, 1])
    x = alt.X(
        "stated:Q",
        scale=unit,
        title=T("how sure the model was", "mô hình chắc đến đâu")(lang),
        axis=alt.Axis(format="%"),
    )
    y = alt.Y(
        "observed:Q",
        scale=unit,
        title=T("how often it was right", "nó đúng bao nhiêu lần")(lang),
        axis=alt.Axis(format="%"),
    )
    ends = Chart(alt.Data(values=[{"stated": 0, "observed": 0}, {"stated": 1, "observed": 1}]))
    words = [
        {
            "stated": 0.03,
            "observed": 0.93,
            "label": T("above: too modest", "phía trên: quá khiêm tốn")(lang),
            "side": "left",
        },
        {
            "stated": 0.97,
            "observed": 0.06,
            "label": T("below: too sure", "phía dưới: quá tự tin")(lang),
            "side": "right",
        },
    ]
    texts = [
        Chart(alt.Data(values=[w]))
        .mark_text(align=w["side"], color=GREY, fontSize=13 * view.size)
        .encode(x=x, y=y, text="label:N")
        for w in words
    ]
    base, color = Chart(), arm_color(view)
    tip = [
        "name:N",
        alt.Tooltip("stated:Q", format=".1%"),
        alt.Tooltip("observed:Q", format=".1%"),
        alt.Tooltip("share:Q", format=".1%"),
    ]
    return alt.layer(
        ends.mark_line(strokeDash=[6, 4], color=GREY).encode(x=x, y=y),
        *texts,
        base.mark_line(strokeWidth=2).encode(x=x, y=y, color=color),
        base.mark_point(filled=True, opacity=1).encode(
            x=x, y=y, color=color, size=alt.Size("share:Q", legend=None, scale=alt.Scale(range=[30, 300])), tooltip=tip
        ),
    ).properties(height=360 * view.size, width="container")


calibration = Figure(
    "calibration",
    T("Does it mean what it says?", "Nó nói thật lòng không?"),
    T(
        "For each training loss: how sure the model was of its likeliest token against how often it was right. The diagonal is honest. {now}",
        "Với mỗi loss huấn luyện: mô hình chắc đến đâu về token khả dĩ nhất so với số lần nó đúng. Đường chéo là trung thực. {now}",
    ),
    calibration_rows,
    calibration_chart,
    T(
        "Predictions sorted by confidence into ten groups; larger dots stand for more predictions. Sure of 70 % should be right 70 % of the time.",
        "Các dự đoán chia thành mười nhóm theo độ chắc chắn; chấm to là nhiều dự đoán. Chắc 70 % thì phải đúng 70 %.",
    ),
)
