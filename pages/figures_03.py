"""The pictures of lesson 3 that need no training: a weight that decays, loud and quiet gradients, a step taken apart."""

import math

import altair as alt
import pandas as pd

from app import charts
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY, number

WEIGHT = T("weight", "trọng số")


def factor(config) -> float:
    """What AdamW leaves of a weight in one step."""
    return 1 - config.lr * config.weight_decay


def rule(x: float, text: str, size: float, color: str = GREY, top: int = 14):
    """A vertical line with its name beside it."""
    data = charts.Chart(alt.Data(values=[{"x": x, "label": text}]))
    return [
        data.mark_rule(strokeDash=[6, 4], color=color, strokeWidth=1.5).encode(x="x:Q"),
        data.mark_text(align="left", dx=6, color=color, fontSize=13 * size).encode(
            x="x:Q", y=alt.value(top), text="label:N"
        ),
    ]


# --- one weight without a gradient -----------------------------------------------------------------------------------


def weight_rows(view):
    clock, log, rows = view.values.get("x") == "clock", view.values.get("y") == "log", []
    for role, group in (("arm", view.arms), ("pinned", view.pinned)):
        for a in group:
            config = a.arm.config
            unit = config.lr * config.weight_decay if clock else 1.0
            for what, metric in (("run", "weight"), ("closed", "closed")):
                if metric == "closed" and (role != "arm" or a is not view.arms[0]):
                    continue
                for step, value in a.result.metrics.get(metric, {}).items():
                    shown = value if math.isfinite(value) and not (log and value <= 0) else None
                    rows.append((step * unit, step, shown, a.arm.name(view.lang), what, role, 1 - factor(config)))
    return pd.DataFrame(rows, columns=["x", "step", "value", "name", "what", "role", "shrink"])


