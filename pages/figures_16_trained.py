"""The pictures of lesson 16's training: four pools, one test, and what each has learned of every kind of page."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart, arm_color, loss_chart, loss_rows
from app.i18n import T
from app.lesson import Figure
from app.theme import GREY
from pages.names_16 import KINDS, of
from pages.verdict_16 import last_train

DARK = "#222"  # to be read on any bar, an orange one too

loss = Figure(
    "loss",
    T(
        "Loss: the training pool's own (thin), clean held-out prose (bold)",
        "Loss: trên chính dữ liệu huấn luyện (mảnh), trên văn xuôi sạch để dành (đậm)",
    ),
    T(
        "Loss against the step for each pool: training loss faint, test loss on the same held-out prose bold. {now}",
        "Loss theo bước cho từng loại dữ liệu: loss huấn luyện mờ, loss kiểm thử trên cùng văn xuôi để dành đậm. {now}",
    ),
    loss_rows,
    lambda view: loss_chart(view, references=("uniform",)),
    T(
        "The thin lines cannot be compared: each is graded on another text. The bold ones can.",
        "Không so được các đường mảnh: mỗi đường chấm trên một văn bản khác. Đường đậm thì so được.",
    ),
)


def ends_rows(view):
    """Last training loss (mean of 15 steps) and clean test loss of every arm."""
    rows = []
    names = {
        "train": T("reported: training loss", "báo cáo: loss huấn luyện"),
        "test": T("clean held-out prose", "văn xuôi sạch để dành"),
    }
    for a in view.arms:
        ends_ = {"train": last_train(a.result), "test": a.result.final("test_loss")}
        for what, value in ends_.items():
            if math.isfinite(value):
                rows.append((a.arm.name(view.lang), names[what](view.lang), value, f"{value:.2f}"))
    return pd.DataFrame(rows, columns=["name", "what", "value", "label"])


def ends_chart(view):
    order = [a.arm.name(view.lang) for a in view.arms]
    panels = [
        T("reported: training loss", "báo cáo: loss huấn luyện"),
        T("clean held-out prose", "văn xuôi sạch để dành"),
    ]

    def panel(title):
        y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=190))
        x = alt.X(
            "value:Q",
            title=title(view.lang) + " (nats/token)",
            axis=alt.Axis(grid=False),
            scale=alt.Scale(domain=[0, 8.6], clamp=True),
        )
        base = Chart().transform_filter(alt.datum.what == title(view.lang))
        bars = base.mark_bar().encode(y=y, x=x, color=arm_color(view, legend=False))
        size = 13 * view.size
        beyond = base.transform_filter("datum.value <= 7.8").mark_text(align="left", dx=5, color=GREY, fontSize=size)
        inside = base.transform_filter("datum.value > 7.8").mark_text(align="right", dx=-5, color=DARK, fontSize=size)
        labels = (text.encode(y=y, x=x, text="label:N") for text in (beyond, inside))
        return alt.layer(bars, *labels).properties(height=(34 * len(order) + 40) * view.size, width="container")

    return tuple(panel(title) for title in panels)


ends = Figure(
    "ends",
    T("Who looks better, and who is better", "Ai trông tốt hơn, và ai thật sự tốt hơn"),
    T(
        "Two bar panels: the last training loss of each pool, and its loss on clean held-out prose. {now}",
        "Hai khung cột: loss huấn luyện cuối của từng loại dữ liệu, và loss trên văn xuôi sạch để dành. {now}",
    ),
    ends_rows,
    ends_chart,
    beside=True,
)


def kinds_rows(view):
    rows = []
    for a in view.arms:
        last = a.result.table("by_kind")
        if last:
            rows += [
                (a.arm.name(view.lang), of(KINDS, k)(view.lang), v, f"{v:.1f}")
                for k, v in zip(last["kind"], last["loss"], strict=True)
                if v is not None and math.isfinite(v)  # a log keeps as null what is no number
            ]
    return pd.DataFrame(rows, columns=["name", "kind", "loss", "label"])


def kinds_chart(view):
    x = alt.X(
        "kind:N",
        title=T("tested on", "kiểm thử trên")(view.lang),
        scale=alt.Scale(domain=[KINDS[k](view.lang) for k in KINDS if k not in ("banner", "copy", "page")]),
        axis=alt.Axis(labelAngle=0, labelLimit=90),
    )
    y = alt.Y(
        "name:N",
        title=T("trained on", "huấn luyện trên")(view.lang),
        scale=alt.Scale(domain=[a.arm.name(view.lang) for a in view.arms]),
        axis=alt.Axis(labelLimit=200),
    )
    tiles = (
        Chart()
        .mark_rect()
        .encode(
            x=x,
            y=y,
            color=alt.Color("loss:Q", scale=alt.Scale(scheme="blues", reverse=True, domain=[0, 8]), legend=None),
        )
    )
    text = (
        Chart()
        .mark_text(fontSize=13 * view.size)
        .encode(x=x, y=y, text="label:N", color=alt.condition("datum.loss < 4", alt.value("white"), alt.value("#222")))
    )
    return alt.layer(tiles, text).properties(height=(44 * len(view.arms) + 60) * view.size, width="container")


kinds = Figure(
    "kinds",
    T("Trained on × tested on (nats/token)", "Huấn luyện trên × kiểm thử trên (nats/token)"),
    T(
        "A table: loss of each model on held-out pages of each kind; darker is lower. {now}",
        "Bảng: loss của từng mô hình trên trang để dành của mỗi loại; càng đậm càng thấp. {now}",
    ),
    kinds_rows,
    kinds_chart,
    folded=True,
)
