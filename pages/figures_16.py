"""The pictures of lesson 16's rules: one rule's histogram, the funnel, all rules, a page of one's own."""

import math

import altair as alt
import numpy as np
import pandas as pd

from app.charts import Chart, height
from app.i18n import T
from app.lesson import Figure
from app.theme import BROKEN, GREY, TEST, number
from core.web_filters import PUBLISHED, cut
from core.web_filters import RULES as CHECKS
from pages.names_16 import COLORS, KINDS, RULES, STEPS, of

BINS = 40
BY_NAME = {rule.name: rule for rule in CHECKS}
LONG = ("few_words", "many_words", "sentences")  # numbers with a long tail: a logarithmic axis
TICKS = (0, 1, 2, 3, 5, 10, 20, 30, 50, *(digit * 10**power for power in range(2, 6) for digit in (1, 2, 5)))


def place(value, long: bool):
    return math.log10(value + 1) if long else value


def counted(rule: str) -> bool:
    """Whether the rule's number is a count: words, sentences, or what a switch looks for."""
    return isinstance(getattr(PUBLISHED, BY_NAME[rule].field), int)


def written(rule: str, value: float) -> str:
    """The rule's number; a count stands whole, as on its slider."""
    return f"{value:,.0f}" if counted(rule) else number(value)


# --- one rule: the numbers of all pages, and the cut ------------------------------------------------------------------


def histogram_rows(view):
    """Bars (what bar): x, x2, y0, y, kind, side; rules (what cut, published): x, label, and in side where it has room."""
    found, name = view.main.table("pages"), view.config.rule
    if not found:
        return None
    rule, long = BY_NAME[name], name in LONG
    x = np.array([place(v, long) for v in found["value"]])
    now, published = cut(rule, view.config), cut(rule, PUBLISHED)
    marks = [("cut", now, T("your cut {v}", "ngưỡng của bạn {v}"))]
    if published != now:
        marks.append(("published", published, T("published {v}", "đã công bố {v}")))
    if name == "dup_chars":
        marks.append(("published", 0.1, T("write-up {v}", "bài viết {v}")))
    ends = [place(v, long) for _, v, _ in marks if math.isfinite(v)]
    shown = float(np.quantile(x, 0.995)) if len(x) else 1.0
    high = max([shown, *[e * 1.15 for e in ends if e < 3 * shown or e <= 1], 1 if counted(name) else 1e-9])
    low = min(0.0, float(x.min()))
    edges = np.linspace(low, high, BINS + 1)
    at = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, BINS - 1)
    dead, kinds = np.array(found["dead"]), np.array(found["kind"])
    rows, floor = [], np.zeros(BINS)  # bars stand on each other: y0 to y
    for kind in (k for k in KINDS if k in set(found["kind"])):
        for side in (False, True):
            counts = np.bincount(at[(kinds == kind) & (dead == side)], minlength=BINS)
            names = of(KINDS, kind)(view.lang), _side(side)(view.lang)
            rows += [
                ("bar", edges[i], edges[i + 1], float(floor[i]), float(floor[i] + n), *names, "")
                for i, n in enumerate(counts)
                if n
            ]
            floor = floor + counts
    for what, value, label in marks:
        if math.isfinite(value) and place(value, long) <= high:
            at = place(value, long)
            side = "left" if at - low > 0.7 * (high - low) else "right"
            rows.append((what, at, None, None, None, "", side, label.format(v=written(name, value))(view.lang)))
    return pd.DataFrame(rows, columns=["what", "x", "x2", "y0", "y", "kind", "side", "label"])


def _side(dead):
    return T("removed", "bị loại") if dead else T("stays", "ở lại")


def kind_color(view, kinds=None, legend=True):
    known = [k for k in KINDS if kinds is None or k in kinds]
    scale = alt.Scale(domain=[KINDS[k](view.lang) for k in known], range=[COLORS[k] for k in known])
    shown = alt.Legend(orient="bottom", title=None, columns=6, labelLimit=200) if legend else None
    return alt.Color("kind:N", scale=scale, legend=shown)


def present(view):
    """The kinds of page the source can have: those of the simulated web, or one."""
    labelled = getattr(view.config, "corpus", "") == "docs-web"
    return [k for k in KINDS if k != "page"] if labelled else ["page"]


