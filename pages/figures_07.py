"""The pictures of lesson 7: losses by donor, the crossover, the dial, the donors."""

import math
from itertools import pairwise

import altair as alt
import pandas as pd

from app import charts
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, GREY
from pages.controls_07 import ARMS as RUNS
from pages.controls_07 import GIVERS, KINDS, RATIOS, TIE

LAST = T("test loss at the last step", "loss kiểm thử ở bước cuối")
BEST = T("test loss at its best step", "loss kiểm thử ở bước tốt nhất")


def score(result, values) -> float:
    """The test loss the learner wants to see: the last, or the best, nats per token; nan before the first step."""
    if not result.step:
        return math.nan
    return result.best("test_loss") if values.get("score") == "best" else result.final("test_loss")


def ended(a) -> bool:
    return a.result.finished is not None


def finished(a) -> bool:
    """Whether it went as far as the others: neither stopped on the way nor diverged."""
    return a.complete and a.result.finished.reason == "done"


# --- losses ------------------------------------------------------------------------------------------------------


def loss_rows(view):
    frame = charts.loss_rows(view)
    return frame[frame["value"] < 40] if len(frame) else frame  # a blown-up run would flatten all others


def loss_chart(view):
    """Test loss bold, dashed where the embedding is frozen; training loss thin."""
    drawn = (*view.arms, *view.pinned)
    names = [a.arm.name(view.lang) for a in drawn]
    colors = [ARMS[a.arm.color % len(ARMS)] for a in view.arms]
    colors += [ARMS[(len(view.arms) + i) % len(ARMS)] for i in range(len(view.pinned))]
    legend = alt.Legend(
        title=None, orient="top", labelLimit=300, columns=3, symbolOpacity=1, symbolType="stroke", symbolSize=900
    )
    color = alt.Color("name:N", scale=alt.Scale(domain=names, range=colors), legend=legend)
    dashes = [[7, 5] if a.arm.dash else [1, 0] for a in drawn]
    dash = alt.StrokeDash("name:N", scale=alt.Scale(domain=names, range=dashes), legend=legend)
    room = alt.Scale(domain=[0, 1.3 * max(1, view.config.steps)], nice=False)  # on the right, for the lines' names
    x = charts.step_axis(view, scale=room)
    y = alt.Y("value:Q", title=charts.NATS(view.lang), scale=alt.Scale(zero=False), axis=alt.Axis(grid=False))
    base = charts.Chart()
    test = base.transform_filter(alt.datum.kind == "test")
    train = base.transform_filter((alt.datum.kind == "train") & (alt.datum.role == "arm"))
    tip = ["name:N", "step:Q", alt.Tooltip("value:Q", title="nats/token", format=".3f")]
    marks = [
        *charts.rules(view, ("uniform", "unigram_table", "bigram_table")),
        train.mark_line(opacity=0.35, strokeWidth=1.2).encode(x=x, y=alt.Y("mean:Q"), color=color, detail="run:N"),
        test.mark_line(strokeWidth=3 * view.size).encode(x=x, y=y, color=color, strokeDash=dash, detail="run:N"),
        test.mark_point(filled=True, size=45 * view.size, opacity=1).encode(x=x, y=y, color=color, tooltip=tip),
        *charts.diverged(view),
    ]
    return alt.layer(*marks).properties(height=charts.height(view, 400), width="container")


loss = Figure(
    "loss",
    T("Same text, same batches, other vectors", "Cùng văn bản, cùng lô, khác vector"),
    T(
        "Test loss (bold) and training loss (thin) against the step, one colour per donor, dashed where frozen. {now}",
        "Loss kiểm thử (đậm) và huấn luyện (mảnh) theo bước, mỗi nguồn một màu, nét đứt là đóng băng. {now}",
    ),
    loss_rows,
    loss_chart,
    help=T(
        "Colour: whose vectors. Dashes: the embedding is frozen. Thin: training loss. Grey lines: guessing equally, and tables counted on the same n tokens.",
        "Màu: vector của ai. Nét đứt: embedding đóng băng. Nét mảnh: loss huấn luyện. Đường xám: đoán đều, và các bảng đếm trên đúng n token ấy.",
    ),
)

# --- the crossover -----------------------------------------------------------------------------------------------


def crossover_points(view) -> dict[str, dict[int, float]]:
    """{kind: {n: score}} of the runs that have come to an end."""
    out = {kind: {} for kind in KINDS}
    for a in view.arms:
        kind, n = a.arm.label.rsplit(" ", 1)
        value = score(a.result, view.values)
        if finished(a) and math.isfinite(value):
            out[kind][int(n)] = value
    return out


