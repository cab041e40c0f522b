"""The pictures of lesson 18 about price and cause: signal over noise, milliseconds, and two texts graded two ways."""

import math
from functools import cache

import altair as alt
import pandas as pd

from app.charts import Chart, arm_color, height
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY, TEST
from core import corpora

# The test blue, as it is read in letters: on a dark page it is the lighter blue that the page has there.
LETTERS = alt.ExprRef(f"luminance(background) < 0.5 ? '{ARMS[4]}' : '{TEST}'")

# --- the signal meter --------------------------------------------------------------------------------------------


def signal_rows(view):
    """Measured points, and through each arm's single-position point the line on which every prediction counts in full."""
    rows = []
    for a in view.arms:
        table = pd.DataFrame(a.result.table("pairs"))
        if table.empty:
            continue
        name = a.arm.name(view.lang)
        for p in table[table["snr"] > 0].itertuples():
            label = f"k {p.graded}, B {p.batch}"
            rows.append((p.predictions, p.snr, "point", name, label, "right" if p.graded == 1 else "left", p.cosine))
        single = table[(table["graded"] == 1) & (table["snr"] > 0)].sort_values("batch")
        if len(single):
            base, top = single.iloc[-1], table["predictions"].max()
            for count in (table["predictions"].min(), top):
                rows.append((count, base.snr * count / base.predictions, "law", name, "", "", math.nan))
    return pd.DataFrame(rows, columns=["x", "y", "kind", "name", "text", "side", "cosine"])


def signal_chart(view):
    x = alt.X(
        "x:Q",
        title=T(
            "graded predictions in a batch, k × B (log scale)", "số dự đoán được chấm trong một lô, k × B (thang log)"
        )(view.lang),
        scale=alt.Scale(type="log", nice=False, padding=64 * view.size),  # room for a name beside the outermost points
    )
    y = alt.Y(
        "y:Q",
        title=T("signal power ÷ noise power (log scale)", "công suất tín hiệu ÷ nhiễu (thang log)")(view.lang),
        scale=alt.Scale(type="log"),
        axis=alt.Axis(format="~g"),
    )
    base = Chart().encode(x=x, y=y, color=arm_color(view))
    points = base.transform_filter(alt.datum.kind == "point")
    first = view.arms[0].arm.name(view.lang)  # the others lie beside it: labels of their own would only cover these
    marks = [
        base.transform_filter(alt.datum.kind == "law").mark_line(strokeDash=[6, 4], strokeWidth=1.6, opacity=0.8),
        points.mark_point(filled=True, size=120 * view.size, opacity=1).encode(
            tooltip=[
                "name:N",
                "text:N",
                alt.Tooltip("y:Q", title="signal/noise", format=".3g"),
                alt.Tooltip("cosine:Q", format=".3f"),
            ]
        ),
        *(
            points.transform_filter((alt.datum.name == first) & (alt.datum.side == side))
            .mark_text(align=side, dx=dx, dy=dy, fontSize=12 * view.size)
            .encode(text="text:N", color=alt.value(LETTERS))
            for side, dx, dy in (("left", 10, 11), ("right", -10, -9))
        ),
    ]
    return alt.layer(*marks).properties(height=height(view, 420), width="container")


signal = Figure(
    "signal",
    T("How much of one step is signal", "Trong một bước có bao nhiêu là tín hiệu"),
    T(
        "Signal over noise power of mini-batch gradients against the number of graded predictions; dashed: independent predictions. {now}",
        "Công suất tín hiệu trên nhiễu của gradient theo số dự đoán được chấm; nét đứt: các dự đoán độc lập. {now}",
    ),
    signal_rows,
    signal_chart,
    help=T(
        "Signal: squared length of the mean gradient. Noise: mean squared distance from it. Dashed: each prediction worth as much as one from a window of its own.",
        "Tín hiệu: bình phương độ dài gradient trung bình. Nhiễu: khoảng cách bình phương trung bình đến nó. Nét đứt: mỗi dự đoán đáng giá như lấy từ một cửa sổ riêng.",
    ),
)

# --- milliseconds ------------------------------------------------------------------------------------------------

WAYS = {
    "all": T("all positions graded", "chấm mọi vị trí"),
    "slice": T("all logits, then a slice (the course)", "đủ logits rồi cắt (khóa học)"),
    "head": T("output layer on the graded ones only", "tầng ra chỉ ở vị trí được chấm"),
}


def cost_rows(view):
    table = pd.DataFrame(view.main.table("ways"))
    if table.empty:
        return pd.DataFrame(columns=["way", "ms", "low", "high", "text"])
    base = table["ms"].iloc[0]
    text = [f"{ms:.1f} ms · {100 * ms / base:.0f} %" for ms in table["ms"]]
    return table.assign(way=[WAYS[w](view.lang) for w in table["way"]], text=text)


