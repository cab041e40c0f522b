"""The pictures of lesson 1 about what a budget buys: the map of N and D, and doubt."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart
from app.i18n import T, same
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY
from core import compute
from core.cards import cards
from core.experiments import compute_cost
from pages.figures_01_costs import YOU, money, power

# --- the map of N and D ------------------------------------------------------------------------------------------------

NS, DS = (1e7, 2e12), (1e8, 1e14)
LEVELS = (1.9, 2.0, 2.2, 2.5, 3.0, 3.5, 4.0)


def inside(n: float, d: float) -> bool:
    return NS[0] <= n <= NS[1] and DS[0] <= d <= DS[1]


def ladder(ends, count: int = 60):
    return [ends[0] * (ends[1] / ends[0]) ** (i / (count - 1)) for i in range(count)]


def map_rows(view):
    chosen, rows = compute.FITS[view.values.get("fit", "besiroglu")], []
    for level in LEVELS:
        line = [(n, chosen.tokens_for(level, n)) for n in ladder(NS, 120)]
        line = [(n, d) for n, d in line if inside(n, d)]
        rows += [{"kind": "level", "n": n, "d": d, "name": f"{level}"} for n, d in line]
        if line:
            n, d = line[-1]
            rows.append({"kind": "level_name", "n": n, "d": d, "name": f"{level:.1f}"})
    for exponent in range(18, 28, 2):
        ends = [(n, 10.0**exponent / (6 * n)) for n in ladder(NS)]
        ends = [(n, d) for n, d in ends if inside(n, d)]
        rows += [{"kind": "flop", "n": n, "d": d, "name": f"1e{exponent}"} for n, d in ends]
        if ends:
            n, d = ends[0]
            rows.append({"kind": "flop_name", "n": n, "d": d, "name": f"{power(10.0**exponent).split('× ')[1]} FLOP"})
    for fit in compute.FITS.values():
        line = [fit.best(c) for c in ladder((1e17, 1e28))]
        line = [(n, d) for n, d in line if inside(n, d)]
        rows += [{"kind": "best", "n": n, "d": d, "name": fit.name} for n, d in line]
    for card in cards():
        if not (math.isnan(card.parameters) or math.isnan(card.tokens)):
            loss = said_loss(chosen, card.parameters, card.tokens)(view.lang)
            rows.append({"kind": "card", "n": card.parameters, "d": card.tokens, "name": card.name, "loss": loss})
    n, d = view.config.parameters, compute_cost.tokens_of(view.config)
    rows.append({"kind": "you", "n": n, "d": d, "name": YOU(view.lang), "loss": said_loss(chosen, n, d)(view.lang)})
    (n0, n1), (d0, d1) = compute.FITTED
    rows.append({"kind": "range", "n": n0, "n2": n1, "d": d0, "d2": d1})
    return pd.DataFrame(rows)


def said_loss(fit, n: float, d: float) -> T:
    """The fit's prediction, and how far to trust it; above a uniform guess it is not repeated."""
    loss = fit.loss(n, d)
    if loss > compute.CEILING:
        return T("outside the fitted range", "ngoài vùng đã khớp")
    if compute.fitted(n, d):
        return same(f"{loss:.2f} nats")
    return T(f"{loss:.2f} nats, extrapolated", f"{loss:.2f} nats, ngoại suy")