def histogram_chart(view):
    name = view.config.rule
    long = name in LONG
    axis, scale = alt.Axis(grid=False), alt.Scale(zero=False, nice=False)
    if long:  # ticks where whole numbers lie: Vega's own, at tenths of a decade, are rounded to 0 0 1 1 2 2 3
        at = [place(tick, long) for tick in TICKS]
        axis = alt.Axis(grid=False, values=at, labelExpr="format(pow(10, datum.value) - 1, ',.0f')")
    elif counted(name):  # whole numbers, also where all pages have 0: below 3 Vega would halve the steps
        axis = alt.Axis(grid=False, tickMinStep=1, format=",d")
        scale = alt.Scale(zero=False, nice=False, domain=alt.DomainUnionWith(unionWith=[0, 3]))
    x = alt.X("x:Q", title=RULES[name](view.lang), axis=axis, scale=scale)
    base = Chart()
    bars = (
        base.transform_filter("datum.what == 'bar'")
        .mark_rect()
        .encode(
            x=x,
            x2="x2:Q",
            y=alt.Y(
                "y:Q",
                title=T("pages (√ scale)", "số trang (thang √)")(view.lang),
                scale=alt.Scale(type="sqrt"),
                axis=alt.Axis(grid=False),
            ),
            y2="y0:Q",
            color=kind_color(view, present(view), present(view) != ["page"]),
            opacity=alt.Opacity(
                "side:N",
                scale=alt.Scale(domain=[_side(False)(view.lang), _side(True)(view.lang)], range=[1, 0.38]),
                legend=None,
            ),
            tooltip=["kind:N", "side:N", "y:Q"],
        )
    )
    marks = [bars]
    for what, color, dash, y in (("cut", BROKEN, [1, 0], 8), ("published", GREY, [5, 4], 26)):
        lines = base.transform_filter(f"datum.what == '{what}'")
        marks.append(lines.mark_rule(color=color, strokeWidth=2.5, strokeDash=dash).encode(x="x:Q"))
        marks += [
            lines.transform_filter(f"datum.side == '{side}'")
            .mark_text(align=align, dx=dx, color=color, fontSize=13 * view.size, fontWeight="bold")
            .encode(x="x:Q", y=alt.value(y * view.size), text="label:N")
            for side, align, dx in (("right", "left", 6), ("left", "right", -6))
        ]
    return alt.layer(*marks).properties(height=height(view, 330), width="container")


histogram = Figure(
    "histogram",
    T("Every page's number, and the cut", "Con số của mỗi trang, và ngưỡng"),
    T(
        "Histogram of the chosen rule's number over all pages with the cut as a line; removed pages are pale. {now}",
        "Biểu đồ con số của quy tắc trên mọi trang, ngưỡng là đường kẻ; trang bị loại thì nhạt. {now}",
    ),
    histogram_rows,
    histogram_chart,
    T("Full colour: stays. Pale: this rule alone removes it.", "Đậm: ở lại. Nhạt: riêng quy tắc này đã loại."),
)


def funnel_rows(view):
    found = view.main.table("funnel")
    if not found:
        return None
    frame = pd.DataFrame(found)
    frame["total"] = frame.groupby("step")["documents"].transform("sum")
    frame["order"] = frame["step"].map({s: i for i, s in enumerate(STEPS)})
    frame["rank"] = frame["kind"].map({k: i for i, k in enumerate(KINDS)})
    frame["step"] = [STEPS[s](view.lang) for s in frame["step"]]
    frame["kind"] = [of(KINDS, k)(view.lang) for k in frame["kind"]]
    return frame[frame["documents"] > 0]


def funnel_chart(view):
    y = alt.Y(
        "step:N",
        scale=alt.Scale(domain=[s(view.lang) for s in STEPS.values()]),
        title=None,
        axis=alt.Axis(labelLimit=200),
    )
    bars = (
        Chart()
        .mark_bar()
        .encode(
            y=y,
            x=alt.X("documents:Q", title=T("pages left", "số trang còn lại")(view.lang), axis=alt.Axis(grid=False)),
            color=kind_color(view, present(view), False),
            order="rank:Q",
            tooltip=["step:N", "kind:N", "documents:Q", alt.Tooltip("tokens:Q", format=",")],
        )
    )
    labels = (
        Chart()
        .transform_aggregate(total="max(total)", groupby=["step"])
        .mark_text(align="left", dx=6, fontSize=13 * view.size, color=GREY)
        .encode(y=y, x="total:Q", text="total:Q")
    )
    return alt.layer(bars, labels).properties(height=height(view, 250), width="container")


funnel = Figure(
    "funnel",
    T("The funnel: what is left after each step", "Cái phễu: còn lại gì sau mỗi bước"),
    T(
        "Bars: pages left after each step of the pipeline, by hidden kind. {now}",
        "Cột: số trang còn lại sau mỗi bước của quy trình, theo loại ẩn. {now}",
    ),
    funnel_rows,
    funnel_chart,
    T(
        "All rules at your thresholds, in the published order; the last step keeps one page of every cluster of copies.",
        "Mọi quy tắc theo ngưỡng của bạn, đúng thứ tự đã công bố; bước cuối giữ một trang cho mỗi nhóm bản sao.",
    ),
)