def weight_chart(view):
    config, clock = view.config, view.values.get("x") == "clock"
    log, kept = view.values.get("y") == "log", factor(config)
    title = T("steps × lr·wd", "bước × lr·wd") if clock else charts.STEP
    x = alt.X("x:Q", title=title(view.lang), axis=alt.Axis(grid=False, tickCount=8))
    if log:
        scale = alt.Scale(type="log", domain=[1e-3, 1.2], clamp=True)
    else:
        scale = alt.Scale(domain=[-1.2, 1.2], clamp=True) if kept < 0 else alt.Scale(zero=True, nice=True)
    y = alt.Y("value:Q", title=WEIGHT(view.lang), scale=scale, axis=alt.Axis(grid=False))
    color = charts.arm_color(view)
    base = charts.Chart().transform_filter(alt.datum.what == "run")
    tip = [
        "name:N",
        "step:Q",
        alt.Tooltip("value:Q", format=".4f", title=WEIGHT(view.lang)),
        alt.Tooltip("shrink:Q", format=".4f", title="lr·wd"),
    ]
    solid = base.transform_filter(alt.datum.role == "arm").mark_line(strokeWidth=3 * view.size)
    dashes = alt.StrokeDash(
        "name:N",
        scale=alt.Scale(
            domain=[a.arm.name(view.lang) for a in view.arms],
            range=[[7, 6] if a.arm.dash else [1, 0] for a in view.arms],
        ),
        legend=None,
    )
    ghost = base.transform_filter(alt.datum.role == "pinned").mark_line(strokeWidth=2.5, strokeDash=[5, 4])
    closed = (
        charts.Chart().transform_filter(alt.datum.what == "closed").mark_line(color=GREY, strokeWidth=7, opacity=0.35)
    )
    dots = base.transform_filter(alt.datum.role == "arm").mark_point(filled=True, size=30, opacity=0.01)
    marks = []
    if kept < 0:
        band = charts.Chart(
            alt.Data(
                values=[
                    {
                        "low": -1.2,
                        "high": 0,
                        "label": T("decay overshoots: 1 − lr·wd = {f}", "suy giảm quá đà: 1 − lr·wd = {f}").format(
                            f=number(kept)
                        )(view.lang),
                    }
                ]
            )
        )
        marks.append(band.mark_rect(color=BROKEN, opacity=0.12).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q"))
    marks += [
        closed.encode(x=x, y=y, detail="name:N"),
        solid.encode(x=x, y=y, color=color, strokeDash=dashes, detail="name:N"),
        ghost.encode(x=x, y=y, color=color, detail="name:N"),
        dots.encode(x=x, y=y, tooltip=tip),
    ]
    if kept < 0:
        marks.append(
            band.mark_text(
                color=BROKEN, align="right", baseline="bottom", dx=-8, dy=-8, fontSize=14 * view.size
            ).encode(x=alt.value("width"), y=alt.value("height"), text="label:N")
        )
    product = config.lr * config.weight_decay
    clock_steps = 1 / product if 0 < product <= 1 else math.inf  # what overshoots has no time in which it fades
    if clock_steps <= config.steps:
        text = "1/(lr·wd)" if clock else f"1/(lr·wd) = {number(clock_steps)}"
        marks += rule(1 if clock else clock_steps, text, view.size)
    return alt.layer(*marks).properties(height=400 * (1 + (view.size - 1) * 0.8), width="container")


weight = Figure(
    "weight",
    T("A weight that only decay moves", "Một trọng số chỉ chịu suy giảm"),
    T(
        "The weight over the steps for AdamW, Adam with L2 and SGD with L2, and the closed form as a wide grey line. {now}",
        "Trọng số theo bước với AdamW, Adam kèm L2, SGD kèm L2; công thức là dải xám. {now}",
    ),
    weight_rows,
    weight_chart,
    help=T(
        "Wide grey line: (1 − lr·wd)ᵗ, computed from the two knobs alone. Dashed verticals: the time 1/(lr·wd), after which AdamW keeps about 37 % where lr·wd is small.",
        "Dải xám: (1 − lr·wd)ᵗ, chỉ tính từ hai núm. Đường đứng nét gạch: thời gian 1/(lr·wd), sau đó AdamW còn giữ khoảng 37 % nếu lr·wd nhỏ.",
    ),
)

# --- loud and quiet gradients ----------------------------------------------------------------------------------------


def noise_rows(view):
    rows = []
    for what, group in (("run", view.arms), ("pinned", view.pinned)):
        for a in group:
            metrics, name = a.result.metrics, a.arm.name(view.lang)
            for step, value in metrics.get("weight", {}).items():
                rows.append((step, value, metrics["low"].get(step), metrics["high"].get(step), name, what))
    for step, value in view.main.metrics.get("closed", {}).items():
        rows.append((step, value, None, None, "", "closed"))
    return pd.DataFrame(rows, columns=["step", "value", "low", "high", "name", "what"])


def noise_chart(view):
    x = charts.step_axis(view)
    scale = alt.Scale(domain=[-0.6, 1.3], clamp=True)
    title = T("mean weight", "trọng số trung bình")
    y = alt.Y("value:Q", title=title(view.lang), scale=scale, axis=alt.Axis(grid=False))
    legend = {
        "orient": "top",
        "title": None,
        "columns": charts.fitting([a.arm.name(view.lang) for a in (*view.arms, *view.pinned)], view.size, 4),
        "symbolType": "stroke",
        "symbolOpacity": 1,
        "labelLimit": 280,
    }
    color = charts.arm_color(view).legend(**legend)
    dashes = alt.StrokeDash(
        "name:N",
        scale=alt.Scale(
            domain=[a.arm.name(view.lang) for a in view.arms],
            range=[[7, 6] if a.arm.dash else [1, 0] for a in view.arms],
        ),
        legend=None,
    )
    run = charts.Chart().transform_filter(alt.datum.what == "run")
    closed = charts.Chart().transform_filter(alt.datum.what == "closed")
    name = T("decay alone, (1 − lr·wd)ᵗ", "chỉ suy giảm, (1 − lr·wd)ᵗ")(view.lang)
    last = closed.transform_window(rank="rank()", sort=[alt.SortField("step", order="descending")]).transform_filter(
        alt.datum.rank == 1
    )
    return alt.layer(
        run.mark_area(opacity=0.13).encode(x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q", color=color),
        closed.mark_line(color=GREY, strokeDash=[2, 3], strokeWidth=3).encode(x=x, y=y),
        last.mark_text(align="right", dy=18, fontWeight="bold", color=GREY, fontSize=13 * view.size).encode(
            x=x, y=y, text=alt.value(name)
        ),
        charts.Chart()
        .transform_filter(alt.datum.what == "pinned")
        .mark_line(strokeWidth=2, strokeDash=[5, 4], opacity=0.8)
        .encode(x=x, y=y, color=color),
        run.mark_line(strokeWidth=3 * view.size).encode(x=x, y=y, color=color, strokeDash=dashes),
        run.mark_point(filled=True, size=30, opacity=0.01).encode(
            x=x, y=y, tooltip=["name:N", "step:Q", alt.Tooltip("value:Q", format=".3f")]
        ),
    ).properties(height=400 * (1 + (view.size - 1) * 0.8), width="container")


noise = Figure(
    "noise",
    T("The same decay, loud and quiet gradients", "Cùng mức suy giảm, gradient ồn và yên"),
    T(
        "Mean weight over the steps, four lines: AdamW and Adam with L2, each with loud and with quiet gradients. {now}",
        "Trọng số trung bình theo bước, bốn đường: AdamW và Adam kèm L2, mỗi bên với gradient ồn và yên. {now}",
    ),
    noise_rows,
    noise_chart,
    help=T(
        "The gradients are pure noise around 0: only the decay has a direction. Loud and quiet draw the same noise, only scaled. Bands hold the middle half of 200 copies.",
        "Gradient là nhiễu thuần quanh 0: chỉ suy giảm có hướng. Bên ồn và bên yên rút cùng một nhiễu, chỉ khác thang. Dải màu chứa nửa giữa của 200 bản sao.",
    ),
)

# --- one step taken apart --------------------------------------------------------------------------------------------

PARTS = (
    ("gradient", T("by the gradient", "do gradient")),
    ("decay", T("by the decay", "do suy giảm")),
    ("total", T("the whole step", "cả bước")),
)
EDGE = 4.0  # in learning rates: longer bars are cut there, their number is not


def lens(view) -> int:
    return int(view.values.get("at", 1))


def bars_rows(view):
    t, rows = lens(view), []
    for a in view.arms:
        metrics, lr = a.result.metrics, a.arm.config.lr
        if t not in metrics.get("move", {}) or not lr:
            continue
        first, second = metrics["by_gradient"][t] / lr, metrics["by_decay"][t] / lr
        for (_, part), (begin, end) in zip(
            PARTS, ((0, first), (first, first + second), (0, first + second)), strict=True
        ):
            cut = [min(max(v, -EDGE), EDGE) for v in (begin, end)]
            rows.append(
                (
                    a.arm.name(view.lang),
                    part(view.lang),
                    *cut,
                    max(cut),
                    ("+" if end >= begin else "") + number(end - begin),
                )
            )
    return pd.DataFrame(rows, columns=["name", "part", "begin", "end", "right", "label"])


def bars_chart(view):
    names, order = [a.arm.name(view.lang) for a in view.arms], [p(view.lang) for _, p in PARTS]
    y = alt.Y("name:N", scale=alt.Scale(domain=names), title=None, axis=alt.Axis(labelLimit=200, ticks=False))
    offset = alt.YOffset("part:N", sort=order)
    title = T("move of the weight in step {t}, in units of lr", "trọng số dời đi ở bước {t}, tính bằng lr")
    at_zero = alt.condition("datum.value === 0", alt.value(1), alt.value(0.15))
    x = alt.X(
        "begin:Q",
        title=title.format(t=lens(view))(view.lang),
        scale=alt.Scale(domain=[-EDGE, EDGE + 0.6], clamp=True),
        axis=alt.Axis(format="d", gridColor=GREY, gridOpacity=at_zero, tickCount=9),
    )
    color = alt.Color(
        "part:N",
        scale=alt.Scale(domain=order, range=[ARMS[4], BROKEN, GREY]),
        legend=alt.Legend(orient="top", title=None),
    )
    base = charts.Chart()
    return alt.layer(
        base.mark_bar(height={"band": 0.85}).encode(
            x=x, x2="end:Q", y=y, yOffset=offset, color=color, tooltip=["name:N", "part:N", "label:N"]
        ),
        base.mark_text(align="left", dx=5, color=GREY, fontSize=13 * view.size).encode(
            x=alt.X("right:Q"), y=y, yOffset=offset, text="label:N"
        ),
    ).properties(height=410 * (1 + (view.size - 1) * 0.5), width="container")


bars = Figure(
    "bars",
    T("One step taken apart", "Tháo rời một bước"),
    T(
        "Bars for each optimizer: the part of the step due to the gradient, the part due to the decay, and their sum. {now}",
        "Cột cho từng thuật toán: phần bước do gradient, phần do suy giảm, và tổng. {now}",
    ),
    bars_rows,
    bars_chart,
    help=T(
        "In units of lr: 1 means the weight moved by exactly one learning rate. Bars longer than 4 are cut; their number is not.",
        "Tính bằng lr: 1 nghĩa là trọng số dời đúng một tốc độ học. Cột dài hơn 4 bị cắt, con số thì không.",
    ),
)


def path_rows(view):
    frame = view.frame("w")
    return frame[frame["step"] <= 20]


def path_chart(view):
    config = view.config
    scale = alt.Scale(domain=[config.start - 3, config.target + 3], clamp=True)
    x = charts.step_axis(view, ticks=10)
    y = alt.Y("value:Q", title=WEIGHT(view.lang), scale=scale, axis=alt.Axis(grid=False))
    bottom = T("bottom of the bowl", "đáy bát")(view.lang)
    goal = charts.Chart(alt.Data(values=[{"y": config.target, "label": f"{bottom}  {config.target:g}"}]))
    lines = charts.Chart().mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=40))
    tip = ["name:N", "step:Q", alt.Tooltip("value:Q", format=".4g")]
    return alt.layer(
        goal.mark_rule(color=GREY, strokeDash=[6, 4]).encode(y="y:Q"),
        goal.mark_text(align="right", baseline="bottom", dy=-4, color=GREY, fontSize=13 * view.size).encode(
            y="y:Q", x=alt.value("width"), text="label:N"
        ),
        *rule(lens(view), T("lens", "ống soi")(view.lang), view.size),
        lines.encode(x=x, y=y, color=charts.arm_color(view), detail="run:N", tooltip=tip),
    ).properties(height=260 * view.size, width="container")


