"""The pictures of lesson 9 for one weight: the path, the loss and its slope, the map of who is first, the tug-of-war."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart, arm_color, height, step_axis
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, GREY, knob, number
from app.view import inline
from core.experiments import arrival_map

FAR = 1e6  # what lies beyond is not drawn; the verdict prints it


def moment(view, result) -> int:
    """The step the dots stand at: the one asked for, or the last there is."""
    return min(int(view.values.get("moment", 0)), result.step)


def drawn(value):
    return value if value is not None and math.isfinite(value) and abs(value) <= FAR else None


def groups(view):
    """(arm, role, its name) of arms and pins that have moved."""
    for role, some in (("arm", view.arms), ("pinned", view.pinned)):
        for a in some:
            if "w" in a.result.metrics:
                yield a, role, a.arm.name(view.lang)


def path_rows(view):
    rows = []
    for a, role, name in groups(view):
        dot = moment(view, a.result)
        for step, w in a.result.metrics["w"].items():
            rows.append((name, a.run_id, role, step, drawn(w), abs(w - a.arm.config.target), step == dot))
    frame = pd.DataFrame(rows, columns=["name", "run", "role", "step", "w", "distance", "dot"])
    frame["distance"] = frame["distance"].where(frame["distance"].between(1e-7, FAR))
    return frame


def path_chart(view):
    config, lang = view.config, view.lang
    x = step_axis(view)
    y = alt.Y("w:Q", title=T("weight w", "trọng số w")(lang), scale=alt.Scale(zero=False, nice=True))
    low, high = config.target - config.tolerance, config.target + config.tolerance
    band = Chart(alt.Data(values=[{"low": low, "high": high}]))
    label = T("target {t}", "đích {t}").format(t=knob(config.target))(lang)
    mark = Chart(alt.Data(values=[{"w": config.target, "label": label}]))
    base = Chart()
    arm, pin = alt.datum.role == "arm", alt.datum.role == "pinned"
    tip = ["name:N", "step:Q", alt.Tooltip("w:Q", format=".5f")]
    return alt.layer(
        band.mark_rect(color=GREY, opacity=0.2).encode(y=alt.Y("low:Q"), y2="high:Q"),
        mark.mark_rule(strokeDash=[6, 4], color=GREY).encode(y="w:Q"),
        mark.mark_text(align="left", baseline="bottom", dx=14, dy=-4, color=GREY, fontSize=12 * view.size).encode(
            y="w:Q", x=alt.value(0), text="label:N"
        ),
        base.transform_filter(pin)
        .mark_line(strokeDash=[5, 4], opacity=0.8)
        .encode(x=x, y=y, color=arm_color(view), detail="run:N"),
        base.transform_filter(arm)
        .mark_line(strokeWidth=2.5 * view.size)
        .encode(x=x, y=y, color=arm_color(view), detail="run:N"),
        base.transform_filter(arm)
        .mark_point(filled=True, size=14, opacity=1)
        .encode(x=x, y=y, color=arm_color(view), tooltip=tip),
        base.transform_filter(arm & alt.datum.dot)
        .mark_point(filled=True, size=170 * view.size, opacity=1, stroke="white", strokeWidth=1.5)
        .encode(x=x, y=y, color=arm_color(view), tooltip=tip),
    ).properties(height=300 * (1 + (view.size - 1) * 0.8), width="container")


path = Figure(
    "path",
    T("The path of the weight", "Đường đi của trọng số"),
    T(
        "The weight at every step, one line per loss, the target dashed and the tolerance shaded. {now}",
        "Trọng số ở từng bước, mỗi loss một đường, đích là nét đứt, dung sai tô xám. {now}",
    ),
    path_rows,
    path_chart,
)


def shape_rows(view):
    """Curves of loss and slope, and where each weight stands at the moment with the step it takes next."""
    rows = []
    for a, role, name in groups(view):
        if role == "pinned":
            continue
        table = a.result.tables["shape"][0]
        for e, loss, slope in zip(table["e"], table["loss"], table["slope"], strict=True):
            rows.append((name, "curve", e, None, drawn(loss), drawn(slope)))
        here, w = moment(view, a.result), a.result.metrics["w"]
        e, reach = w[here] - a.arm.config.target, table["e"][-1]
        after = w.get(here + 1, w[here]) - a.arm.config.target
        if abs(e) <= reach:
            loss, slope = drawn(a.result.at("loss", here)), drawn(a.result.at("slope", here))
            rows.append((name, "dot", e, max(-reach, min(reach, after)), loss, slope))
    return pd.DataFrame(rows, columns=["name", "kind", "e", "after", "loss", "slope"])


def shape_chart(view):
    lang = view.lang

    def panel(field, title):
        x = alt.X(
            "e:Q",
            title=T("error e = w − target", "sai số e = w − đích")(lang),
            axis=alt.Axis(grid=False),
            scale=alt.Scale(nice=False),
        )
        y = alt.Y(f"{field}:Q", title=title)
        base = Chart()
        zero = Chart(alt.Data(values=[{"e": 0}])).mark_rule(strokeDash=[6, 4], color=GREY).encode(x="e:Q")
        color = arm_color(view, legend=False)
        dots = base.transform_filter(alt.datum.kind == "dot")
        marks = [
            zero,
            base.transform_filter(alt.datum.kind == "curve").mark_line(strokeWidth=2.5).encode(x=x, y=y, color=color),
            dots.mark_point(filled=True, size=150 * view.size, opacity=1, stroke="white").encode(
                x=x,
                y=y,
                color=color,
                tooltip=["name:N", alt.Tooltip("e:Q", format=".4f"), alt.Tooltip(f"{field}:Q", format=".4f")],
            ),
        ]
        if field == "loss":
            marks += [
                dots.mark_rule(strokeWidth=3).encode(x=x, x2="after:Q", y=y, color=color),
                dots.mark_point(shape="wedge", filled=True, size=120, opacity=1).encode(
                    x=alt.X("after:Q"), y=y, color=color
                ),
            ]
        return alt.layer(*marks).properties(height=height(view, 230), width="container")

    return (
        panel("loss", T("loss", "loss")(lang)),
        panel("slope", T("slope, d loss / d e", "độ dốc, d loss / d e")(lang)),
    )


shape = Figure(
    "shape",
    T("The loss, and the slope that does the pushing", "Loss, và độ dốc làm việc đẩy"),
    T(
        "Left: each loss against the error, with a dot where the weight stands and its next step. Right: the slope of the same curves. {now}",
        "Trái: từng loss theo sai số, chấm là chỗ trọng số đang đứng cùng bước kế tiếp. Phải: độ dốc của các đường đó. {now}",
    ),
    shape_rows,
    shape_chart,
    T(
        "Dots: where each weight stands at the step you look at. The bar at a dot is its next step: under SGD, learning rate × slope.",
        "Chấm: vị trí của mỗi trọng số ở bước đang xem. Vạch nối từ chấm là bước kế tiếp: với SGD là tốc độ học × độ dốc.",
    ),
    beside=True,
)


def distance_chart(view):
    config, lang = view.config, view.lang
    x = step_axis(view)
    y = alt.Y(
        "distance:Q",
        title=T("distance to the target (log)", "khoảng cách tới đích (log)")(lang),
        scale=alt.Scale(type="log"),
    )
    label = T("tolerance {t}", "dung sai {t}").format(t=knob(config.tolerance))(lang)
    mark = Chart(alt.Data(values=[{"distance": config.tolerance, "label": label}]))
    lines = Chart().mark_line(strokeWidth=2.5).encode(x=x, y=y, color=arm_color(view), detail="run:N")
    return alt.layer(
        mark.mark_rule(strokeDash=[6, 4], color=GREY).encode(y="distance:Q"),
        mark.mark_text(align="right", baseline="bottom", dx=-4, dy=-3, color=GREY).encode(
            y="distance:Q", x=alt.value("width"), text="label:N"
        ),
        lines,
    ).properties(height=320 * view.size, width="container")


distance = Figure(
    "distance",
    T(
        "How far is it still? On a log scale, under SGD at a fixed rate, L2 is a straight line",
        "Còn xa bao nhiêu? Trên thang log, với SGD và tốc độ học cố định, L2 là đường thẳng",
    ),
    T("Distance to the target at every step, log scale. {now}", "Khoảng cách tới đích ở từng bước, thang log. {now}"),
    path_rows,
    distance_chart,
    folded=True,
)


def map_rows(view):
    table = next(iter(inline(arrival_map.Config(tolerance=view.config.tolerance)).tables["map"].values()))
    frame = pd.DataFrame(table)
    for field, low, high, count in (
        ("distance", arrival_map.NEAREST, arrival_map.FARTHEST, arrival_map.DISTANCES),
        ("lr", arrival_map.SLOWEST, arrival_map.FASTEST, arrival_map.RATES),
    ):
        half = (high / low) ** (0.5 / (count - 1))
        frame[f"{field}_low"], frame[f"{field}_high"] = frame[field] / half, frame[field] * half
    names = {
        "l1": T("L1 first", "L1 trước"),
        "l2": T("L2 first", "L2 trước"),
        "tie": T("together", "cùng lúc"),
        "none": T("neither within 500 steps", "không ai tới trong 500 bước"),
    }
    frame["who"] = frame["first"].map({code: name(view.lang) for code, name in names.items()})
    return frame


def map_chart(view):
    lang, config = view.lang, view.config
    names = [
        T("L1 first", "L1 trước")(lang),
        T("L2 first", "L2 trước")(lang),
        T("together", "cùng lúc")(lang),
        T("neither within 500 steps", "không ai tới trong 500 bước")(lang),
    ]
    color = alt.Color(
        "who:N",
        scale=alt.Scale(domain=names, range=[ARMS[0], ARMS[1], ARMS[2], "#c8ccd0"]),
        legend=alt.Legend(title=None, orient="top"),
    )
    log = alt.Scale(type="log", nice=False)
    cells = (
        Chart()
        .mark_rect(opacity=0.75)
        .encode(
            x=alt.X(
                "distance_low:Q", scale=log, title=T("distance to the target (log)", "khoảng cách tới đích (log)")(lang)
            ),
            x2="distance_high:Q",
            y=alt.Y("lr_low:Q", scale=log, title=T("learning rate (log)", "tốc độ học (log)")(lang)),
            y2="lr_high:Q",
            color=color,
            tooltip=[alt.Tooltip("distance:Q", format=".3g"), alt.Tooltip("lr:Q", format=".3g"), "l1:Q", "l2:Q"],
        )
    )
    here = {"distance_low": abs(config.target - config.start), "lr_low": config.lr}
    inside = (
        arrival_map.NEAREST <= here["distance_low"] <= arrival_map.FARTHEST
        and arrival_map.SLOWEST <= config.lr <= arrival_map.FASTEST
    )
    ring = (
        Chart(alt.Data(values=[here] if inside else []))
        .mark_point(size=320, strokeWidth=3, color="black", filled=False)
        .encode(x=alt.X("distance_low:Q", scale=log), y=alt.Y("lr_low:Q", scale=log))
    )
    return alt.layer(cells, ring).properties(height=380 * view.size, width="container")


arrivals = Figure(
    "arrivals",
    T("Who is first, for every distance and learning rate?", "Ai tới trước, với mọi khoảng cách và tốc độ học?"),
    T(
        "A map over distance and learning rate: blue where L1 stays within the tolerance first, orange where L2 does, grey where neither arrives. {now}",
        "Bản đồ theo khoảng cách và tốc độ học: xanh là L1 ở lại trong dung sai trước, cam là L2, xám là không ai tới. {now}",
    ),
    map_rows,
    map_chart,
    T(
        "SGD without decay, at your tolerance. The ring is your setting.",
        "SGD không giảm dần, với dung sai của bạn. Vòng tròn là thiết lập của bạn.",
    ),
    folded=True,
)


def strip_rows(view):
    facts = view.main.facts
    rows = [(None, "value", v, None, "") for v in facts.get("values", ())]
    for a, role, name in groups(view):
        if role == "pinned":
            continue
        w, rest = drawn(a.result.final("w")), drawn(a.result.final("rest"))
        rows.append((name, "rest", rest, a.arm.config.start, "" if rest is None else number(rest)))
        rows.append((name, "w", w, a.arm.config.start, ""))
    return pd.DataFrame(rows, columns=["name", "kind", "x", "start", "text"])


def strip_chart(view):
    lang = view.lang
    names = [a.arm.name(lang) for a in view.arms]
    x = alt.X(
        "x:Q", title=T("value", "giá trị")(lang), scale=alt.Scale(zero=False, nice=True), axis=alt.Axis(grid=False)
    )
    y = alt.Y("name:N", title=None, sort=names, scale=alt.Scale(domain=names))
    color = arm_color(view, legend=False)
    base = Chart()
    rest, now = base.transform_filter(alt.datum.kind == "rest"), base.transform_filter(alt.datum.kind == "w")
    return alt.layer(
        base.transform_filter(alt.datum.kind == "value").mark_rule(color=GREY, strokeWidth=2, opacity=0.55).encode(x=x),
        now.mark_rule(strokeWidth=2, opacity=0.5).encode(x=x, x2="start:Q", y=y, color=color),
        rest.mark_tick(thickness=3, size=30 * view.size).encode(x=x, y=y, color=color),
        now.mark_point(filled=True, size=130 * view.size, opacity=1).encode(
            x=x, y=y, color=color, tooltip=["name:N", alt.Tooltip("x:Q", format=".4f")]
        ),
        rest.mark_text(align="left", dx=10, dy=-9 * view.size, fontSize=13 * view.size, fontWeight="bold").encode(
            x=x, y=y, text="text:N", color=color
        ),
    ).properties(height=height(view, 330), width="container")


strip = Figure(
    "strip",
    T("Where each loss settles among the values", "Mỗi loss dừng ở đâu giữa các giá trị"),
    T(
        "Grey lines are the values. One row per loss: the tick is where its mean loss is lowest, the dot where gradient descent has brought the weight. {now}",
        "Các vạch xám là dữ liệu. Mỗi loss một hàng: vạch đứng là chỗ loss trung bình thấp nhất, chấm là nơi trọng số đã tới. {now}",
    ),
    strip_rows,
    strip_chart,
    T(
        "Grey: the values. Tick with number: the lowest point, found by looking. Dot: where the steps have brought the weight.",
        "Xám: các giá trị. Vạch có số: điểm thấp nhất, tìm bằng cách dò. Chấm: nơi các bước đã đưa trọng số tới.",
    ),
)


WINDOW = 2.0  # slopes beyond are cut off, or L2's would hide the others


def balance_rows(view):
    rows = []
    for a, role, name in groups(view):
        if role == "arm":
            table = a.result.tables["pull"][0]
            rows += [(name, w, drawn(slope)) for w, slope in zip(table["w"], table["slope"], strict=True)]
    return pd.DataFrame(rows, columns=["name", "w", "slope"])


def balance_chart(view):
    lang = view.lang
    x = alt.X("w:Q", title=T("weight w", "trọng số w")(lang), axis=alt.Axis(grid=False), scale=alt.Scale(nice=False))
    y = alt.Y(
        "slope:Q",
        title=T("mean slope", "độ dốc trung bình")(lang),
        scale=alt.Scale(domain=[-WINDOW, WINDOW]),
    )
    tip = ["name:N", alt.Tooltip("w:Q", format=".2f"), alt.Tooltip("slope:Q", format=".3f")]
    zero = alt.Data(values=[{"slope": 0, "label": T("0: the pulls balance", "0: các lực kéo cân bằng")(lang)}])
    return alt.layer(
        Chart(zero).mark_rule(strokeDash=[6, 4], color=GREY).encode(y=y),
        Chart(zero)
        .mark_text(align="right", baseline="top", dx=-4, dy=5, color=GREY, fontSize=12 * view.size)
        .encode(y=y, x=alt.value("width"), text="label:N"),
        Chart().mark_line(strokeWidth=2.5, clip=True).encode(x=x, y=y, color=arm_color(view), tooltip=tip),
    ).properties(height=320 * view.size, width="container")


balance = Figure(
    "balance",
    T("A tug-of-war: each value pulls with its slope", "Kéo co: mỗi giá trị kéo bằng độ dốc của nó"),
    T(
        "Mean slope over all values for every weight, one curve per loss; the weight rests where its curve crosses 0. {now}",
        "Độ dốc trung bình trên mọi giá trị ứng với từng trọng số, mỗi loss một đường; trọng số nghỉ ở chỗ đường của nó cắt 0. {now}",
    ),
    balance_rows,
    balance_chart,
    T(
        "Below 0 the weight is pulled up, above 0 down. L1 climbs a stair, one step a value, however far it lies; L2 climbs evenly.",
        "Dưới 0 thì trọng số bị kéo lên, trên 0 thì bị kéo xuống. L1 leo từng bậc, mỗi giá trị một bậc dù xa gần; L2 leo đều.",
    ),
)
