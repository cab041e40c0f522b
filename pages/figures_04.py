"""The pictures of lesson 4. Their specifications never change: reference lines are rows too, so a knob only sends numbers."""

import math
from itertools import pairwise

import altair as alt
import pandas as pd

from app.charts import STEP, height, step_axis
from app.i18n import T, same
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY, number
from pages.controls_04 import NAMES

SILENT = alt.Color(  # the same colours where the names stand on the lines
    "name:N", scale=alt.Scale(domain=list(NAMES.values()), range=list(ARMS[:3])), legend=None
)
COLOR = alt.Color(
    "name:N",
    scale=alt.Scale(domain=list(NAMES.values()), range=list(ARMS[:3])),
    legend=alt.Legend(title=None, orient="top", symbolOpacity=1, symbolType="stroke"),
)
EXTENT = 44  # width of the axis labels of panels that stand above each other, so that they line up
FLAT = 1e-16  # a loss of 0 is drawn here
REACH = 20  # distances from the target, in starting distances, beyond which a line leaves the picture


def walks(result) -> dict[str, list[dict]]:
    """{optimizer: its points}, each point {step, weight, loss, gradient, name}; plain lists, for a slider is waiting."""
    columns = result.table("path")
    out: dict[str, list[dict]] = {name: [] for name in NAMES}
    if columns:
        for row in zip(*(columns[c] for c in ("optimizer", "step", "weight", "loss", "gradient")), strict=True):
            point = dict(zip(("step", "weight", "loss", "gradient"), row[1:], strict=True))
            out[row[0]].append(point | {"name": NAMES[row[0]]})
    return out


def runs(view):
    """(how a row is marked, config, its walks): the race in front, the last settings, the pinned ones."""
    for role, group in (("arm", view.arms), ("last", view.last), ("pinned", view.pinned)):
        for a in group:
            called = "" if role == "arm" else a.arm.name(view.lang)
            yield {"role": role, "run": a.run_id, "called": called}, a.arm.config, walks(a.result)


def clipped(points: list[dict], config) -> list[dict]:
    """The part of a line that stays within REACH, and the step that leaves it, on the edge."""
    reach, shown = REACH * max(1.0, abs(config.start - config.target)), []
    for point in points:
        off = point["weight"] - config.target
        if abs(off) > reach:
            return [*shown, point | {"weight": config.target + math.copysign(reach, off)}]
        shown.append(point)
    return shown


def moment(view) -> int:
    """The step that the dots stand at."""
    return round(view.config.steps * float(view.values.get("moment", 100)) / 100)


def at(points: list[dict], step: int) -> dict:
    """Where a line is at that step, or at its last drawn one before."""
    return next((p for p in reversed(points) if p["step"] <= step), points[0])


def apart(values: list[float], gap: float) -> list[float]:
    """The same heights pushed apart to at least `gap`, in their order, about the same middle."""
    order = sorted(range(len(values)), key=values.__getitem__)
    placed = list(values)
    for below, above in pairwise(order):
        placed[above] = max(placed[above], placed[below] + gap)
    shift = (sum(placed) - sum(values)) / max(1, len(values))
    return [p - shift for p in placed]


def race_rows(view):
    """Lines, dots, names at the line ends, the target, and the parabola below with its tangents."""
    rows, config, now, front = [], view.config, moment(view), {}
    for mark, own, found in runs(view):
        for name, points in found.items():
            line = clipped(points, own)
            rows += [point | mark | {"kind": "path"} for point in line]
            if mark["role"] == "arm":
                front[name] = line
    drawn = [row["weight"] for row in rows]
    low, high = min(*drawn, config.target), max(*drawn, config.target)
    dots = [at(line, now) | {"kind": "dot"} for line in front.values()]
    ends = [line[-1] | {"kind": "end"} for line in front.values()]
    ends.append({"kind": "goal", "weight": config.target, "name": f"{TARGET(view.lang)} {number(config.target)}"})
    heights, last = apart([end["weight"] for end in ends], 0.115 * (high - low or 1)), max(row["step"] for row in rows)
    ends = [end | {"weight": weight, "step": last} for end, weight in zip(ends, heights, strict=True)]
    rows += [{"kind": "target", "weight": config.target}]
    rows += [{"kind": "moment", "step": now, "text": f"{STEP(view.lang)} {now}"}]
    return pd.DataFrame(rows + dots + ends + bowl(config, dots, low, high))


WEIGHT = T("weight w", "trọng số w")
LOSS = same("loss")
TARGET = T("target", "đích")


