"""The pictures of lesson 4. Their specifications never change: reference lines are rows too, so a knob only sends numbers."""

import math
from itertools import pairwise

import altair as alt
import pandas as pd

from app.charts import STEP, Chart, height, step_axis
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
SKY = 1e12  # a loss beyond this has left the picture
REACH = 20  # distances from the target, in starting distances, beyond which a line leaves the picture
SPACE = 4  # beside lines that stay, what leaves is followed so many times as far as the furthest of them
TURNS = {"below": 180, "above": 0, "left": 270, "right": 90}  # degrees an arrowhead is turned at that border


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


def off(point: dict, edges: tuple[float, float]) -> bool:
    """Whether it lies outside the picture."""
    return not edges[0] <= point["weight"] <= edges[1]


def window(config, found: list[tuple]) -> tuple[float, float]:
    """The weights that are drawn, (low, high), of these (own config, points): whatever stays near its target has room, and
    what runs away is followed only as far as the others can still be told apart."""
    start, far = max(1.0, abs(config.start - config.target)), []
    for own, points in found:
        last = max(abs(point["weight"] - own.target) for point in points)
        if last <= REACH * max(1.0, abs(own.start - own.target)):
            far.append(max(abs(point["weight"] - config.target) for point in points))
    reach = min(REACH * start, SPACE * max(start, *far)) if far and len(far) < len(found) else REACH * start
    if len(far) == len(found):
        reach = max(reach, *far)
    return config.target - reach, config.target + reach


def crossing(inside: dict, outside: dict, edges: tuple[float, float]) -> dict:
    """The place on the straight line between two points where it crosses the border."""
    edge = edges[outside["weight"] > edges[1]]
    share = (edge - inside["weight"]) / (outside["weight"] - inside["weight"])
    between = {key: inside[key] + share * (outside[key] - inside[key]) for key in ("step", "loss", "gradient")}
    return inside | between | {"weight": edge}


def clipped(points: list[dict], edges: tuple[float, float]) -> list[dict]:
    """The pieces of a line that lie in the picture, cut at its border: wherever one end of a stretch is inside."""
    shown, piece, before = [], 0, None
    for point in points:
        out = off(point, edges)
        if before is not None and out != off(before, edges):
            piece += not out
            shown.append((crossing(before, point, edges) if out else crossing(point, before, edges)) | {"piece": piece})
        if not out:
            shown.append(point | {"piece": piece})
        before = point
    return shown


def moment(view) -> int:
    """The step that the dots stand at."""
    return round(view.config.steps * float(view.values.get("moment", 100)) / 100)


def at(points: list[dict], step: int) -> dict:
    """Where a line is at that step, or at its last drawn one before."""
    return next((p for p in reversed(points) if p["step"] <= step), points[0])


def dots(view, found: dict[str, list[dict]], edges: tuple[float, float]) -> list[dict]:
    """Where everybody is at the chosen moment. Whoever is outside the picture then is no dot but an arrowhead at its border
    ("off"), with the true weight in words."""
    now, placed, outside = moment(view), [], {"below": 0, "above": 0}
    for points in found.values():
        point = at(points, now)
        if not off(point, edges):
            placed.append(point | {"kind": "dot"})
            continue
        side = "above" if point["weight"] > edges[1] else "below"
        far = BEYOND if points[-1]["step"] < now else AWAY  # its walk has ended at numbers that are none any more
        words = far.format(name=point["name"], weight=number(point["weight"]))(view.lang)
        edge = {
            "kind": "off",
            "side": side,
            "weight": edges[side == "above"],
            "text": words,
            "row": outside[side],
            "seen": point["step"],
        }
        placed.append(point | edge)
        outside[side] += 1
    return placed


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
    rows, config, now, front, walked = [], view.config, moment(view), {}, []
    for mark, own, found in runs(view):
        walked += [(mark, own, points) for points in found.values()]
        if mark["role"] == "arm":
            front |= found
    edges = window(config, [(own, points) for _, own, points in walked])
    for mark, _, points in walked:
        rows += [point | mark | {"kind": "path"} for point in clipped(points, edges)]
    weights = [row["weight"] for row in rows]
    low, high = min(*weights, config.target), max(*weights, config.target)
    placed, last = dots(view, front, edges), max(config.steps, *(row["step"] for row in rows))
    ends = [clipped(points, edges)[-1] | {"label": points[0]["name"]} for points in front.values()]
    goal = f"{TARGET(view.lang)} {number(config.target)}"
    ends.append({"kind": "goal", "step": last, "weight": config.target, "label": goal})
    left = {name: edges.index(end["weight"]) for end in ends if (name := end.get("name")) and end["weight"] in edges}
    inward, names = 0.13 * (high - low or 1), []
    for end in (e for e in ends if e.get("name") in left):  # where its line leaves the picture, and which way
        up = left[end["name"]]
        if any(d["kind"] == "off" and d["name"] == end["name"] and now - end["step"] < 0.25 * last for d in placed):
            continue  # its arrowhead says its name close by
        names.append(end | {"kind": "end", "label": f"{end['label']} {'↓↑'[up]}"})
        names[-1]["weight"] += -inward if up else inward
    stay = [end for end in ends if end.get("name") not in left]
    for step in {end["step"] for end in stay}:  # beside a longer pinned race they end before the border
        here = [end for end in stay if end["step"] == step]
        heights = apart([end["weight"] for end in here], 0.115 * (high - low or 1))
        names += [{"kind": "end"} | end | {"weight": y} for end, y in zip(here, heights, strict=True)]
    rows += [{"kind": "target", "weight": config.target}]
    rows += [{"kind": "moment", "step": now, "text": f"{STEP(view.lang)} {now:,}"}]
    return pd.DataFrame(rows + aside(placed, last, inward) + names + bowl(config, placed, low, high))