def crossing(points, uniform: float = math.inf) -> float:
    """The n at which frozen and trainable meet, on a straight line over log n; nan where they do not, or not between two n
    that tell them apart. uniform: an n at which both are worse than guessing compares nothing."""
    frozen, free = points["frozen"], points["free"]
    both = [n for n in sorted(frozen.keys() & free.keys()) if min(frozen[n], free[n]) < uniform]
    gaps = [(n, frozen[n] - free[n]) for n in both]
    apart = [i for i, (_, gap) in enumerate(gaps) if abs(gap) > TIE]
    for i, j in pairwise(apart):
        if gaps[i][1] * gaps[j][1] < 0:  # weight decay can turn the order round
            for (n, gap), (m, other) in pairwise(gaps[i : j + 1]):  # ties between them stay where they are drawn
                if (gap <= 0) != (other <= 0):
                    return math.exp(math.log(n) + (math.log(m) - math.log(n)) * gap / (gap - other))
    return math.nan


def about(n: float) -> str:
    """A number of tokens as far as a crossing can be read off: 2,100, 17,000."""
    return f"{round(n, -3 if n >= 5000 else -2):,.0f}"


def crossover_rows(view):
    points = crossover_points(view)
    rows = [(RUNS[kind][1](view.lang), n, v, "", "run") for kind in KINDS for n, v in points[kind].items()]
    n = crossing(points, view.references.get("uniform", math.inf))
    if math.isfinite(n):
        label = T("they cross at about {n} tokens", "hai đường cắt nhau ở khoảng {n} token")
        rows.append(("", n, None, label.format(n=about(n))(view.lang), "cross"))
    return pd.DataFrame(rows, columns=["name", "n", "value", "label", "what"])