def bowl(config, dots, low, high):
    """Points of the parabola over the weights that are drawn, and a piece of tangent at every dot."""
    pad = 0.08 * (high - low or 2)
    half = 0.45 * max(high - config.target, config.target - low)  # enough of the other side to see a bowl
    low, high = min(low, config.target - half) - pad, max(high, config.target + half) + pad
    out = []
    for i in range(81):
        w = low + (high - low) * i / 80
        out.append({"kind": "bowl", "weight": w, "loss": config.scale * (w - config.target) ** 2})
    for dot in dots:
        off, half = dot["weight"] - config.target, 0.05 * (high - low)
        for side in (-half, half):
            loss = config.scale * (off * off + 2 * off * side)
            out.append({"kind": "tangent", "weight": dot["weight"] + side, "loss": loss, "name": dot["name"]})
    return out


def only(kind: str, role: str | None = None):
    base = alt.Chart().transform_filter(alt.datum.kind == kind)
    return base.transform_filter(alt.datum.role == role) if role else base


def lines(kind, x, y, size, color=COLOR):
    """The race in front bold, the last settings faint, pinned ones dashed; the same colour for the same optimizer."""
    tip = ["name:N", "called:N", "step:Q", alt.Tooltip("weight:Q", format=".4f"), alt.Tooltip("loss:Q", format=".3g")]
    encoding = {"x": x, "y": y, "color": color, "detail": ["run:N"], "order": "step:Q"}
    return [
        only(kind, "last").mark_line(strokeWidth=1.5, opacity=0.3).encode(**encoding),
        only(kind, "pinned").mark_line(strokeWidth=2, opacity=0.7, strokeDash=[5, 4]).encode(**encoding, tooltip=tip),
        only(kind, "arm").mark_line(strokeWidth=3 * size).encode(**encoding, tooltip=tip),
    ]


def race_chart(view):
    x = step_axis(view, scale=alt.Scale(nice=False))
    y = alt.Y(
        "weight:Q",
        title=WEIGHT(view.lang),
        scale=alt.Scale(zero=False),
        axis=alt.Axis(grid=False, tickCount=5),
    )
    font = 13 * view.size
    quiet = {"color": GREY, "fontSize": 12 * view.size}
    across = only("target")
    up = alt.layer(
        across.mark_rule(strokeDash=[6, 4], color=GREY).encode(y=y),
        only("moment").mark_rule(color=GREY, opacity=0.45).encode(x=x),
        only("moment")
        .mark_text(align="right", baseline="bottom", dx=-4, **quiet)
        .encode(x=x, y=alt.value("height"), text="text:N"),
        *lines("path", x, y, view.size, SILENT),
        only("dot")
        .mark_point(filled=True, size=110 * view.size, opacity=1, stroke="white", strokeWidth=1.5)
        .encode(x=x, y=y, color=SILENT),
        *(
            only(kind)
            .mark_text(align="left", dx=10, fontSize=font, fontWeight="bold")
            .encode(x=x, y=y, text="name:N", color=color)
            for kind, color in (("end", SILENT), ("goal", alt.value(GREY)))
        ),
    ).properties(
        height=height(view, 235),
        width="container",
        padding={"right": 84 * view.size, "left": 5, "top": 5, "bottom": 5},
    )
    w = alt.X(
        "weight:Q",
        title=WEIGHT(view.lang),
        scale=alt.Scale(zero=False, nice=False),
        axis=alt.Axis(grid=False, tickCount=8),
    )
    y = alt.Y("loss:Q", title=LOSS(view.lang), axis=alt.Axis(grid=False, tickCount=4))
    down = alt.layer(
        only("bowl").mark_line(color=GREY, strokeWidth=1.5, opacity=0.8).encode(x=w, y=y, order="weight:Q"),
        only("tangent").mark_line(strokeWidth=2, clip=True).encode(x=w, y=y, color=SILENT, detail="name:N"),
        only("dot")
        .mark_point(filled=True, size=150 * view.size, opacity=1, stroke="white", strokeWidth=1.5)
        .encode(
            x=w,
            y=y,
            color=SILENT,
            tooltip=["name:N", "step:Q", alt.Tooltip("weight:Q", format=".4f"), alt.Tooltip("loss:Q", format=".3g")],
        ),
    ).properties(height=height(view, 200), width="container")
    return up, down