path = Figure(
    "path",
    T("Where the weight goes", "Trọng số đi đâu"),
    T(
        "The weight over 20 steps for each optimizer, with the bottom of the bowl. {now}",
        "Trọng số qua 20 bước với từng thuật toán, cùng đáy bát. {now}",
    ),
    path_rows,
    path_chart,
)

NUMBERS = (("grad", "g"), ("m", "m"), ("v", "v"), ("m_hat", "m̂"), ("v_hat", "v̂"), ("move", "Δw"), ("w", "w"))


def four(value: float) -> str:
    """Four significant digits, for numbers that are to be checked by hand: 0.01234, 7.364e7, −1.5e−6."""
    mantissa, _, exponent = f"{value:.4g}".partition("e")
    return (f"{mantissa}e{int(exponent)}" if exponent else mantissa).replace("-", "−")


def numbers_rows(view):
    rows = []
    for step in range(1, 21):
        for metric, label in NUMBERS:
            value = view.main.metrics.get(metric, {}).get(step)
            if value is not None:
                rows.append((step, label, four(value)))
    return pd.DataFrame(rows, columns=["step", "what", "text"])


def numbers_chart(view):
    x = alt.X("what:N", sort=[label for _, label in NUMBERS], title=None, axis=alt.Axis(orient="top", labelAngle=0))
    y = alt.Y("step:O", title=charts.STEP(view.lang))
    here = charts.Chart().transform_filter(alt.datum.step == lens(view)).mark_rect(color=ARMS[4], opacity=0.25)
    words = charts.Chart().mark_text(fontSize=13 * view.size, color=GREY)
    return alt.layer(here.encode(x=x, y=y), words.encode(x=x, y=y, text="text:N")).properties(
        height=480 * view.size, width="container"
    )


numbers = Figure(
    "numbers",
    T("Every number of AdamW's first 20 steps", "Mọi con số trong 20 bước đầu của AdamW"),
    T(
        "A table: gradient, both averages, corrected averages, move and weight per step.",
        "Bảng: gradient, hai trung bình, trung bình đã hiệu chỉnh, độ dời và trọng số mỗi bước.",
    ),
    numbers_rows,
    numbers_chart,
    folded=True,
)