def crossover_chart(view):
    names = [RUNS[kind][1](view.lang) for kind in KINDS]
    scale = alt.Scale(domain=names, range=[ARMS[0], ARMS[0], ARMS[7]])
    legend = alt.Legend(title=None, orient="top", labelLimit=300, symbolType="stroke", symbolSize=900)
    dash = alt.StrokeDash("name:N", scale=alt.Scale(domain=names, range=[[7, 5], [1, 0], [1, 0]]), legend=legend)
    x = alt.X(
        "n:Q",
        scale=alt.Scale(type="log", nice=False, padding=20),
        axis=alt.Axis(values=[2000, 5000, 15_000, 50_000], format=",", grid=False),
        title=T("training tokens n (log scale)", "số token huấn luyện n (thang log)")(view.lang),
    )
    title = (BEST if view.values.get("score") == "best" else LAST)(view.lang) + " (nats/token)"
    y = alt.Y("value:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(grid=False))
    runs = charts.Chart().transform_filter(alt.datum.what == "run")
    cross = charts.Chart().transform_filter(alt.datum.what == "cross")
    color = alt.Color("name:N", scale=scale, legend=legend)
    tip = ["name:N", "n:Q", alt.Tooltip("value:Q", format=".3f", title="nats/token")]
    marks = [
        cross.mark_rule(color=GREY, strokeDash=[3, 3], strokeWidth=1.5).encode(x=x),
        cross.mark_text(align="left", dx=7, color=GREY, fontSize=13 * view.size).encode(
            x=x, y=alt.value(14), text="label:N"
        ),
        *charts.rules(view, ("uniform",)),
        runs.mark_line(strokeWidth=3 * view.size).encode(x=x, y=y, color=color, strokeDash=dash),
        runs.mark_point(filled=True, size=90 * view.size, opacity=1).encode(x=x, y=y, color=color, tooltip=tip),
    ]
    return alt.layer(*marks).properties(height=charts.height(view, 400), width="container")


crossover = Figure(
    "crossover",
    T("Frozen or trainable: ask how much text you have", "Đóng băng hay huấn luyện tiếp: tùy bạn có bao nhiêu văn bản"),
    T(
        "Test loss against the number of training tokens for frozen, trainable and random embeddings. {now}",
        "Loss kiểm thử theo số token huấn luyện của embedding đóng băng, huấn luyện được và ngẫu nhiên. {now}",
    ),
    crossover_rows,
    crossover_chart,
    help=T(
        "Each dot is a run of its own. Where the dashed blue line is the lower one, freezing wins; where the solid one is, training does.",
        "Mỗi chấm là một lần chạy. Đường xanh nét đứt thấp hơn thì đóng băng thắng; nét liền thấp hơn thì huấn luyện tiếp thắng.",
    ),
)

# --- the dial ----------------------------------------------------------------------------------------------------

SERIES = ((LAST, "final", 1), (BEST, "best", 0))


def ratio_name(r: float) -> str:
    return f"{r:g}"


def dial_rows(view):
    rows = []
    for a in view.arms:
        for title, how, _ in SERIES:
            value = score(a.result, {"score": how})
            if finished(a) and math.isfinite(value):
                rows.append((ratio_name(a.arm.config.ratio), title(view.lang), value))
    return pd.DataFrame(rows, columns=["r", "series", "value"])


def dial_chart(view):
    names = [title(view.lang) for title, *_ in SERIES]
    color = alt.Color(
        "series:N",
        scale=alt.Scale(domain=names, range=[ARMS[c] for *_, c in SERIES]),
        legend=alt.Legend(title=None, orient="top", labelLimit=400),
    )
    x = alt.X(
        "r:O",
        scale=alt.Scale(domain=[ratio_name(r) for r in RATIOS]),
        axis=alt.Axis(labelAngle=0),
        title=T("embedding lr ÷ head lr, r (0: frozen)", "lr embedding ÷ lr tầng ra, r (0: đóng băng)")(view.lang),
    )
    y = alt.Y("value:Q", scale=alt.Scale(zero=False), title=charts.NATS(view.lang), axis=alt.Axis(grid=False))
    line = charts.Chart().mark_line(strokeWidth=3 * view.size).encode(x=x, y=y, color=color)
    tip = ["r:O", "series:N", alt.Tooltip("value:Q", format=".3f")]
    dots = (
        charts.Chart()
        .mark_point(filled=True, size=90 * view.size, opacity=1)
        .encode(x=x, y=y, color=color, tooltip=tip)
    )
    text = (
        charts.Chart()
        .mark_text(dy=-12, fontSize=12 * view.size)
        .encode(x=x, y=y, color=color, text=alt.Text("value:Q", format=".2f"))
    )
    return alt.layer(line, dots, text).properties(height=charts.height(view, 380), width="container")


dial_figure = Figure(
    "dial",
    T("One dial between frozen and free", "Một núm xoay giữa đóng băng và tự do"),
    T(
        "Test loss, at the last and at the best step, against the learning rate ratio of the embedding. {now}",
        "Loss kiểm thử, ở bước cuối và bước tốt nhất, theo tỉ số tốc độ học của embedding. {now}",
    ),
    dial_rows,
    dial_chart,
    help=T(
        "Five runs on the same text. The lowest dot tells how far the borrowed vectors should be allowed to move.",
        "Năm lần chạy trên cùng văn bản. Chấm thấp nhất cho biết nên cho các vector mượn đi xa đến đâu.",
    ),
)

# --- donors ------------------------------------------------------------------------------------------------------


def giver_rows(view):
    rows = []
    for a in view.arms:
        value = score(a.result, view.values)
        if finished(a) and math.isfinite(value):
            rows.append((a.arm.name(view.lang), value))
    return pd.DataFrame(rows, columns=["name", "value"])


def giver_chart(view):
    names = [name(view.lang) for _, name, *_ in GIVERS]
    title = (BEST if view.values.get("score") == "best" else LAST)(view.lang) + " (nats/token)"
    color = alt.Color("name:N", scale=alt.Scale(domain=names, range=[ARMS[c] for *_, c in GIVERS]), legend=None)
    y = alt.Y("name:N", sort=names, scale=alt.Scale(domain=names), title=None, axis=alt.Axis(labelLimit=320))
    x = alt.X("value:Q", scale=alt.Scale(zero=False, padding=30), title=title, axis=alt.Axis(grid=True, tickCount=6))
    tip = ["name:N", alt.Tooltip("value:Q", format=".3f")]
    dots = (
        charts.Chart()
        .mark_point(filled=True, size=220 * view.size, opacity=1)
        .encode(x=x, y=y, color=color, tooltip=tip)
    )
    text = (
        charts.Chart()
        .mark_text(dy=-15, fontSize=13 * view.size)
        .encode(x=x, y=y, color=color, text=alt.Text("value:Q", format=".2f"))
    )
    return alt.layer(dots, text).properties(height=charts.height(view, 360), width="container")


givers_figure = Figure(
    "givers",
    T("Who may lend?", "Mượn của ai thì được?"),
    T(
        "Test loss of the same training from six donors. {now}",
        "Loss kiểm thử của cùng một huấn luyện từ sáu nguồn. {now}",
    ),
    giver_rows,
    giver_chart,
    help=T(
        "Further left is better. The distance to “nobody” is what the loan was worth.",
        "Càng sang trái càng tốt. Khoảng cách tới “không ai” là giá trị của việc mượn.",
    ),
)