def rules_rows(view):
    found = view.main.table("rules")
    if not found:
        return None
    frame = pd.DataFrame(found)
    frame["rule"] = [RULES[r](view.lang) for r in frame["rule"]]
    return frame


def rules_chart(view):
    y = alt.Y(
        "rule:N",
        scale=alt.Scale(domain=[r(view.lang) for r in RULES.values()]),
        title=None,
        axis=alt.Axis(labelLimit=320, labelOverlap=False, labelFlush=False, labelFontSize=12 * view.size),
    )
    x = T("pages", "số trang")(view.lang)
    tip = ["rule:N", "alone:Q", "first:Q", "only:Q", alt.Tooltip("tokens:Q", format=".1%")]
    alone = (
        Chart()
        .mark_bar(color=GREY, opacity=0.35)
        .encode(y=y, x=alt.X("alone:Q", title=x, axis=alt.Axis(grid=False)), tooltip=tip)
    )
    first = Chart().mark_bar(color=TEST, height=9).encode(y=y, x="first:Q", tooltip=tip)
    only = Chart().mark_tick(color=BROKEN, thickness=3).encode(y=y, x="only:Q", tooltip=tip)
    return alt.layer(alone, first, only).properties(height=height(view, 640), width="container")


rules = Figure(
    "rules",
    T(
        "All rules: would remove (grey), removes first (blue), alone removes (red mark)",
        "Mọi quy tắc: sẽ loại (xám), loại đầu tiên (xanh), chỉ mình nó loại (vạch đỏ)",
    ),
    T(
        "For every rule the pages it would remove, those it removes first, and those nothing else would remove. {now}",
        "Với mỗi quy tắc: số trang nó sẽ loại, số trang nó loại đầu tiên, và số trang không quy tắc nào khác loại. {now}",
    ),
    rules_rows,
    rules_chart,
    folded=True,
)

# --- a page of one's own ----------------------------------------------------------------------------------------------


def own_rows(view):
    found = view.main.table("rules")
    if not found:
        return None
    frame = pd.DataFrame(found)
    frame["rule"] = [RULES[r](view.lang) for r in frame["rule"]]
    frame["said"] = [written(r, v) for r, v in zip(found["rule"], found["value"], strict=True)]
    frame["state"] = [_side(d)(view.lang) for d in frame["dead"]]
    return frame


def own_chart(view):
    y = alt.Y(
        "rule:N",
        scale=alt.Scale(domain=[r(view.lang) for r in RULES.values()]),
        title=None,
        axis=alt.Axis(labelLimit=320, labelOverlap=False, labelFlush=False, labelFontSize=12 * view.size),
    )
    x = alt.X(
        "used:Q",
        title=T(
            "used up of what the rule allows (100 % is the cut)", "đã dùng bao nhiêu mức cho phép (100 % là ngưỡng)"
        )(view.lang),
        axis=alt.Axis(format="%", grid=False),
        scale=alt.Scale(domain=[0, 3], clamp=True),
    )
    color = alt.Color(
        "state:N",
        scale=alt.Scale(domain=[_side(False)(view.lang), _side(True)(view.lang)], range=[TEST, BROKEN]),
        legend=alt.Legend(orient="top", title=None),
    )
    bars = Chart().mark_bar().encode(y=y, x=x, color=color, tooltip=["rule:N", "said:N", "cut:Q"])
    labels = Chart().mark_text(align="left", dx=5, color=GREY, fontSize=12 * view.size).encode(y=y, x=x, text="said:N")
    edge = Chart(alt.Data(values=[{"x": 1}])).mark_rule(color=GREY, strokeDash=[6, 4]).encode(x="x:Q")
    return alt.layer(bars, labels, edge).properties(height=height(view, 600), width="container")


own = Figure(
    "own",
    T("Your page, rule by rule", "Trang của bạn, qua từng quy tắc"),
    T(
        "Bars: how much of each rule's allowance your page uses up; beyond 100 % it is removed. {now}",
        "Cột: trang của bạn dùng hết bao nhiêu mức cho phép của mỗi quy tắc; quá 100 % là bị loại. {now}",
    ),
    own_rows,
    own_chart,
    T(
        "The number at the end of a bar is your page's. Bars stop at 300 %.",
        "Số ở cuối cột là của trang bạn. Cột dừng ở 300 %.",
    ),
)
