"""The pictures of lesson 12: a signal on its way, and one matrix."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart, arm_color, dashes, height
from app.i18n import T
from app.lesson import Figure
from app.theme import BROKEN, GREY

NEAR = 6  # powers of ten: a limit of the number format is drawn where a line comes this close
DECADES = "datum.value == 0 ? '1' : '10' + replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(format(datum.value, 'd'), /0/g, '⁰'), /1/g, '¹'), /2/g, '²'), /3/g, '³'), /4/g, '⁴'), /5/g, '⁵'), /6/g, '⁶'), /7/g, '⁷'), /8/g, '⁸'), /9/g, '⁹'), /[-−]/g, '⁻')"


def stack(result):
    """The table of a flight, {} while there is none."""
    return result.tables.get("stack", {}).get(0, {})


# --- the flight ------------------------------------------------------------------------------------------------------

FLIGHT = ["name", "what", "layer", "y", "std", "label"]


def flight_rows(view):
    """what: forward, theory, overflow, vanished; largest and normal: the ends of the format, where a line comes near."""
    rows, form = [], view.main.facts
    for a in (*view.arms, *view.pinned):
        table, name = stack(a.result), a.arm.name(view.lang)
        for what in ("forward", "theory"):
            for layer, std in zip(table.get("layer", ()), table.get(what, ()), strict=False):
                if std and math.log10(std) < 39:
                    rows.append((name, what, layer, math.log10(std), std, ""))
        for what, edge, sign in (("overflow", "largest", "✕"), ("vanished", "smallest", "○")):
            layer = a.result.final(what)
            if not math.isnan(layer):
                y = math.log10(a.result.facts[edge])
                rows.append((name, what, int(layer), y, None, f"{sign} {int(layer)}"))
    seen = [r[3] for r in rows]
    if seen and form:
        for what, edge, near in (("largest", form["largest"], max(seen)), ("normal", form["normal"], -min(seen))):
            y = math.log10(edge)
            if near > abs(y) - NEAR:
                rows.append(("", what, 0, y, edge, limit(what, view.config.dtype)(view.lang)))
    return pd.DataFrame(rows, columns=FLIGHT)


def limit(what, dtype):
    return (
        T("{d} ends here: ∞ above", "{d} hết ở đây: trên nữa là ∞")
        if what == "largest"
        else T("below here {d} loses its digits, then everything", "dưới mức này {d} mất dần chữ số, rồi mất hết")
    ).format(d=dtype)


def decades(title):
    return alt.Y(
        "y:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(labelExpr=DECADES, tickMinStep=1, grid=True)
    )


def flight_chart(view):
    x = alt.X("layer:Q", title=T("layer", "tầng")(view.lang), axis=alt.Axis(grid=False, tickMinStep=1))
    y = decades(T("std of the activations", "độ lệch chuẩn của kích hoạt")(view.lang))
    base, color = Chart(), arm_color(view)
    tip = ["name:N", "layer:Q", alt.Tooltip("std:Q", format=".3g")]
    of = {w: base.transform_filter(alt.datum.what == w) for w in ("forward", "theory", "largest", "normal")}
    marks = base.transform_filter("datum.what == 'overflow' || datum.what == 'vanished'")
    one = Chart(alt.Data(values=[{"y": 0, "t": T("as at the start", "như lúc đầu")(view.lang)}]))
    edges = []
    for what, color_, baseline, dy in (("largest", BROKEN, "top", 5), ("normal", GREY, "bottom", -5)):
        edges += [
            of[what].mark_rule(color=color_, strokeWidth=1.5).encode(y=y),
            of[what]
            .mark_text(align="left", baseline=baseline, dx=6, dy=dy, color=color_, fontSize=12 * view.size)
            .encode(y=y, x=alt.value(0), text="label:N"),
        ]
    return alt.layer(
        one.mark_rule(strokeDash=[6, 4], color=GREY).encode(y="y:Q"),
        one.mark_text(align="right", baseline="top", dx=-4, dy=5, color=GREY, fontSize=12 * view.size).encode(
            y="y:Q", x=alt.value("width"), text="t:N"
        ),
        *edges,
        of["theory"].mark_line(strokeDash=[2, 4], strokeWidth=1.5, opacity=0.9).encode(x=x, y=y, color=color),
        of["forward"].mark_line(strokeWidth=3 * view.size).encode(x=x, y=y, color=color, strokeDash=dashes(view)),
        of["forward"]
        .mark_point(filled=True, size=18 * view.size, opacity=1)
        .encode(x=x, y=y, color=color, tooltip=tip),
        marks.mark_text(fontSize=19 * view.size, fontWeight="bold", dy=-2, align="center").encode(
            x=x, y=y, color=color, text="label:N"
        ),
    ).properties(height=height(view, 400), width="container")


FLIGHT_ALT = T(
    "Spread of the activations against the layer, in powers of ten, one line per start; dotted: theory; ✕ the first infinite layer, ○ the first that is all zero. {now}",
    "Độ lệch chuẩn của kích hoạt theo tầng, theo lũy thừa mười, mỗi cách bắt đầu một đường; chấm chấm: lý thuyết; ✕ tầng đầu tiên có vô cực, ○ tầng đầu tiên toàn 0. {now}",
)
FLIGHT_HELP = T(
    "Solid: what these random layers did. Dotted: what theory says before any weight is drawn. ✕ marks the first layer with an infinite number, ○ the first with nothing but zeros.",
    "Nét liền: điều các tầng ngẫu nhiên này làm. Chấm chấm: điều lý thuyết nói trước khi bốc trọng số nào. ✕ là tầng đầu tiên có số vô cực, ○ là tầng đầu tiên toàn số 0.",
)
flight = Figure(
    "flight",
    T("The signal on its way up", "Tín hiệu trên đường đi lên"),
    FLIGHT_ALT,
    flight_rows,
    flight_chart,
    FLIGHT_HELP,
)


def backward_rows(view):
    rows = []
    for a in (*view.arms, *view.pinned):
        table, name = stack(a.result), a.arm.name(view.lang)
        for layer, std in zip(table.get("layer", ()), table.get("backward", ()), strict=False):
            if std:
                rows.append((name, "backward", layer, math.log10(std), std, ""))
    return pd.DataFrame(rows, columns=FLIGHT)


def backward_chart(view):
    x = alt.X("layer:Q", title=T("layer", "tầng")(view.lang), axis=alt.Axis(grid=False, tickMinStep=1))
    y = decades(T("std of the gradient", "độ lệch chuẩn của gradient")(view.lang))
    base = Chart()
    tip = ["name:N", "layer:Q", alt.Tooltip("std:Q", format=".3g")]
    one = Chart(alt.Data(values=[{"y": 0}])).mark_rule(strokeDash=[6, 4], color=GREY).encode(y="y:Q")
    return alt.layer(
        one,
        base.mark_line(strokeWidth=3 * view.size).encode(x=x, y=y, color=arm_color(view)),
        base.mark_point(filled=True, size=18 * view.size, opacity=1).encode(
            x=x, y=y, color=arm_color(view), tooltip=tip
        ),
    ).properties(height=height(view, 300), width="container")


backward = Figure(
    "backward",
    T("The gradient on its way down", "Gradient trên đường đi xuống"),
    T(
        "Spread of the gradient against the layer, in powers of ten; it enters at the top with spread 1. {now}",
        "Độ lệch chuẩn của gradient theo tầng, theo lũy thừa mười; nó vào ở đỉnh với độ lệch chuẩn 1. {now}",
    ),
    backward_rows,
    backward_chart,
    T(
        "A gradient of spread 1 enters at the last layer. Where the way up ended in infinity there is no way down.",
        "Gradient có độ lệch chuẩn 1 vào ở tầng cuối. Nơi đường lên kết thúc ở vô cực thì không có đường xuống.",
    ),
)


def shape_rows(view):
    rows, layer = [], min(int(view.values.get("layer_at", 10)), view.config.depth)
    for a in view.arms:
        table = a.result.tables.get("shape", {}).get(0, {})
        for at, z, share in zip(*(table.get(c, ()) for c in ("layer", "z", "share")), strict=True):
            if at == layer:
                rows.append((a.arm.name(view.lang), z, share))
    return pd.DataFrame(rows, columns=["name", "z", "share"])


def shape_chart(view):
    return (
        Chart()
        .mark_line(strokeWidth=2.5, interpolate="step")
        .encode(
            x=alt.X("z:Q", title=T("number ÷ std of its layer", "con số ÷ độ lệch chuẩn của tầng")(view.lang)),
            y=alt.Y("share:Q", title=T("share", "tỉ lệ")(view.lang), axis=alt.Axis(format="%")),
            color=arm_color(view),
        )
        .properties(height=height(view, 280), width="container")
    )


shape = Figure(
    "shape",
    T("What the numbers of one layer look like", "Các con số của một tầng trông thế nào"),
    T(
        "Histogram of the activations of the chosen layer, in units of their own spread, one line per start.",
        "Biểu đồ tần suất các kích hoạt của tầng được chọn, theo độ lệch chuẩn của chính nó, mỗi cách một đường.",
    ),
    shape_rows,
    shape_chart,
    folded=True,
)

# --- one matrix ------------------------------------------------------------------------------------------------------


def layer_rows(view):
    rows = []
    for a in (*view.arms, *view.pinned):
        name, table = a.arm.name(view.lang), a.result.tables.get("histogram", {}).get(0, {})
        rows += [(name, "bar", w, d) for w, d in zip(table.get("weight", ()), table.get("density", ()), strict=True)]
        edge = a.result.final("bound")
        edge = a.result.final("formula") if math.isnan(edge) else edge
        rows += [(name, "edge", side * edge, 0.0) for side in (-1, 1)]
    return pd.DataFrame(rows, columns=["name", "what", "weight", "density"])


def layer_chart(view):
    x = alt.X("weight:Q", title=T("weight", "trọng số")(view.lang))
    color = arm_color(view)
    bars = Chart().transform_filter(alt.datum.what == "bar")
    edges = Chart().transform_filter(alt.datum.what == "edge")
    return alt.layer(
        bars.mark_area(interpolate="step", opacity=0.13).encode(
            x=x, y=alt.Y("density:Q", stack=None, title=T("density", "mật độ")(view.lang)), color=color
        ),
        bars.mark_line(interpolate="step", strokeWidth=2.5 * view.size).encode(
            x=x, y="density:Q", color=color, tooltip=["name:N", alt.Tooltip("weight:Q", format=".3f")]
        ),
        edges.mark_rule(strokeDash=[5, 4], strokeWidth=1.5).encode(x=x, color=color),
    ).properties(height=height(view, 380), width="container")


layer = Figure(
    "layer",
    T("The weights of one layer", "Trọng số của một tầng"),
    T(
        "Histograms of the weights, one per scheme; dashed: ±1 std of the formula, or the bounds of a uniform scheme. {now}",
        "Biểu đồ tần suất trọng số, mỗi cách một đường; gạch đứng: ±1 độ lệch chuẩn theo công thức, hoặc hai biên của cách khởi tạo đều. {now}",
    ),
    layer_rows,
    layer_chart,
    T(
        "Solid: the weights that were drawn. Dashed: what the formula says, ±1 std for normal schemes, the bounds for uniform ones.",
        "Nét liền: trọng số đã bốc. Gạch đứng: điều công thức nói, ±1 độ lệch chuẩn với cách khởi tạo chuẩn, hai biên với cách khởi tạo đều.",
    ),
)