def aside(placed: list[dict], last: int, inward: float) -> list[dict]:
    """The dots of the upper picture. Arrowheads at one border stand side by side."""
    out = [dot for dot in placed if dot["kind"] == "dot"]
    arrows = []
    for dot in placed:
        if dot["kind"] == "off":
            late = dot["step"] > last / 2
            step = dot["step"] + (-0.025 if late else 0.025) * last * dot["row"]
            arrows.append(dot | {"step": step, "turn": TURNS[dot["side"]], "late": late})
            arrows[-1]["over"] = dot["weight"] + (-1 if dot["side"] == "above" else 1) * inward * (1 + 0.8 * dot["row"])
    return out + arrows


WEIGHT = T("weight w", "trọng số w")
LOSS = same("loss")
TARGET = T("target", "đích")
AWAY = T("{name}: w = {weight}, off the chart", "{name}: w = {weight}, ngoài hình")
BEYOND = T("{name}: w beyond {weight}, off the chart", "{name}: w vượt {weight}, ngoài hình")


def bowl(config, placed, low, high):
    """Points of the parabola over the weights that are drawn, and a piece of tangent at every dot; who is outside them is an
    arrowhead where the curve leaves the picture."""
    pad = 0.08 * (high - low or 2)
    half = 0.45 * max(high - config.target, config.target - low)  # enough of the other side to see a bowl
    low, high = min(low, config.target - half) - pad, max(high, config.target + half) + pad
    out, arrows = [], []
    for i in range(81):
        w = low + (high - low) * i / 80
        out.append({"kind": "bowl", "weight": w, "loss": config.scale * (w - config.target) ** 2})
    top = max(point["loss"] for point in out)
    for dot in placed:
        if dot["kind"] == "off":
            left = dot["side"] == "below"
            w = (low if left else high) + (1 if left else -1) * 0.025 * (high - low) * dot["row"]
            arrow = {"kind": "gone", "weight": w, "loss": config.scale * (w - config.target) ** 2, "late": not left}
            others = sum(one.get("side") == dot["side"] for one in placed) - 1
            edge = config.scale * ((low if left else high) - config.target) ** 2
            first = min(edge + (0.15 + 0.1 * others) * top, 1.09 * top)  # above the curve, that the words cross nothing
            arrow["over"] = first - 0.1 * top * dot["row"]
            arrows.append(dot | arrow | {"turn": TURNS["left" if left else "right"]})
            continue
        off, half = dot["weight"] - config.target, 0.05 * (high - low)
        for side in (-half, half):
            loss = config.scale * (off * off + 2 * off * side)
            out.append({"kind": "tangent", "weight": dot["weight"] + side, "loss": loss, "name": dot["name"]})
    return out + arrows


def leaving(kind: str, x, y, view, baselines=("middle", "middle")):
    """Arrowheads of those outside the picture, and their words beside them, towards the middle."""
    tip = ["name:N", alt.Tooltip("seen:Q", title=STEP(view.lang)), alt.Tooltip("text:N", title=WEIGHT(view.lang))]
    marks = [
        only(kind)
        .mark_point(shape="triangle", filled=True, size=190 * view.size, opacity=1, stroke="white", strokeWidth=1)
        .encode(x=x, y=y, color=SILENT, angle=alt.Angle("turn:Q", scale=None), tooltip=tip)
    ]
    over = y.copy()
    over.shorthand = "over:Q"
    quiet = {"fontSize": 12 * view.size, "fontWeight": "bold"}
    for late, align, dx in ((False, "left", 12), (True, "right", -12)):
        for side, baseline in zip(("below", "above"), baselines, strict=True):
            here = only(kind).transform_filter((alt.datum.late == late) & (alt.datum.side == side))
            words = here.mark_text(align=align, baseline=baseline, dx=dx * view.size, **quiet)
            marks.append(words.encode(x=x, y=over, color=SILENT, text="text:N"))
    return marks


