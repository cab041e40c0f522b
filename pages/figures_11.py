"""The pictures of lesson 11 that need no training: strips of scores, the growth law, softmax profiles."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart, height
from app.i18n import T, same
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY, INPUT, number
from core import dots, spread
from core.experiments.dot_products import CELLS

BLUE, ORANGE, GREEN = ARMS[0], ARMS[1], ARMS[2]
EMPTY = pd.DataFrame({"x": pd.Series(dtype=float)})
STRIPS = ("Q", "K", "scores", "scaled")


def strip_names(view):
    product = "Q @ Kᵀ" if view.config.product == "matrix" else "Q * K"
    return dict(zip(STRIPS, ("Q", "K", product, f"{product} ÷ √d"), strict=True))


def reach(config):
    """Half the width of the strips' axis: four times the expected spread, rounded up to a power of four, so that it
    stays still while d moves a little."""
    expected = dots.expected_std(config.d, config.mean, config.std)
    middle = max(
        abs(config.d * config.mean**2),
        abs(dots.expected_diagonal(config.d, config.mean, config.std, config.correlation)),
    )
    half = 4 ** math.ceil(math.log(max(4 * expected + middle, 4 * config.std + config.mean, 1e-6), 4))
    return min(half, dots.LARGEST[config.dtype])  # beyond the largest number of the format there is only ∞


def strip_rows(view):
    main, names = view.result("dots"), strip_names(view)
    table, spreads = main.tables.get("strips", {}).get(0), main.tables.get("spreads", {}).get(0)
    if not table:
        return EMPTY
    half = reach(view.config)
    points = pd.DataFrame(table)
    points["kind"] = points["value"].isna().map({True: "overflow", False: "point"})
    points.loc[points["kind"] == "overflow", "value"] = half
    marks = [
        (name, side * std, f"± {number(std)}", "tick")
        for name, std in zip(spreads["name"], spreads["std"], strict=True)
        for side in (-1, 1)
    ]
    ticks = pd.DataFrame(marks, columns=["name", "value", "label", "kind"]).assign(jitter=0.0)
    rows = pd.concat([points, ticks], ignore_index=True)
    shift = {"Q": view.config.mean, "K": view.config.mean}
    if view.config.product == "matrix":
        shift |= {"scores": view.config.d * view.config.mean**2, "scaled": view.config.d**0.5 * view.config.mean**2}
    rows.loc[rows["kind"] == "tick", "value"] += rows["name"].map(shift).fillna(0.0)
    return rows.assign(strip=rows["name"].map(names), own=rows["own"].fillna(False).astype(bool))


def strip_chart(view):
    half, order = reach(view.config), list(strip_names(view).values())
    x = alt.X("value:Q", title=T("value", "giá trị")(view.lang), scale=alt.Scale(domain=[-half, half], clamp=True))
    y = alt.Y(
        "strip:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelFontSize=15 * view.size, grid=False, labelLimit=220),
    )
    base = Chart().encode(x=x, y=y)
    tip = ["strip:N", alt.Tooltip("value:Q", format=".3g"), "row:Q", "column:Q"]
    color = alt.condition(
        alt.datum.own,
        alt.value(INPUT),
        alt.Color("strip:N", sort=order, legend=None, scale=alt.Scale(domain=order, range=[GREY, GREY, BLUE, GREEN])),
    )
    points = (
        base.transform_filter(alt.datum.kind == "point")
        .mark_circle(size=28 * view.size, opacity=0.5)
        .encode(yOffset=alt.YOffset("jitter:Q", scale=alt.Scale(domain=[-1.6, 1.6])), color=color, tooltip=tip)
    )
    ticks = base.transform_filter(alt.datum.kind == "tick").mark_tick(
        thickness=3, size=54 * view.size, color=BROKEN, opacity=0.9
    )
    words = (
        Chart()
        .transform_filter((alt.datum.kind == "tick") & (alt.datum.value >= 0))
        .transform_aggregate(label="min(label)", groupby=["strip"])
        .mark_text(align="left", dx=4, dy=-24 * view.size, fontSize=14 * view.size, fontWeight="bold", color=BROKEN)
        .encode(x=alt.value(0), y=y, text="label:N")
    )
    beyond = (
        base.transform_filter(alt.datum.kind == "overflow")
        .mark_text(text="∞", dx=-14, fontSize=20 * view.size, color=BROKEN, fontWeight="bold")
        .encode(yOffset=alt.YOffset("jitter:Q", scale=alt.Scale(domain=[-1.6, 1.6])))
    )
    return alt.layer(points, ticks, words, beyond).properties(height=height(view, 400), width="container")


strips = Figure(
    "strips",
    T("The entries, and their dot products", "Các phần tử, và tích vô hướng của chúng"),
    T(
        "Four strips of points on one axis: entries of Q and K, their dot products, and these divided by √d; ticks at one standard deviation. {now}",
        "Bốn dải điểm trên cùng một trục: phần tử của Q và K, tích vô hướng, và tích đã chia √d; vạch ở một độ lệch chuẩn. {now}",
    ),
    strip_rows,
    strip_chart,
    help=T(
        "Each point is one number. Red ticks: one standard deviation to each side. Orange: a query with its own key (i = j).",
        "Mỗi chấm là một con số. Vạch đỏ: một độ lệch chuẩn về mỗi phía. Màu cam: truy vấn với khóa của chính nó (i = j).",
    ),
)


# --- the growth law ------------------------------------------------------------------------------------------------

KINDS = (
    ("raw", T("not divided", "không chia"), BLUE),
    ("sqrt", same("÷ √d"), GREEN),
    ("linear", same("÷ d"), ORANGE),
)


def growth_rows(view):
    found, names = view.result("growth").metrics, {kind: name(view.lang) for kind, name, _ in KINDS}
    rows = [(d, names[kind], value) for kind in names for d, value in found.get(kind, {}).items()]
    return pd.DataFrame(rows, columns=["d", "kind", "std"])


def growth_chart(view):
    config, names = view.config, [name(view.lang) for _, name, _ in KINDS]
    matrix = config.product == "matrix"
    x = alt.X(
        "d:Q",
        title=T("vector length d", "độ dài vector d")(view.lang),
        scale=alt.Scale(type="log", domain=[2, 1024], clamp=True),
    )
    y = alt.Y(
        "std:Q",
        title=T("std of the scores", "độ lệch chuẩn của điểm số")(view.lang),
        scale=alt.Scale(type="log"),
        axis=alt.Axis(format="~g", tickCount=6),
    )
    color = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=names, range=[c for *_, c in KINDS]),
        legend=alt.Legend(title=None, orient="top"),
    )
    law = [
        {"d": d, "std": dots.expected_std(d if matrix else 1, config.mean, config.std) / d**power, "kind": name}
        for d in (2, 1024)
        for name, power in zip(names, (0, 0.5, 1), strict=True)
    ]
    known = 2 <= config.d <= 1024
    now = Chart(alt.Data(values=[{"d": config.d, "label": f"d = {config.d}"}] if known else []))
    side = {"align": "left", "dx": 5} if config.d < 300 else {"align": "right", "dx": -5}
    return alt.layer(
        Chart(alt.Data(values=law)).mark_line(strokeDash=[6, 4], strokeWidth=1.5).encode(x=x, y=y, color=color),
        now.mark_rule(color=GREY, strokeWidth=1.5).encode(x=x),
        now.mark_text(color=GREY, fontSize=13 * view.size, **side).encode(x=x, y=alt.value(10), text="label:N"),
        Chart()
        .mark_point(filled=True, size=60 * view.size, opacity=1)
        .encode(x=x, y=y, color=color, tooltip=["kind:N", "d:Q", alt.Tooltip("std:Q", format=".3g")]),
    ).properties(height=320 * view.size, width="container")


growth = Figure(
    "growth",
    T("The growth law", "Quy luật tăng trưởng"),
    T(
        "Standard deviation of the scores against the vector length, both axes logarithmic: not divided, divided by √d, by d; dashed lines are the law. {now}",
        "Độ lệch chuẩn của điểm số theo độ dài vector, hai trục logarit: không chia, chia √d, chia d; đường gạch là quy luật. {now}",
    ),
    growth_rows,
    growth_chart,
    help=T(
        "Points are measured on fresh random vectors; dashed lines are √(d(σ⁴ + 2μ²σ²)), the same over √d, and over d.",
        "Chấm là số đo trên các vector ngẫu nhiên mới; đường gạch là √(d(σ⁴ + 2μ²σ²)), rồi chia √d, và chia d.",
    ),
)


def cell_rows(view):
    table = view.result("dots").tables.get("cells", {}).get(0)
    return pd.DataFrame(table) if table else EMPTY


def cell_chart(view):
    x = alt.X("column:O", title=T("key j", "khóa j")(view.lang), axis=alt.Axis(labels=False, ticks=False))
    y = alt.Y("row:O", title=T("query i", "truy vấn i")(view.lang), axis=alt.Axis(labels=False, ticks=False))
    base = Chart().encode(x=x, y=y, tooltip=["row:O", "column:O", alt.Tooltip("value:Q", format=".3g")])
    fine = (
        base.transform_filter("!datum.overflow")
        .mark_rect()
        .encode(
            color=alt.Color(
                "value:Q",
                scale=alt.Scale(scheme="purplegreen", domainMid=0),
                legend=alt.Legend(title=T("score", "điểm số")(view.lang)),
            )
        )
    )
    lost = base.transform_filter("datum.overflow").mark_rect(color="#d00000")
    return alt.layer(fine, lost).properties(height=420 * view.size, width="container")


cells = Figure(
    "cells",
    T(f"The first {CELLS} × {CELLS} scores", f"{CELLS} × {CELLS} điểm số đầu tiên"),
    T(
        "Heat map of single scores; cells that became infinite are red. {now}",
        "Bản đồ nhiệt của từng điểm số; ô thành vô cực có màu đỏ. {now}",
    ),
    cell_rows,
    cell_chart,
    help=T(
        "With ρ above 0 the diagonal stands out. Red: beyond what the number format can hold.",
        "Với ρ trên 0, đường chéo nổi lên. Đỏ: vượt quá định dạng số.",
    ),
    folded=True,
)


# --- softmax ---------------------------------------------------------------------------------------------------------


def two_colors(view, legend=True):
    """Only the arms that are softmaxes: the map is no line."""
    shown = [a for a in view.arms if a.arm.label != "map"]
    names, colors = [a.arm.name(view.lang) for a in shown], [ARMS[a.arm.color] for a in shown]
    legend = alt.Legend(title=None, orient="top", labelLimit=320) if legend and len(names) > 1 else None
    return alt.Color("name:N", scale=alt.Scale(domain=names, range=colors), legend=legend)


def _tables(view, name):
    frames = [
        pd.DataFrame(a.result.tables[name][0]).assign(name=a.arm.name(view.lang), arm=a.arm.label)
        for a in view.arms
        if name in a.result.tables and a.arm.label != "map"
    ]
    return pd.concat(frames, ignore_index=True) if frames else EMPTY


FLOOR = 1e-8  # smaller probabilities are drawn here: nobody could tell them from it


def profile_rows(view):
    rows = _tables(view, "row")
    return rows.assign(shown=rows["p"].clip(lower=FLOOR)) if "p" in rows else rows


def profile_chart(view):
    keys = view.config.n if view.config.form == "rows" else view.config.n**2
    x = alt.X(
        "rank:Q",
        title=T("keys, from the most to the least attended", "các khóa, từ được chú ý nhiều nhất đến ít nhất")(
            view.lang
        ),
        axis=alt.Axis(grid=False),
    )
    y = alt.Y(
        "shown:Q",
        title=T("probability (log)", "xác suất (log)")(view.lang),
        scale=alt.Scale(type="log", domain=[FLOOR, 1]),
        axis=alt.Axis(format=".0e", values=[1, 1e-2, 1e-4, 1e-6, 1e-8]),
    )
    base = Chart().encode(x=x, y=y, color=two_colors(view))
    uniform = Chart(
        alt.Data(values=[{"y": 1 / keys, "label": T(f"uniform, 1/{keys:,}", f"đều, 1/{keys:,}")(view.lang)}])
    )
    tip = [
        "name:N",
        "rank:Q",
        alt.Tooltip("p:Q", format=".3g"),
        alt.Tooltip("score:Q", title=T("score", "điểm số")(view.lang), format=".2f"),
    ]
    return alt.layer(
        uniform.mark_rule(strokeDash=[6, 4], color=GREY).encode(y=alt.Y("y:Q")),
        uniform.mark_text(align="right", dx=-4, dy=-8, color=GREY, fontSize=13 * view.size).encode(
            y="y:Q", x=alt.value("width"), text="label:N"
        ),
        base.mark_line(strokeWidth=2.5 * view.size),
        base.mark_point(filled=True, size=40 * view.size, opacity=1).encode(tooltip=tip),
    ).properties(height=height(view, 360), width="container")


profile = Figure(
    "profile",
    T("One query's attention, sorted", "Sự chú ý của một truy vấn, đã sắp xếp"),
    T(
        "Probabilities of one softmax row from largest to smallest, logarithmic, divided and not divided; dashed line: uniform. {now}",
        "Xác suất của một hàng softmax từ lớn đến nhỏ, thang logarit, có chia và không chia; đường gạch: đều. {now}",
    ),
    profile_rows,
    profile_chart,
    help=T(
        "Probabilities below 1e-8 are drawn at 1e-8. The score is in the tooltip.",
        "Xác suất dưới 1e-8 được vẽ ở 1e-8. Di chuột để xem điểm số.",
    ),
)


def jacobian_rows(view):
    return _tables(view, "jacobian")


def jacobian_chart(view):
    x = alt.X(
        "low:Q",
        bin="binned",
        title=T("gradient let through by a row: ‖diag(p) − ppᵀ‖", "gradient một hàng cho qua: ‖diag(p) − ppᵀ‖")(
            view.lang
        ),
        scale=alt.Scale(domain=[0, 0.5]),
    )
    bars = (
        Chart()
        .mark_bar(opacity=0.6)
        .encode(
            x=x,
            x2="high:Q",
            y=alt.Y(
                "share:Q", title=T("share of rows", "tỉ lệ hàng")(view.lang), axis=alt.Axis(format="%"), stack=None
            ),
            color=two_colors(view),
            tooltip=["name:N", alt.Tooltip("low:Q", format=".2f"), alt.Tooltip("share:Q", format=".1%")],
        )
    )
    dead = Chart(
        alt.Data(
            values=[
                {
                    "x": spread.DEAD,
                    "label": T("dead rows: left of this line", "hàng chết: bên trái vạch này")(view.lang),
                }
            ]
        )
    )
    return alt.layer(
        bars,
        dead.mark_rule(color=BROKEN, strokeWidth=2).encode(x="x:Q"),
        dead.mark_text(align="left", dx=6, color=BROKEN, fontSize=13 * view.size).encode(
            x="x:Q", y=alt.value(10), text="label:N"
        ),
    ).properties(height=280 * view.size, width="container")


jacobian = Figure(
    "jacobian",
    T("Who still learns?", "Ai còn học được?"),
    T(
        "Histogram over rows of how much gradient softmax lets through, divided and not divided; rows below 0.01 are dead. {now}",
        "Biểu đồ tần suất theo hàng: softmax cho qua bao nhiêu gradient, có chia và không chia; hàng dưới 0.01 là chết. {now}",
    ),
    jacobian_rows,
    jacobian_chart,
    help=T(
        "0.5 is the most there can be: two keys share the attention equally.",
        "0.5 là tối đa: hai khóa chia đều sự chú ý.",
    ),
)


def map_rows(view):
    table = view.result("map").tables.get("map", {}).get(0)
    return pd.DataFrame(table) if table else EMPTY


def map_chart(view):
    x = alt.X("d:O", title=T("vector length d", "độ dài vector d")(view.lang), axis=alt.Axis(labelAngle=0))
    y = alt.Y("exponent:O", sort="descending", title=T("exponent α", "số mũ α")(view.lang), axis=alt.Axis(format=".1f"))
    tip = ["d:O", "exponent:O", alt.Tooltip("entropy:Q", format=".2f"), alt.Tooltip("dead:Q", format=".0%")]
    heat = (
        Chart()
        .mark_rect()
        .encode(
            x=x,
            y=y,
            tooltip=tip,
            color=alt.Color(
                "entropy:Q",
                scale=alt.Scale(domain=[0, 1], scheme="viridis"),
                legend=alt.Legend(title=T("entropy / ln n", "entropy / ln n")(view.lang)),
            ),
        )
    )
    here = Chart(
        alt.Data(
            values=[
                {
                    "d": 2 ** min(10, max(1, round(math.log2(max(view.config.d, 2))))),
                    "exponent": round(view.config.exponent, 1),
                }
            ]
        )
    )
    return alt.layer(
        heat, here.mark_point(shape="cross", size=220, color="white", filled=True, stroke="black").encode(x=x, y=y)
    ).properties(height=340 * view.size, width="container")


exponents = Figure(
    "exponents",
    T("Go deeper: which power of d keeps attention open?", "Đào sâu: số mũ nào của d giữ attention mở?"),
    T(
        "Heat map: entropy of attention before training, by vector length and exponent; a cross marks your setting. {now}",
        "Bản đồ nhiệt: entropy của attention trước huấn luyện, theo độ dài vector và số mũ; dấu thập là thiết lập của bạn. {now}",
    ),
    map_rows,
    map_chart,
    help=T(
        "1 (yellow): looks everywhere equally. 0 (dark): sees one key. Along α = ½ the colour hardly changes.",
        "1 (vàng): nhìn đều khắp nơi. 0 (tối): chỉ thấy một khóa. Dọc α = ½ màu hầu như không đổi.",
    ),
    folded=True,
)

PLOTTED = (
    ("right", T("−log p, as meant", "−log p, định vẽ")),
    ("course", T("−1/log p, as plotted", "−1/log p, đã vẽ")),
)


def negative_rows(view):
    rows = _tables(view, "row")
    if "p" not in rows:
        return EMPTY
    rows = rows[(rows["p"] > 0) & (rows["p"] < 1)]
    log = rows["p"].map(math.log)
    both = [rows.assign(y=-log, what="right"), rows.assign(y=-1 / log, what="course")]
    return pd.concat(both, ignore_index=True)


def negative_chart(view):
    def panel(what, title):
        return (
            Chart()
            .transform_filter(alt.datum.what == what)
            .mark_line(point=True, strokeWidth=2)
            .encode(
                x=alt.X(
                    "rank:Q", title=T("keys, most attended first", "các khóa, được chú ý nhiều nhất trước")(view.lang)
                ),
                y=alt.Y("y:Q", title=title(view.lang), axis=alt.Axis(titleLimit=320)),
                color=two_colors(view, legend=what == "right"),
                tooltip=["name:N", alt.Tooltip("p:Q", format=".3g"), alt.Tooltip("y:Q", format=".3g")],
            )
            .properties(height=(270 if what == "right" else 230) * view.size, width="container")
        )

    return tuple(panel(*each) for each in PLOTTED)


negative = Figure(
    "negative",
    T("A slip in the notebook: can you find it?", "Một sơ suất trong notebook: bạn tìm ra không?"),
    T(
        "Two panels over the same probabilities: minus log p, and minus one over log p. {now}",
        "Hai khung trên cùng các xác suất: trừ log p, và trừ một chia log p. {now}",
    ),
    negative_rows,
    negative_chart,
    help=T(
        "The best key should have the smallest surprise. In which panel does it?",
        "Khóa được chú ý nhất lẽ ra ít bất ngờ nhất. Khung nào đúng như vậy?",
    ),
    folded=True,
)