def cost_chart(view):
    names = [label(view.lang) for label in WAYS.values()]
    y = alt.Y("way:N", sort=names, scale=alt.Scale(domain=names), title=None, axis=alt.Axis(labelLimit=330))
    x_title = T(
        "milliseconds, forward and backward (median of 11)", "mili giây, tính tới và lan ngược (trung vị của 11)"
    )(view.lang)
    x = alt.X("ms:Q", title=x_title)
    color = alt.Color("way:N", scale=alt.Scale(domain=names, range=[TEST, BROKEN, ARMS[2]]), legend=None)
    base = Chart().transform_filter("isValid(datum.way)").encode(y=y)
    marks = [
        base.mark_bar(opacity=0.85).encode(x=x, color=color),
        base.mark_rule(strokeWidth=2, color=GREY).encode(x=alt.X("low:Q", title=x_title), x2="high:Q"),
        base.mark_text(align="left", dx=8, baseline="middle", fontSize=14 * view.size, color="white").encode(
            x=alt.value(0), text="text:N"
        ),
    ]
    return alt.layer(*marks).properties(height=height(view, 300), width="container")


cost = Figure(
    "cost",
    T("What grading fewer positions saves", "Chấm ít vị trí hơn tiết kiệm được gì"),
    T(
        "Time of one forward and backward pass, three ways, with quartiles. {now}",
        "Thời gian một lượt tính tới và lan ngược, ba cách, kèm tứ phân vị. {now}",
    ),
    cost_rows,
    cost_chart,
    help=T(
        "Measured on this machine, the three in turn, nothing else running. Grey: the middle half of the measurements.",
        "Đo trên máy này, lần lượt cả ba, không chạy gì khác. Xám: nửa giữa của các lần đo.",
    ),
)

# --- two texts, graded two ways ----------------------------------------------------------------------------------

GRADING = {"all": T("all positions", "mọi vị trí"), "last": T("last one only", "chỉ vị trí cuối")}


@cache
def bytes_per_token(corpus: str, tokenizer: str) -> float:
    """Of the held-out part."""
    from core import tokenizers

    count = len(corpora.tokens(corpus, tokenizers.load(tokenizer, corpus), "test"))
    return len(corpora.load(corpus).test.encode()) / count


def text_rows(view):
    rows = []
    for a in view.arms:
        value, error = a.result.final("last_loss"), a.result.final("last_se")
        if math.isnan(value):
            continue
        config = a.arm.config
        scale = bytes_per_token(config.corpus, config.tokenizer) if view.values.get("unit") == "byte" else 1.0
        grading = GRADING["last" if config.graded else "all"](view.lang)
        text, name = a.arm.label.split("/")[0], a.arm.name(view.lang).split(",")[0]
        rows.append((grading, value / scale, (value - 2 * error) / scale, (value + 2 * error) / scale, text, name))
    return pd.DataFrame(rows, columns=["grading", "y", "low", "high", "text", "name"])


def text_chart(view):
    per = view.values.get("unit") == "byte"
    gradings = [g(view.lang) for g in GRADING.values()]
    names = list(dict.fromkeys(a.arm.name(view.lang).split(",")[0] for a in view.arms))
    color = alt.Color(
        "name:N", scale=alt.Scale(domain=names, range=[TEST, ARMS[1]]), legend=alt.Legend(title=None, orient="top")
    )
    x = alt.X(
        "grading:N",
        sort=gradings,
        scale=alt.Scale(domain=gradings),
        title=T("graded in training", "được chấm khi huấn luyện")(view.lang),
        axis=alt.Axis(labelAngle=0),
    )
    title = (
        T("test loss at the last position (nats per byte)", "loss kiểm thử ở vị trí cuối (nats mỗi byte)")
        if per
        else T("test loss at the last position (nats per token)", "loss kiểm thử ở vị trí cuối (nats mỗi token)")
    )
    y = alt.Y("y:Q", title=title(view.lang), scale=alt.Scale(zero=False))
    base = Chart().transform_filter("isValid(datum.grading)").encode(x=x, y=y, color=color)
    marks = [
        base.mark_line(strokeWidth=3 * view.size),
        base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q", title=title(view.lang)), y2="high:Q"),
        base.mark_point(filled=True, size=110 * view.size, opacity=1),
        *(
            base.transform_filter(alt.datum.grading == grading)
            .transform_calculate(label="format(datum.y, '.2f')")
            .mark_text(align=align, dx=dx, fontSize=14 * view.size)
            .encode(text="label:N", color=alt.condition(alt.datum.name == names[0], alt.value(LETTERS), color))
            for grading, align, dx in zip(gradings, ("right", "left"), (-12, 12), strict=True)  # away from the line
        ),
    ]
    return alt.layer(*marks).properties(height=height(view, 400), width="container")


texts = Figure(
    "texts",
    T("Two texts, graded two ways", "Hai văn bản, chấm hai cách"),
    T(
        "Test loss at the last position for two texts, once graded everywhere and once at the end only. {now}",
        "Loss kiểm thử ở vị trí cuối cho hai văn bản, một lần chấm mọi nơi, một lần chỉ chấm cuối. {now}",
    ),
    text_rows,
    text_chart,
    help=T(
        "A slope says what grading costs; the distance of the two lines what the text costs. Bars: two standard errors.",
        "Độ dốc cho biết cách chấm làm mất bao nhiêu; khoảng cách hai đường cho biết văn bản làm mất bao nhiêu. Vạch: hai sai số chuẩn.",
    ),
)