race = Figure(
    "race",
    T(
        "Three walks to one target, and where they stand on the parabola",
        "Ba lối đi tới một đích, và vị trí trên parabol",
    ),
    T(
        "Above: weight against step, one line per optimizer, the target dashed. Below: the loss over the weight with a dot and "
        "its tangent per optimizer at the chosen moment. {now}",
        "Trên: trọng số theo bước, mỗi thuật toán một đường, đích là đường đứt. Dưới: loss theo trọng số, mỗi thuật toán một "
        "chấm kèm tiếp tuyến tại thời điểm đã chọn. {now}",
    ),
    race_rows,
    race_chart,
    help=T(
        "Bold: your settings. Faint: your settings before the last change. Dashed: pinned runs.",
        "Đậm: thiết lập của bạn. Mờ: thiết lập trước lần đổi gần nhất. Đứt: lần chạy đã ghim.",
    ),
    constant=True,
)


# --- the loss, on a scale that turns rates into slopes -----------------------------------------------------------------


def loss_rows(view):
    rows = [p | mark | {"kind": "loss"} for mark, _, found in runs(view) for points in found.values() for p in points]
    columns = view.main.table("law")
    if columns:
        rows += [{"kind": "law", "step": t, "loss": v} for t, v in zip(columns["step"], columns["loss"], strict=True)]
    for row in rows:
        row["loss"] = min(max(row["loss"], FLAT), 1e12)
    return pd.DataFrame(rows)


def loss_chart(view):
    x = step_axis(view, scale=alt.Scale(nice=False))
    y = alt.Y(
        "loss:Q",
        title=T("loss (log)", "loss (thang log)")(view.lang),
        scale=alt.Scale(type="log"),
        axis=alt.Axis(format=".0e", tickCount=6),
    )
    law = only("law").mark_line(
        strokeDash=[0.1, 14 * view.size], strokeWidth=4 * view.size, strokeCap="round", color=BROKEN
    )
    return alt.layer(*lines("loss", x, y, view.size, SILENT), law.encode(x=x, y=y)).properties(
        height=height(view, 250), width="container"
    )


loss = Figure(
    "loss",
    T("The loss: a straight line is a constant factor per step", "Loss: đường thẳng là một hệ số không đổi mỗi bước"),
    T(
        "Loss on a log scale against step; dotted: SGD's closed form. {now}",
        "Loss trên thang log theo bước; chấm: công thức đóng của SGD. {now}",
    ),
    loss_rows,
    loss_chart,
    help=T(
        "Dots: c·(w₀ − target)²·(1 − 2·lr·c)^(2t), SGD's law, drawn where it applies (no momentum, no noise, every step reset).",
        "Chấm: c·(w₀ − đích)²·(1 − 2·lr·c)^(2t), định luật của SGD, vẽ khi áp dụng được (không quán tính, không nhiễu, luôn đặt lại).",
    ),
    constant=True,
)


# --- never reset: the phase portrait ------------------------------------------------------------------------------------


def phase_rows(view):
    rows, now = [], moment(view)
    for points in walks(view.main).values():
        line = clipped(points[1:] or points, view.config)
        largest = max(abs(point["gradient"]) for point in line) or 1.0
        line = [point | {"kind": "path", "held": point["gradient"] / largest} for point in line]
        rows += [*line, at(line, now) | {"kind": "dot"}]
    return pd.DataFrame(rows)


def phase_chart(view):
    x = alt.X("weight:Q", title=WEIGHT(view.lang), scale=alt.Scale(zero=False), axis=alt.Axis(grid=False))
    y = alt.Y(
        "held:Q",
        title=T("gradient held ÷ its largest", "gradient đang giữ ÷ giá trị lớn nhất")(view.lang),
        scale=alt.Scale(domain=[-1.05, 1.05]),
        axis=alt.Axis(grid=False),
    )
    tip = ["name:N", "step:Q", alt.Tooltip("weight:Q", format=".3f"), alt.Tooltip("gradient:Q", format=".3g")]
    return alt.layer(
        only("path")
        .mark_line(strokeWidth=1.8 * view.size, opacity=0.75)
        .encode(x=x, y=y, color=COLOR, order="step:Q", tooltip=tip),
        only("dot")
        .mark_point(filled=True, size=150 * view.size, opacity=1, stroke="white", strokeWidth=1.5)
        .encode(x=x, y=y, color=COLOR, tooltip=tip),
    ).properties(height=height(view, 280), width="container")


phase = Figure(
    "phase",
    T(
        "The orbit: where the weight is, against the gradient it drags along",
        "Quỹ đạo: trọng số ở đâu, so với gradient nó kéo theo",
    ),
    T(
        "Weight against held gradient, one orbit per optimizer: a closed ring swings for ever, a spiral grows. {now}",
        "Trọng số so với gradient đang giữ, mỗi thuật toán một quỹ đạo: vòng kín là dao động mãi, xoắn ốc là lớn dần. {now}",
    ),
    phase_rows,
    phase_chart,
    constant=True,
)
