"""The pictures of lesson 16's collections: the S-curve of near-copies, how long pages are, how many tokens differ."""

import math

import altair as alt
import numpy as np
import pandas as pd

from app.charts import Chart, height
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY, TEST

# --- near-copies ------------------------------------------------------------------------------------------------------


def curve_rows(view):
    """what: line (the curve), bin (share caught among the pairs of this similarity), caught and missed (single pairs)."""
    curve, pairs, bins = view.main.table("curve"), view.main.table("pairs"), view.main.table("bins")
    if not curve:
        return None
    rows = [("line", s, p, None) for s, p in zip(curve["s"], curve["p"], strict=True)]
    rows += [
        ("bin", s, p, n)
        for s, p, n in zip(bins.get("s", ()), bins.get("share", ()), bins.get("pairs", ()), strict=True)
    ]
    for k, (s, c) in enumerate(zip(pairs["s"], pairs["caught"], strict=True)):
        spread = (k * 0.618 % 1) * 0.05
        rows.append(("caught" if c else "missed", s, 1.03 + spread if c else -0.03 - spread, None))
    at = view.main.facts.get("threshold", 0.7)
    rows.append(("threshold", at, None, None))
    frame = pd.DataFrame(rows, columns=["what", "s", "p", "pairs"])
    label = T("steepest near (1/b)^(1/r) = {v}", "dốc nhất gần (1/b)^(1/r) = {v}").format(v=f"{at:.2f}")(view.lang)
    side = "left" if at > 0.5 else "right"  # of the line: where its name has room
    return frame.assign(label=[label if w == "threshold" else "" for w in frame["what"]], side=side)


def curve_chart(view):
    x = alt.X(
        "s:Q",
        title=T("Jaccard similarity s of a pair of pages", "độ giống Jaccard s của một cặp trang")(view.lang),
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(grid=False),
    )
    y = alt.Y(
        "p:Q",
        title=T("chance of becoming a candidate", "xác suất trở thành ứng viên")(view.lang),
        scale=alt.Scale(domain=[-0.1, 1.1]),
        axis=alt.Axis(format="%", grid=False, values=[0, 0.25, 0.5, 0.75, 1]),
    )
    base = Chart()
    of_ = {w: base.transform_filter(f"datum.what == '{w}'") for w in ("line", "bin", "caught", "missed", "threshold")}
    return alt.layer(
        of_["threshold"].mark_rule(color=GREY, strokeDash=[6, 4]).encode(x=x),
        *(
            of_["threshold"]
            .transform_filter(f"datum.side == '{side}'")
            .mark_text(align=align, dx=dx, color=GREY, fontSize=12 * view.size)
            .encode(x=x, y=alt.value(60), text="label:N")
            for side, align, dx in (("left", "right", -6), ("right", "left", 6))
        ),
        of_["missed"].mark_point(color=GREY, size=14, opacity=0.6).encode(x=x, y=y),
        of_["caught"].mark_point(color=ARMS[2], size=14, opacity=0.7).encode(x=x, y=y),
        of_["line"].mark_line(color=TEST, strokeWidth=3 * view.size).encode(x=x, y=y),
        of_["bin"]
        .mark_point(filled=True, color=ARMS[1], opacity=1)
        .encode(
            x=x,
            y=y,
            size=alt.Size("pairs:Q", scale=alt.Scale(type="sqrt", range=[30, 400]), legend=None),
            tooltip=["s:Q", "p:Q", "pairs:Q"],
        ),
    ).properties(height=height(view, 380), width="container")


scurve = Figure(
    "scurve",
    T("The S-curve, and what happened to the pairs", "Đường chữ S, và chuyện gì xảy ra với các cặp"),
    T(
        "Line: 1 − (1 − s^r)^b. Orange dots: share of real pairs caught at that similarity. Small dots: single pairs, caught above, missed below. {now}",
        "Đường: 1 − (1 − s^r)^b. Chấm cam: tỉ lệ cặp thật bị bắt ở mức giống đó. Chấm nhỏ: từng cặp, bắt được ở trên, lọt ở dưới. {now}",
    ),
    curve_rows,
    curve_chart,
    T(
        "Blue: theory. Orange: share of the pairs of these pages that was caught, larger for more pairs. Green marks above: caught pairs; grey below: missed.",
        "Xanh: lý thuyết. Cam: tỉ lệ cặp bị bắt, càng nhiều cặp chấm càng to. Vòng xanh lá ở trên: bắt được; xám ở dưới: lọt lưới.",
    ),
)


def estimate_rows(view):
    found = view.main.table("pairs")
    return pd.DataFrame(found) if found else None


def estimate_chart(view):
    x = alt.X(
        "s:Q",
        title=T("true similarity", "độ giống thật")(view.lang),
        axis=alt.Axis(grid=False),
        scale=alt.Scale(domain=[0, 1]),
    )
    y = alt.Y(
        "estimate:Q",
        title=T("share of equal hashes", "tỉ lệ hash trùng")(view.lang),
        axis=alt.Axis(grid=False),
        scale=alt.Scale(domain=[0, 1]),
    )
    line = (
        Chart(alt.Data(values=[{"s": 0, "estimate": 0}, {"s": 1, "estimate": 1}]))
        .mark_line(color=GREY, strokeDash=[6, 4])
        .encode(x=x, y=y)
    )
    dots = Chart().mark_point(color=TEST, size=18, opacity=0.6).encode(x=x, y=y, tooltip=["s:Q", "estimate:Q"])
    return alt.layer(line, dots).properties(height=height(view, 320), width="container")