def only(kind: str, role: str | None = None):
    base = Chart().transform_filter(alt.datum.kind == kind)
    return base.transform_filter(alt.datum.role == role) if role else base


def lines(kind, x, y, size, color=COLOR):
    """The race in front bold, the last settings faint, pinned ones dashed; the same colour for the same optimizer."""
    tip = ["name:N", "called:N", "step:Q", alt.Tooltip("weight:Q", format=".4f"), alt.Tooltip("loss:Q", format=".3g")]
    encoding = {"x": x, "y": y, "color": color, "detail": ["run:N", "piece:N"], "order": "step:Q"}
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
        .mark_text(align="right", baseline="bottom", dx=-12, **quiet)
        .encode(x=x, y=alt.value("height"), text="text:N"),
        *lines("path", x, y, view.size, SILENT),
        only("dot")
        .mark_point(filled=True, size=110 * view.size, opacity=1, stroke="white", strokeWidth=1.5)
        .encode(x=x, y=y, color=SILENT),
        *(
            only(kind)
            .mark_text(align="left", dx=10, fontSize=font, fontWeight="bold")
            .encode(x=x, y=y, text="label:N", color=color)
            for kind, color in (("end", SILENT), ("goal", alt.value(GREY)))
        ),
        *leaving("off", x, y, view, ("bottom", "top")),
    ).properties(
        height=height(view, 235), width="container"
    )  # the names beyond its end are made room for by Vega itself
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
        *leaving("gone", w, y, view),
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
        "Bold: your settings. Faint: your settings before the last change. Dashed: pinned runs. An arrowhead at the border: the "
        "weight has left the picture; how large it is stands beside it.",
        "Đậm: thiết lập của bạn. Mờ: thiết lập trước lần đổi gần nhất. Đứt: lần chạy đã ghim. Đầu mũi tên ở mép hình: trọng số "
        "đã ra ngoài hình; giá trị của nó ghi bên cạnh.",
    ),
    constant=True,
)


# --- the loss, on a scale that turns rates into slopes -----------------------------------------------------------------


def under_the_sky(points: list[dict]) -> list[dict]:
    """The line of a loss up to where it leaves the picture for good, on the straight line that the log scale makes of it."""
    inside = max((i for i, point in enumerate(points) if point["loss"] <= SKY), default=0)
    shown = points[: inside + 1]
    if points[inside + 1 :] and points[inside]["loss"] <= SKY:
        before, after = points[inside], points[inside + 1]
        low, high = (math.log10(max(point["loss"], FLAT)) for point in (before, after))
        share = (math.log10(SKY) - low) / (high - low)
        step = before["step"] + share * (after["step"] - before["step"])
        shown.append(before | {"step": step, "loss": SKY, "weight": None})
    return shown


def loss_rows(view):
    lines = [(mark, under_the_sky(points)) for mark, _, found in runs(view) for points in found.values()]
    rows = [p | mark | {"kind": "loss"} for mark, points in lines for p in points]
    columns = view.main.table("law")
    if columns:
        rows += [{"kind": "law", "step": t, "loss": v} for t, v in zip(columns["step"], columns["loss"], strict=True)]
    rows = [
        row | {"loss": min(max(row["loss"], FLAT), SKY)} for row in rows if row["kind"] == "loss" or row["loss"] <= SKY
    ]
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
    rows = []
    found = {name: points[1:] or points for name, points in walks(view.main).items()}
    edges = window(view.config, [(view.config, points) for points in found.values()])
    for name, points in found.items():
        line = clipped(points, edges)
        largest = max((abs(point["gradient"]) for point in line), default=0.0) or 1.0
        rows += [point | {"kind": "path", "held": point["gradient"] / largest} for point in line]
        for dot in dots(view, {name: points}, edges):
            held = min(1.0, max(-1.0, dot["gradient"] / largest))
            late = dot.get("side") == "above"
            turn = TURNS["right" if late else "left"]
            rows.append(dot | {"held": held, "late": late, "turn": turn, "over": held})
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
        .encode(x=x, y=y, color=COLOR, detail="piece:N", order="step:Q", tooltip=tip),
        only("dot")
        .mark_point(filled=True, size=150 * view.size, opacity=1, stroke="white", strokeWidth=1.5)
        .encode(x=x, y=y, color=COLOR, tooltip=tip),
        *leaving("off", x, y, view),
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