def map_chart(view):
    x = alt.X(
        "n:Q",
        title=T("parameters N (log)", "tham số N (thang log)")(view.lang),
        scale=alt.Scale(type="log", domain=NS, nice=False, clamp=True),
        axis=alt.Axis(format=".0e", grid=False, tickCount=6),
    )
    y = alt.Y(
        "d:Q",
        title=T("tokens D (log)", "token D (thang log)")(view.lang),
        scale=alt.Scale(type="log", domain=DS, nice=False, clamp=True),
        axis=alt.Axis(format=".0e", grid=False, tickCount=6),
    )
    fits = [fit.name for fit in compute.FITS.values()]
    color = alt.Color(
        "name:N",
        scale=alt.Scale(domain=fits, range=[ARMS[1], ARMS[0]]),
        legend=alt.Legend(
            orient="top",
            title=T("best split by", "cách chia tốt nhất theo")(view.lang),
            titleOrient="left",
            symbolType="stroke",
        ),
    )

    def only(kind):
        return Chart().transform_filter(alt.datum.kind == kind)

    tip = ["name:N", alt.Tooltip("n:Q", format=".3g", title="N"), alt.Tooltip("d:Q", format=".3g", title="D"), "loss:N"]
    small = 12 * view.size
    return alt.layer(
        only("range").mark_rect(color=GREY, opacity=0.12).encode(x=x, x2="n2:Q", y=y, y2="d2:Q"),
        only("flop").mark_line(color=GREY, strokeDash=[2, 4], strokeWidth=1).encode(x=x, y=y, detail="name:N"),
        only("flop_name")
        .mark_text(color=GREY, align="left", dx=4, dy=-4, fontSize=small)
        .encode(x=x, y=y, text="name:N"),
        only("level").mark_line(color=ARMS[2], strokeWidth=1.6, opacity=0.8).encode(x=x, y=y, detail="name:N"),
        only("level_name")
        .mark_text(color=ARMS[2], align="right", dx=-2, dy=-8, fontWeight="bold", fontSize=small)
        .encode(x=x, y=y, text="name:N"),
        only("best").mark_line(strokeWidth=3 * view.size).encode(x=x, y=y, color=color),
        only("card").mark_point(filled=True, size=60 * view.size, color=GREY, opacity=1).encode(x=x, y=y, tooltip=tip),
        only("you")
        .mark_point(filled=True, shape="diamond", size=380 * view.size, color=ARMS[3], opacity=1)
        .encode(x=x, y=y, tooltip=tip),
        only("you")
        .mark_text(color=ARMS[3], fontWeight="bold", dy=-20, fontSize=14 * view.size)
        .encode(x=x, y=y, text="name:N"),
    ).properties(height=450 * (1 + (view.size - 1) * 0.5), width="container")


plane = Figure(
    "plane",
    T("Larger, or longer?", "To hơn, hay lâu hơn?"),
    T(
        "Parameters against tokens: contours of predicted loss, diagonals of equal compute, both fits' best split, published models, your run. {now}",
        "Tham số so với token: đường mức của loss dự đoán, đường chéo cùng khối lượng tính, cách chia tốt nhất của hai công thức, các mô hình đã công bố, lần chạy của bạn. {now}",
    ),
    map_rows,
    map_chart,
    help=T(
        "Green: equal predicted loss. Dotted: equal compute. Grey field: where the fitted runs lay; beyond it both formulas are extrapolated. Grey points: published models, point at them.",
        "Xanh lá: cùng loss dự đoán. Chấm: cùng khối lượng tính. Vùng xám: nơi có các lần chạy đã khớp; ngoài đó cả hai công thức đều ngoại suy. Chấm xám: mô hình đã công bố, rê chuột để xem.",
    ),
    constant=True,
)

# --- doubt -------------------------------------------------------------------------------------------------------------

INPUTS = {
    "parameters": T("parameters N", "tham số N"),
    "tokens": T("tokens D", "token D"),
    "mfu": same("MFU"),
    "price": T("price", "giá"),
}


def spread_rows(view):
    table = view.main.tables.get("costs", {}).get(0, {})
    rows = [
        {"kind": "bar", "begin": a, "end": b, "share": s, "zero": 0.0}
        for a, b, s in zip(*(table.get(k, ()) for k in ("begin", "end", "share")), strict=True)
    ]
    top = max((row["share"] for row in rows), default=1)
    for name, text, level in (
        ("low", T("5 %", "5 %"), 0.7),
        ("middle", T("the headline", "con số trên báo"), 1.12),
        ("high", T("95 %", "95 %"), 0.7),
    ):
        value = view.main.final(name)
        if name != "middle" and view.main.final("high") < 1.02 * view.main.final("low"):
            continue  # one bar has no ends
        said = f"{text(view.lang)}: {money(value)}"
        rows.append({"kind": "mark", "begin": value, "share": level * top, "name": said, "bold": name == "middle"})
    rows.append({"kind": "room", "begin": view.main.final("middle"), "share": 1.3 * top})  # for the names on top
    return pd.DataFrame(rows)