estimates = Figure(
    "estimates",
    T("MinHash's estimate against the truth", "Ước lượng của MinHash so với sự thật"),
    T(
        "One dot per pair: true Jaccard similarity and the share of equal minimal hashes; dashed: equality. {now}",
        "Mỗi chấm một cặp: độ giống Jaccard thật và tỉ lệ hash nhỏ nhất trùng nhau; nét đứt: bằng nhau. {now}",
    ),
    estimate_rows,
    estimate_chart,
    folded=True,
)

# --- census -----------------------------------------------------------------------------------------------------------


def length_rows(view):
    found = view.main.table("lengths")
    if not found:
        return None
    x = np.log10(np.maximum(found["tokens"], 1))
    edges = np.arange(math.floor(x.min() * 5) / 5, x.max() + 0.2, 0.1)
    counts, _ = np.histogram(x, edges)
    rows = [("bar", a, b, int(n), 0, "") for a, b, n in zip(edges, edges[1:], counts, strict=False) if n]
    for what, label in (("median", T("median {v}", "trung vị {v}")), ("mean", T("mean {v}", "trung bình {v}"))):
        value = view.main.final(what)
        rows.append((what, math.log10(max(value, 1)), None, None, None, label.format(v=f"{value:,.0f}")(view.lang)))
    frame = pd.DataFrame(rows, columns=["what", "x", "x2", "count", "zero", "label"])
    left = (
        "median" if view.main.final("median") <= view.main.final("mean") else "mean"
    )  # names lead away from each other
    return frame.assign(side=["left" if w == left else "right" for w in frame["what"]])


def length_chart(view):
    axis = alt.Axis(grid=False, labelExpr="format(pow(10, datum.value), ',.0f')", values=[0, 1, 2, 3, 4, 5])
    x = alt.X(
        "x:Q",
        title=T("tokens of a page (logarithmic)", "số token của trang (thang log)")(view.lang),
        axis=axis,
        scale=alt.Scale(zero=False),
    )
    base = Chart()
    marks = [
        base.transform_filter("datum.what == 'bar'")
        .mark_rect(color=TEST, opacity=0.55)
        .encode(
            x=x,
            x2="x2:Q",
            y2="zero:Q",
            y=alt.Y("count:Q", title=T("pages", "số trang")(view.lang), axis=alt.Axis(grid=False)),
            tooltip=["count:Q"],
        )
    ]
    for what, color in (("median", ARMS[2]), ("mean", BROKEN)):
        lines = base.transform_filter(f"datum.what == '{what}'")
        marks.append(lines.mark_rule(color=color, strokeWidth=2.5).encode(x="x:Q"))
        marks += [
            lines.transform_filter(f"datum.side == '{side}'")
            .mark_text(align=align, color=color, fontSize=13 * view.size, fontWeight="bold")
            .encode(x="x:Q", y=alt.value(-8), text="label:N")
            for side, align in (("left", "right"), ("right", "left"))
        ]
    return alt.layer(*marks).properties(height=height(view, 330), width="container")


lengths = Figure(
    "lengths",
    T("How long is a page?", "Một trang dài bao nhiêu?"),
    T(
        "Histogram of tokens per page on a logarithmic axis, with median and mean. {now}",
        "Biểu đồ số token mỗi trang, trục log, có trung vị và trung bình. {now}",
    ),
    length_rows,
    length_chart,
    constant=True,
)


def heaps_rows(view):
    found = view.main.table("heaps")
    if not found:
        return None
    rows = [("seen", r, d) for r, d in zip(found["read"], found["distinct"], strict=True) if d is not None]
    rows += [("fit", r, d) for r, d in zip(found["read"], found["fit"], strict=True)]
    if view.main.facts.get("limit"):
        rows += [("limit", r, view.main.facts["limit"]) for r in (found["read"][0], found["read"][-1])]
    names = {
        "seen": T("counted", "đếm được"),
        "fit": T("power law of the second half", "luật lũy thừa của nửa sau"),
        "limit": T("size of the vocabulary", "cỡ từ vựng"),
    }
    return pd.DataFrame([(names[w](view.lang), r, d) for w, r, d in rows], columns=["name", "read", "distinct"])


def heaps_chart(view):
    names = [
        t(view.lang)
        for t in (
            T("counted", "đếm được"),
            T("power law of the second half", "luật lũy thừa của nửa sau"),
            T("size of the vocabulary", "cỡ từ vựng"),
        )
    ]
    log = {"scale": alt.Scale(type="log"), "axis": alt.Axis(grid=False, format=",.0f", tickCount=5)}
    color = alt.Color(
        "name:N",
        scale=alt.Scale(domain=names, range=[TEST, ARMS[1], GREY]),
        legend=alt.Legend(orient="top", title=None, labelLimit=260),
    )
    dash = alt.StrokeDash("name:N", scale=alt.Scale(domain=names, range=[[1, 0], [3, 3], [6, 4]]), legend=None)
    return (
        Chart()
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("read:Q", title=T("tokens read", "số token đã đọc")(view.lang), **log),
            y=alt.Y("distinct:Q", title=T("different ones", "số token khác nhau")(view.lang), **log),
            color=color,
            strokeDash=dash,
            tooltip=["name:N", alt.Tooltip("read:Q", format=",.0f"), alt.Tooltip("distinct:Q", format=",.0f")],
        )
        .properties(height=height(view, 300), width="container")
    )


heaps = Figure(
    "heaps",
    T("Reading on, how many new ones? (Heaps)", "Đọc tiếp, còn gặp bao nhiêu cái mới? (Heaps)"),
    T(
        "Different tokens against tokens read, both logarithmic, with the fitted power law up to 1,000 pages. {now}",
        "Số token khác nhau theo số token đã đọc, hai trục log, kèm luật lũy thừa kéo đến 1,000 trang. {now}",
    ),
    heaps_rows,
    heaps_chart,
)
