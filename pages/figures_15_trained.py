"""The pictures of lesson 15 with a model in training, and what the last layer costs on this machine."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart, arm_color, dashes, height, step_axis, thin
from app.i18n import T, same
from app.lesson import Figure
from app.theme import ARMS, GREY, REFERENCES

SMOOTH = 7  # steps of the running mean of the training loss
LOWEST = 1e-8  # differences below this are drawn here


def limits(view) -> tuple[float, float] | None:
    """(floor, ceiling) of cross-entropy on probabilities: the target's 1 among zeros, and a wrong token's. nats."""
    if "uniform" not in view.references:
        return None
    ceiling = math.log(math.e + math.exp(view.references["uniform"]) - 1)
    return ceiling - 1, ceiling


# --- reported and true ---------------------------------------------------------------------------------------------


def losses_rows(view):
    frame = view.frame("train_loss", "test_loss")
    if frame.empty:
        return frame
    smooth = frame["metric"] == "train_loss"
    means = frame.groupby(["run", "metric"])["value"].transform(lambda v: v.rolling(SMOOTH, min_periods=1).mean())
    frame.loc[smooth, "value"] = means[smooth]
    return thin(frame)


def guesses(view):
    """What guessing gets, its name at the left: there the curves fall away from it."""
    rows = [
        {"y": view.references[name], "t": f"{REFERENCES[name](view.lang)}  {view.references[name]:.2f}"}
        for name in ("uniform", "unigram")
        if name in view.references
    ]
    base = Chart(alt.Data(values=rows))
    words = base.mark_text(align="left", baseline="bottom", dx=4, dy=-3, color=GREY, fontSize=12 * view.size)
    return [
        base.mark_rule(strokeDash=[6, 4], color=GREY).encode(y="y:Q"),
        words.encode(y="y:Q", x=alt.value(0), text="t:N"),
    ]


def losses_chart(view):
    bottomless = any(getattr(a.arm.config, "wiring", "") == "raw_nll" for a in (*view.arms, *view.pinned))

    def panel(metric, title, marks, scale):
        x = step_axis(view, ticks=6)
        y = alt.Y("value:Q", title=title, scale=scale, axis=alt.Axis(grid=False, tickCount=6))
        base = Chart().transform_filter(alt.datum.metric == metric)
        color = arm_color(view).legend(orient="top", title=None, columns=2, symbolType="circle", symbolDash=[1, 0])
        tip = ["name:N", "step:Q", alt.Tooltip("value:Q", format=".4f")]
        lines = base.mark_line(strokeWidth=3 * view.size).encode(
            x=x, y=y, color=color, strokeDash=dashes(view), detail="run:N"
        )
        points = base.mark_point(filled=True, size=30 * view.size, opacity=0 if metric == "train_loss" else 1).encode(
            x=x, y=y, color=color, tooltip=tip
        )
        return alt.layer(*marks, lines, points).properties(height=height(view, 380), width="container")

    band = []
    if limits(view):
        low, high = limits(view)
        text = T("softmax → CE cannot leave {a} to {b}", "softmax → CE không ra khỏi {a} đến {b}")
        text = text.format(a=f"{low:.2f}", b=f"{high:.2f}")
        data = alt.Data(values=[{"low": low, "high": high, "t": text(view.lang)}])
        band = [
            Chart(data).mark_rect(color=GREY, opacity=0.18).encode(y="low:Q", y2="high:Q"),
            Chart(data)
            .mark_text(align="right", baseline="bottom", dx=-4, dy=-4, color=GREY, fontSize=12 * view.size)
            .encode(x=alt.value("width"), y="high:Q", text="t:N"),
        ]
    symlog = alt.Scale(type="symlog", constant=10) if bottomless else alt.Scale(zero=False)
    reported = T("what the optimizer sees", "điều thuật toán tối ưu thấy")(view.lang)
    true = T("true test loss (nats/token)", "loss kiểm thử thật (nats/token)")(view.lang)
    return (
        panel("train_loss", reported, band, symlog),
        panel("test_loss", true, guesses(view), alt.Scale(zero=False)),
    )


losses = Figure(
    "losses",
    T("The loss that is reported, and the one that is true", "Loss được báo cáo, và loss thật"),
    T(
        "Left: the number each wiring hands to the optimizer, by step. Right: the cross-entropy of the same models' own logits on held-out text. {now}",
        "Trái: con số mỗi cách nối đưa cho thuật toán tối ưu, theo bước. Phải: entropy chéo của logits chính các mô hình đó trên văn bản để dành. {now}",
    ),
    losses_rows,
    losses_chart,
    help=T(
        "Same colours in both. Left, a running mean of 7 steps; with logits → NLL, which has no bottom, its axis becomes logarithmic below −10. Right, the dashed lines are what guessing gets. The lines drawn over each other are equal.",
        "Hai bên cùng màu. Trái: trung bình trượt 7 bước; khi có logits → NLL, vốn không có đáy, trục chuyển sang log dưới −10. Phải: các đường đứt là mức của việc đoán đều. Các đường đè lên nhau là bằng nhau.",
    ),
    beside=True,
)


def apart_rows(view):
    base, rows = view.result("ce").metrics.get("train_loss", {}), []
    for a in view.arms:
        if a.arm.label in ("log_softmax_nll", "log_softmax_ce"):
            for step, value in a.result.metrics.get("train_loss", {}).items():
                if step in base:
                    rows.append((a.run_id, a.arm.name(view.lang), step, max(abs(value - base[step]), LOWEST)))
    return pd.DataFrame(rows, columns=["run", "name", "step", "gap"])


def apart_chart(view):
    words = T("a difference one would bother about: 0.01", "mức chênh đáng bận tâm: 0.01")(view.lang)
    line = Chart(alt.Data(values=[{"gap": 0.01, "t": words}]))
    y = alt.Y(
        "gap:Q",
        title=T("difference from logits → CE (nats)", "chênh lệch với logits → CE (nats)")(view.lang),
        scale=alt.Scale(type="log", domain=[LOWEST, 1]),
        axis=alt.Axis(format=".0e", values=[1e-8, 1e-6, 1e-4, 1e-2, 1]),
    )
    return alt.layer(
        line.mark_rule(strokeDash=[6, 4], color=GREY).encode(y="gap:Q"),
        line.mark_text(align="right", baseline="bottom", dx=-4, dy=-3, color=GREY, fontSize=12 * view.size).encode(
            y="gap:Q", x=alt.value("width"), text="t:N"
        ),
        Chart()
        .mark_point(filled=True, size=28 * view.size, opacity=0.9)
        .encode(
            x=step_axis(view),
            y=y,
            color=arm_color(view),
            tooltip=["name:N", "step:Q", alt.Tooltip("gap:Q", format=".1e")],
        ),
    ).properties(height=height(view, 260), width="container")


apart = Figure(
    "apart",
    T("How far apart are the three that should be equal?", "Ba cách lẽ ra bằng nhau thì cách nhau bao xa?"),
    T(
        "At every step, the training loss of the two wirings with log-softmax, less that of logits with cross-entropy; log axis. {now}",
        "Ở mỗi bước, loss huấn luyện của hai cách nối có log-softmax trừ đi loss của logits với entropy chéo; trục log. {now}",
    ),
    apart_rows,
    apart_chart,
    help=T(
        "Equal to the last bit is drawn at 1e-8. What is above it is float32 rounding, carried along by training.",
        "Bằng nhau đến từng bit thì vẽ ở 1e-8. Phần cao hơn là làm tròn của float32, được quá trình học mang theo.",
    ),
    folded=True,
)

# --- cost ----------------------------------------------------------------------------------------------------------

FORMS = {
    "ce": (same("logits → CE"), ARMS[0]),
    "log_softmax_nll": (same("log-softmax → NLL"), ARMS[1]),
    "log_softmax_ce": (same("log-softmax → CE"), ARMS[2]),
    "chunked": (T("logits → CE in chunks", "logits → CE chia khúc"), ARMS[3]),
}


def cost_rows(view):
    frame = pd.DataFrame(
        view.main.tables.get("forms", {}).get(0, {}), columns=["form", "seconds", "low", "high", "bytes"]
    )
    for column in ("seconds", "low", "high"):
        frame[column] *= 1000
    return frame.assign(name=[FORMS[f][0](view.lang) for f in frame["form"]], megabytes=frame["bytes"] / 1e6)


def cost_chart(view):
    names = [n(view.lang) for n, _ in FORMS.values()]
    color = alt.Color("name:N", scale=alt.Scale(domain=names, range=[c for _, c in FORMS.values()]), legend=None)

    def panel(field, title, first, format):
        y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=220) if first else None)
        x = alt.X(f"{field}:Q", title=title, axis=alt.Axis(grid=False, tickCount=5))
        base = Chart()
        marks = [base.mark_bar().encode(x=x, y=y, color=color)]
        if first:
            marks.append(base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", y=y))
        words = base.mark_text(align="left", dx=6, color=GREY, fontSize=13 * view.size)
        marks.append(words.encode(x="high:Q" if first else x, y=y, text=alt.Text(f"{field}:Q", format=format)))
        return alt.layer(*marks).properties(height=height(view, 230), width="container")

    return (
        panel("seconds", T("milliseconds a step", "mili giây mỗi bước")(view.lang), True, ".1f"),
        panel(
            "megabytes",
            T("most megabytes alive at once", "số megabyte nhiều nhất cùng lúc")(view.lang),
            False,
            ".1f",
        ),
    )


cost = Figure(
    "cost",
    T("Head, loss and their gradients: time and memory", "Tầng ra, loss và gradient: thời gian và bộ nhớ"),
    T(
        "Two groups of bars, one bar for each way to get from hidden states to a loss: milliseconds, and the most bytes alive at once. {now}",
        "Hai nhóm cột, mỗi cách đi từ trạng thái ẩn đến loss một cột: mili giây, và số byte nhiều nhất cùng tồn tại. {now}",
    ),
    cost_rows,
    cost_chart,
    help=T(
        "Forward and backward of the last layer and the loss. Thin line: slowest and fastest but one of five rounds, taken in turn.",
        "Lượt tiến và lượt lùi của tầng cuối cùng và loss. Vạch mảnh: vòng chậm và nhanh thứ hai trong năm vòng chạy xen kẽ.",
    ),
    beside=True,
    constant=True,
)


def chunk_rows(view):
    rows = []
    table = view.main.tables.get("chunks", {}).get(0, {})
    for chunk, seconds, size in zip(*(table.get(n, ()) for n in ("chunk", "seconds", "bytes")), strict=True):
        rows.append((chunk, 1000 * seconds, size / 1e6, "chunked", ""))
    whole = view.main.final("ce_bytes")
    if rows and not math.isnan(whole):
        words = T("all at once: logits → CE", "tất cả một lúc: logits → CE")(view.lang)
        rows.append((None, None, whole / 1e6, "whole", words))
    return pd.DataFrame(rows, columns=["chunk", "ms", "megabytes", "kind", "label"])


def chunk_chart(view):
    x = alt.X(
        "chunk:Q", title=T("tokens per chunk", "số token mỗi khúc")(view.lang), scale=alt.Scale(type="log", base=2)
    )
    base = Chart()
    parts, whole = (base.transform_filter(alt.datum.kind == kind) for kind in ("chunked", "whole"))

    def panel(field, title, scale):
        y = alt.Y(f"{field}:Q", title=title, scale=scale)
        tip = [alt.Tooltip("chunk:Q"), alt.Tooltip(f"{field}:Q", format=".3g")]
        point = alt.OverlayMarkDef(size=60 * view.size, color=ARMS[3])
        marks = [parts.mark_line(color=ARMS[3], strokeWidth=2.5, point=point).encode(x=x, y=y, tooltip=tip)]
        if field == "megabytes":
            marks += [
                whole.mark_rule(strokeDash=[6, 4], color=ARMS[0]).encode(y=y),
                whole.mark_text(
                    align="left", baseline="top", dx=6, dy=5, color=ARMS[0], fontSize=12 * view.size
                ).encode(x=alt.value(0), y=y, text="label:N"),
            ]
        return alt.layer(*marks).properties(height=height(view, 280), width="container")

    return (
        panel(
            "megabytes",
            T("most megabytes alive at once", "số megabyte nhiều nhất cùng lúc")(view.lang),
            alt.Scale(type="log"),
        ),
        panel("ms", T("milliseconds a step", "mili giây mỗi bước")(view.lang), alt.Scale(zero=True)),
    )


chunks = Figure(
    "chunks",
    T("The chunk: memory and time", "Độ dài khúc: bộ nhớ và thời gian"),
    T(
        "Most bytes alive and time of a step against the number of tokens per chunk, log axis. {now}",
        "Số byte nhiều nhất và thời gian mỗi bước theo số token mỗi khúc, trục log. {now}",
    ),
    chunk_rows,
    chunk_chart,
    help=T(
        "Same loss, same gradients. Only chunk · V logits exist at a time; what is left at the lower end is the gradient of the head itself.",
        "Cùng loss, cùng gradient. Mỗi lúc chỉ có (khúc · V) logits tồn tại; phần còn lại ở đầu thấp là gradient của chính tầng ra.",
    ),
    beside=True,
    constant=True,
)
