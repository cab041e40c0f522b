"""The pictures of lesson 12 for a small GPT from many starts."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart, height, step_axis
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, GREY, number
from pages.figures_12 import decades

# --- a small GPT -----------------------------------------------------------------------------------------------------

CAP = 3.0  # nats above ln V: what is worse is drawn there, with its number


def order(view):
    """The names of the starts, spreads from small to large, each once."""
    arms = sorted(view.arms, key=lambda a: (a.arm.config.matrices != "normal", a.arm.config.std))
    return list(dict.fromkeys(a.arm.name(view.lang) for a in arms))


def starts_color(view, legend=True):
    names = {a.arm.name(view.lang): ARMS[a.arm.color % len(ARMS)] for a in view.arms}
    shown = alt.Legend(title=None, orient="top", columns=6, labelLimit=220) if legend else None
    return alt.Color("name:N", scale=alt.Scale(domain=order(view), range=[names[n] for n in order(view)]), legend=shown)


def sweep_rows(view):
    cap = view.references.get("uniform", math.inf) + CAP
    rows = []
    for a in view.arms:
        losses = a.result.metrics.get("test_loss", {})
        for moment, value in (
            ("before", losses.get(0)),
            ("now", a.result.final("test_loss") if len(losses) > 1 else None),
        ):
            if value is not None and not math.isnan(value):
                label = ("▲ " if value > cap else "") + number(value)
                spread = a.arm.config.matrices == "normal"
                rows.append((a.arm.name(view.lang), moment, min(value, cap), label, a.arm.config.seed, spread))
    return pd.DataFrame(rows, columns=["name", "moment", "loss", "label", "seed", "spread"])


def sweep_chart(view):
    x = alt.X(
        "name:N",
        sort=order(view),
        title=T(
            "start: std of every weight, or the scheme", "cách bắt đầu: độ lệch chuẩn của mọi trọng số, hoặc tên cách"
        )(view.lang),
        scale=alt.Scale(domain=order(view), type="point", padding=1.5),  # room for the lines' names
        axis=alt.Axis(labelAngle=0, labelLimit=150),
    )
    y = alt.Y(
        "loss:Q",
        title=T("test loss (nats/token)", "loss kiểm thử (nats/token)")(view.lang),
        scale=alt.Scale(zero=False, nice=False, padding=24),
        axis=alt.Axis(grid=False),  # a line of the grid would run through a reference's name
    )
    marks = []
    names = {"uniform": T("uniform guess, ln V", "đoán đều, ln V"), "unigram": T("token frequencies", "tần suất token")}
    lines = alt.Data(
        values=[
            {"loss": view.references[n], "t": f"{t(view.lang)} {view.references[n]:.2f}"}
            for n, t in names.items()
            if n in view.references
        ]
    )
    if view.references:
        base = Chart(lines)
        marks += [
            base.mark_rule(strokeDash=[6, 4], color=GREY).encode(y="loss:Q"),
            base.mark_text(align="right", baseline="top", dx=-4, dy=4, color=GREY, fontSize=12 * view.size).encode(
                y="loss:Q", x=alt.value("width"), text="t:N"
            ),
        ]
    before = Chart().transform_filter(alt.datum.moment == "before")
    now = Chart().transform_filter(alt.datum.moment == "now")
    marks += [
        now.transform_filter(alt.datum.spread)
        .mark_line(strokeWidth=2, color=GREY, opacity=0.6)
        .encode(x=x, y=alt.Y("mean(loss):Q")),
        before.mark_point(size=90 * view.size, strokeWidth=2).encode(
            x=x, y=y, color=starts_color(view, False), tooltip=["name:N", "label:N"]
        ),
        now.mark_point(filled=True, size=150 * view.size, opacity=1).encode(
            x=x, y=y, color=starts_color(view, False), tooltip=["name:N", "label:N", "seed:Q"]
        ),
    ]
    for part, dy in ((before, -11), (now, 13)):  # beside the mark, clear of the reference lines
        marks.append(
            part.mark_text(align="left", dx=9, dy=dy * view.size, fontSize=13 * view.size).encode(
                x=x, y=y, text="label:N", color=starts_color(view, False)
            )
        )
    return alt.layer(*marks).properties(height=height(view, 400), width="container")


sweep = Figure(
    "sweep",
    T("Where each start begins (ring) and gets to (dot)", "Mỗi cách bắt đầu từ đâu (vòng) và đi đến đâu (chấm)"),
    T(
        "Test loss per start, before the first step as a ring and at the end as a dot. {now}",
        "Loss kiểm thử theo cách bắt đầu, trước bước đầu là vòng, lúc cuối là chấm. {now}",
    ),
    sweep_rows,
    sweep_chart,
    T(
        "Ring: loss before any step. Dot: loss at the end; several dots are several seeds. ▲: far above the picture, with its value.",
        "Vòng: loss trước mọi bước. Chấm: loss lúc cuối; nhiều chấm là nhiều hạt giống. ▲: nằm cao hơn hình nhiều, kèm giá trị.",
    ),
)


def curve_rows(view):
    frame = view.frame("test_loss")
    return frame[frame["role"] == "arm"]


def curve_chart(view):
    x = step_axis(view)
    y = alt.Y(
        "value:Q",
        title=T("test loss (nats/token), log scale", "loss kiểm thử (nats/token), thang log")(view.lang),
        scale=alt.Scale(type="log", nice=False, zero=False),
        axis=alt.Axis(values=[1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 80], labelOverlap=False),
    )
    tip = ["name:N", "step:Q", alt.Tooltip("value:Q", format=".3f")]
    return alt.layer(
        Chart().mark_line(strokeWidth=2.5).encode(x=x, y=y, color=starts_color(view), detail="run:N"),
        Chart().mark_point(filled=True, size=40, opacity=1).encode(x=x, y=y, color=starts_color(view), tooltip=tip),
    ).properties(height=height(view, 330), width="container")


curves = Figure(
    "curves",
    T("The same, step by step", "Vẫn thế, từng bước một"),
    T(
        "Test loss over the steps, one line per start. {now}",
        "Loss kiểm thử theo bước, mỗi cách bắt đầu một đường. {now}",
    ),
    curve_rows,
    curve_chart,
)


def block_rows(view):
    rows = []
    for a in view.arms:
        table = a.result.tables.get("blocks", {}).get(0, {})
        for what in ("gradient", "stream"):
            for block, value in zip(table.get("block", ()), table.get(what, ()), strict=True):
                if value and (block or what == "stream"):
                    rows.append((a.arm.name(view.lang), a.run_id, what, block, math.log10(value), value))
    return pd.DataFrame(rows, columns=["name", "run", "what", "block", "y", "value"])


def block_panel(view, what, title, first):
    x = alt.X(
        "block:Q",
        title=None if first else T("block (0: embeddings)", "khối (0: embedding)")(view.lang),
        axis=alt.Axis(tickMinStep=1, grid=False),
    )
    base = Chart().transform_filter(alt.datum.what == what)
    tip = ["name:N", "block:Q", alt.Tooltip("value:Q", format=".3g")]
    color = starts_color(view, first)
    return alt.layer(
        base.mark_line(strokeWidth=2.5 * view.size).encode(x=x, y=decades(title), color=color, detail="run:N"),
        base.mark_point(filled=True, size=70 * view.size, opacity=1).encode(
            x=x, y=decades(title), color=color, tooltip=tip
        ),
    ).properties(height=height(view, 250), width="container")


def block_chart(view):
    return (
        block_panel(view, "gradient", T("norm of the first gradient", "chuẩn của gradient đầu tiên")(view.lang), True),
        block_panel(view, "stream", T("std of the stream", "độ lệch chuẩn của dòng")(view.lang), False),
    )


BLOCK = (
    T(
        "Before the first step: gradient and stream, block by block",
        "Trước bước đầu: gradient và dòng residual, từng khối",
    ),
    T(
        "Above: norm of the first gradient of each block. Below: spread of the residual stream after it. Powers of ten, one line per start. {now}",
        "Trên: chuẩn gradient đầu tiên của từng khối. Dưới: độ lệch chuẩn của dòng residual sau khối. Lũy thừa mười, mỗi cách một đường. {now}",
    ),
    block_rows,
    block_chart,
    T(
        "Above: how strongly the first batch pulls at each block (norm over all its parameters). Below: how large the numbers are that flow between the blocks.",
        "Trên: lô đầu tiên kéo từng khối mạnh đến đâu (chuẩn trên mọi tham số của khối). Dưới: các con số chảy giữa các khối lớn đến đâu.",
    ),
)
blocks = Figure("blocks", *BLOCK)
blocks_folded = Figure("blocks_folded", *BLOCK, folded=True)


def moved_rows(view):
    rows = []
    for a in view.arms:
        last = a.result.table("moved")
        if last:
            rows += [
                (a.arm.name(view.lang), m, r, str(a.arm.config.seed))
                for m, r in zip(last["matrix"], last["moved"], strict=True)
                if r
            ]
    return pd.DataFrame(rows, columns=["name", "matrix", "moved", "seed"])


def moved_chart(view):
    return (
        Chart()
        .mark_point(filled=True, size=110, opacity=0.9)
        .encode(
            x=alt.X(
                "moved:Q",
                scale=alt.Scale(type="log"),
                title=T(
                    "‖W − W₀‖ / ‖W₀‖: distance from its start, over the size of the start",
                    "‖W − W₀‖ / ‖W₀‖: quãng đã đi so với độ lớn lúc đầu",
                )(view.lang),
            ),
            y=alt.Y("matrix:N", title=None, sort=None, axis=alt.Axis(labelLimit=220)),
            color=starts_color(view),
            tooltip=["name:N", "matrix:N", alt.Tooltip("moved:Q", format=".3g")],
        )
        .properties(height=height(view, 330), width="container")
    )


moved = Figure(
    "moved",
    T("Does the start wash out?", "Dấu vết lúc đầu có phai không?"),
    T(
        "For every matrix and start: how far training has carried it, relative to the size it began with.",
        "Với từng ma trận và cách bắt đầu: huấn luyện đã đưa nó đi bao xa so với độ lớn ban đầu.",
    ),
    moved_rows,
    moved_chart,
    folded=True,
)