def spread_chart(view):
    x = alt.X(
        "begin:Q",
        title=T("dollars (log)", "đô la (thang log)")(view.lang),
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(format="$~s", grid=False, tickCount=6),
    )
    y = alt.Y(
        "share:Q", title=T("share of 10,000 draws", "phần trong 10,000 lần rút")(view.lang), axis=alt.Axis(format="%")
    )
    bars = Chart().transform_filter(alt.datum.kind == "bar").mark_rect(color=ARMS[4])
    bars = bars.encode(x=x, x2="end:Q", y=y, y2="zero:Q")
    marks = Chart().transform_filter(alt.datum.kind == "mark")
    return alt.layer(
        bars,
        Chart().transform_filter(alt.datum.kind == "room").mark_point(opacity=0).encode(x=x, y=y),
        marks.mark_rule(strokeWidth=2.5, color=BROKEN).encode(x=x, y=y, y2=alt.datum(0)),
        marks.mark_text(dy=-9, color=BROKEN, fontWeight="bold", fontSize=13 * view.size).encode(
            x=x, y=y, text="name:N"
        ),
    ).properties(height=300 * (1 + (view.size - 1) * 0.5), width="container")


spread = Figure(
    "spread",
    T("What the run may have cost", "Lần chạy có thể đã tốn bao nhiêu"),
    T(
        "Histogram of 10,000 costs drawn from the doubts, with the headline figure and the range of nine in ten. {now}",
        "Biểu đồ 10,000 chi phí rút theo các nghi ngờ, cùng con số trên báo và khoảng chín phần mười. {now}",
    ),
    spread_rows,
    spread_chart,
    help=T(
        "Every input is drawn around its middle, on a log scale, independently; nine in ten draws lie between the outer lines.",
        "Mỗi đầu vào được rút quanh giá trị giữa, trên thang log, độc lập nhau; chín phần mười lần rút nằm giữa hai vạch ngoài.",
    ),
    constant=True,
)


def tornado_rows(view):
    table = view.main.tables.get("swings", {}).get(0, {})
    rows = list(zip(*(table.get(k, ()) for k in ("input", "low", "high", "share")), strict=True))
    rows = sorted((row for row in rows if row[2] > 1.001 * row[1]), key=lambda row: -row[2] / row[1])
    return pd.DataFrame(
        [(INPUTS[name](view.lang), low, high, f"{money(low)} – {money(high)}") for name, low, high, _ in rows],
        columns=["input", "low", "high", "label"],
    )


def tornado_chart(view):
    x = alt.X(
        "low:Q",
        title=T("dollars with this input alone moved (log)", "đô la khi chỉ đổi đầu vào này (thang log)")(view.lang),
        scale=alt.Scale(type="log", nice=False, padding=60),
        axis=alt.Axis(format="$~s", grid=False, tickCount=6),
    )
    y = alt.Y("input:N", sort=None, title=None, axis=alt.Axis(labelLimit=160))
    bars = Chart().mark_bar(color=ARMS[0], height=22 * view.size).encode(x=x, x2="high:Q", y=y, tooltip=["label:N"])
    text = Chart().mark_text(align="left", dx=6, color=GREY, fontSize=12 * view.size)
    return alt.layer(bars, text.encode(x="high:Q", y=y, text="label:N")).properties(
        height=190 * view.size, width="container"
    )


tornado = Figure(
    "tornado",
    T("Which doubt matters", "Nghi ngờ nào đáng kể"),
    T(
        "One bar per input: the cost when it alone goes from the low to the high end of its range. {now}",
        "Mỗi đầu vào một thanh: chi phí khi chỉ nó đi từ đầu thấp đến đầu cao của khoảng. {now}",
    ),
    tornado_rows,
    tornado_chart,
    help=T("The longest bar is the number to find out first.", "Thanh dài nhất là con số nên tìm hiểu trước."),
    constant=True,
)
