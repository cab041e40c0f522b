"""The pictures of lesson 18: the race of graded positions, the causal triangle, and where in the window the loss sits."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart, arm_color, diverged, height, rules
from app.i18n import T
from app.lesson import Figure
from app.theme import BROKEN, GREY, INPUT, TEST
from core import batches, crossing

AXES = {
    "step": T("training step", "bước huấn luyện"),
    "predictions": T("graded predictions (log scale)", "số dự đoán đã được chấm (thang log)"),
    "seconds": T("seconds of training, measured", "giây huấn luyện, đo được"),
}
COUNTED = {"step": T("steps", "bước"), "predictions": T("predictions", "dự đoán"), "seconds": T("seconds", "giây")}
METRIC = {"last": "last_loss", "all": "test_loss"}
ERROR = {"last": "last_se", "all": "test_se"}
Y = {
    "last": T("test loss at the last position (nats)", "loss kiểm thử ở vị trí cuối (nats)"),
    "all": T("test loss, all positions (nats/token)", "loss kiểm thử, mọi vị trí (nats/token)"),
}
CELLS = 64  # rows and columns of the triangle at most: longer windows are drawn in steps


def chosen(view, name, options):
    value = str(view.values.get(name) or next(iter(options)))
    return value if value in options else next(iter(options))


def graded_places(config) -> int:
    """Predictions of a window that enter the loss."""
    return min(config.graded, config.context) or config.context


def clock(view_arm, x: str) -> dict[int, float]:
    """{step: where it stands on that axis} of one arm's run."""
    result, config = view_arm.result, view_arm.arm.config
    steps = {0, *result.metrics.get("train_loss", {}), *result.metrics.get("last_loss", {})}
    if x == "seconds":
        return {s: t for s, t in zip(steps, result.when([*steps]).tolist(), strict=True) if t == t} or {0: 0.0}
    return {s: float(s * (config.batch * graded_places(config) if x == "predictions" else 1)) for s in steps}


def curve(view_arm, x: str, where: str) -> dict[float, float]:
    """{place on the axis: test loss} of one arm, finite values only."""
    places = clock(view_arm, x)
    points = view_arm.result.metrics.get(METRIC[where], {})
    return {places[s]: v for s, v in points.items() if s in places and math.isfinite(v)}


def equal(view, x: str, where: str = "last"):
    """(where on the axis the all-position run reaches what the chosen one ended with, where the chosen one ended, that
    loss), None while either is missing."""
    every = next((a for a in view.arms if a.arm.label == "all"), None)
    mine = curve(view.arms[0], x, where)
    if every is None or view.arms[0].arm.label == "all" or len(mine) < 2:
        return None
    end = max(mine)
    meets = crossing.first_below(curve(every, x, where), mine[end])
    return None if meets is None or meets <= 0 else (meets, end, mine[end])


def written(steps: float) -> float:
    """Steps read off between two tests, in the digits in which they are said: what is divided by them stays true of these."""
    return float(f"{steps:.3g}")


# --- the race ----------------------------------------------------------------------------------------------------


def race_rows(view):
    x, where = chosen(view, "x", AXES), chosen(view, "where", METRIC)
    rows = []
    for a, role in [(a, "arm") for a in view.arms] + [(a, "pinned") for a in view.pinned]:
        places, result, name = clock(a, x), a.result, a.arm.name(view.lang)
        errors = result.metrics.get(ERROR[where], {})
        for what, metric in (("test", METRIC[where]), ("train", "train_loss")):
            if what == "train" and role == "pinned":
                continue
            points = [(s, v) for s, v in result.metrics.get(metric, {}).items() if s in places and math.isfinite(v)]
            if what == "train":
                points = smooth(points)
            for step, value in points:
                if x == "predictions" and not places[step]:
                    continue
                spread = 2 * errors.get(step, 0.0) if what == "test" else 0.0
                rows.append((places[step], value, value - spread, value + spread, what, role, name, a.run_id, step, ""))
    met = equal(view, x, where)
    if met:
        factor = met[1] / (written(met[0]) if x == "step" else met[0])
        if factor < 1:
            text = T("same loss: 1/{n} of the {what}", "cùng loss: 1/{n} số {what}")
        else:
            text = T("same loss: {n}× as many {what}", "cùng loss: gấp {n} lần số {what}")
        size = max(factor, 1 / factor)
        text = text.format(n=f"{size:.1f}" if size < 10 else f"{size:.0f}", what=COUNTED[x])
        for place in met[:2]:
            rows.append(
                (
                    place,
                    met[2],
                    met[2],
                    met[2],
                    "equal",
                    "arm",
                    "",
                    "",
                    0,
                    text(view.lang) if place == max(met[:2]) else "",
                )
            )
    return pd.DataFrame(rows, columns=["x", "y", "low", "high", "what", "role", "name", "run", "step", "text"])


def smooth(points: list, width: int = 10, most: int = 150) -> list:
    """A running mean over `width` training losses, at most about `most` of them."""
    values = (
        pd.Series([v for _, v in points], index=[s for s, _ in points], dtype=float)
        .rolling(width, min_periods=1)
        .mean()
    )
    return list(values.items())[:: max(1, len(values) // most)]


def race_chart(view):
    axis, where = chosen(view, "x", AXES), chosen(view, "where", METRIC)
    raw = view.config.wiring == "raw_nll"
    scale = alt.Scale(type="log") if axis == "predictions" else alt.Scale(zero=True, nice=False)
    whole = {"tickMinStep": 1} if axis == "step" else {}
    x = alt.X("x:Q", title=AXES[axis](view.lang), scale=scale, axis=alt.Axis(grid=False, tickCount=8, **whole))
    y = alt.Y(
        "y:Q",
        title=Y[where](view.lang),
        scale=alt.Scale(type="symlog") if raw else alt.Scale(zero=False, nice=True),
        axis=alt.Axis(grid=False),
    )
    color = arm_color(view)

    def part(what, role="arm"):
        found = (alt.datum.what == what) & (alt.datum.role == role)
        return Chart().transform_filter(found).encode(x=x, y=y)

    tip = [
        "name:N",
        "step:Q",
        alt.Tooltip("y:Q", title="nats", format=".3f"),
        alt.Tooltip("x:Q", title=AXES[axis](view.lang), format=",.3~g"),
    ]
    marks = [
        *rules(view, ("uniform", "unigram_table")),
        part("train").mark_line(opacity=0.35, strokeWidth=1.3).encode(color=color, detail="run:N"),
        part("test", "pinned").mark_line(strokeDash=[5, 4], strokeWidth=2).encode(color=color, detail="run:N"),
        part("test")
        .mark_area(opacity=0.15)
        .encode(y=alt.Y("low:Q", title=Y[where](view.lang)), y2="high:Q", color=color, detail="run:N"),
        part("test").mark_line(strokeWidth=3 * view.size).encode(color=color, detail="run:N"),
        part("test").mark_point(filled=True, size=45 * view.size, opacity=1).encode(color=color, tooltip=tip),
        part("equal").mark_line(color=BROKEN, strokeWidth=2, strokeDash=[2, 3]),
        part("equal").mark_point(shape="diamond", filled=True, size=110 * view.size, color=BROKEN, opacity=1),
        part("equal")
        .mark_text(color=BROKEN, align="right", dx=-12, dy=-12, fontSize=14 * view.size)
        .encode(text="text:N"),
    ]
    if axis == "step":
        marks += diverged(view)
    return alt.layer(*marks).properties(height=height(view, 400), width="container")


race = Figure(
    "race",
    T("The same batches, graded in more or fewer places", "Cùng các lô, chấm ở nhiều hay ít vị trí"),
    T(
        "Test loss of each run, thick with a band of two standard errors, training loss thin; a dotted link joins two points of equal loss. {now}",
        "Loss kiểm thử của từng lần chạy, đậm, kèm dải hai sai số chuẩn; loss huấn luyện mảnh; đường chấm nối hai điểm cùng loss. {now}",
    ),
    race_rows,
    race_chart,
    help=T(
        "Thick: test loss with two standard errors. Thin: training loss, of the graded positions only. Diamonds: where the run that is graded everywhere reaches what yours ended with.",
        "Đậm: loss kiểm thử kèm hai sai số chuẩn. Mảnh: loss huấn luyện, chỉ của vị trí được chấm. Hình thoi: chỗ lần chạy chấm mọi nơi đạt mức mà lần của bạn dừng lại.",
    ),
)


# --- the causal triangle -----------------------------------------------------------------------------------------


def triangle_rows(view):
    config = view.config
    T_, k = config.context, graded_places(config)
    lit = {int(p) for p in batches.place_numbers(T_, k, config.graded_at, config.seed, 1)}
    stride = max(1, T_ // CELLS)
    return pd.DataFrame(
        [
            {"position": t + 1, "seen": s + 1, "kind": "graded" if t in lit else "not"}
            for t in range(stride - 1, T_, stride)
            for s in range(0, t + 1, stride)
        ]
    )


def triangle_chart(view):
    stride = max(1, view.config.context // CELLS)
    count, k = view.config.context, graded_places(view.config)
    order = [i + 1 for i in range(stride - 1, count, stride)]
    ticks = [order[0], *[o for o in order if o % max(1, count // 8) == 0]]
    down = [i + 1 for i in range(0, count, stride)]
    words = T(
        f"{k} exercise{'s' * (k > 1)} a window from the same forward pass" + (f", of {count}" if k < count else ""),
        f"{k} bài tập mỗi cửa sổ từ cùng một lượt tính tới" + (f", trong {count}" if k < count else ""),
    )
    cells = (
        Chart()
        .mark_rect()
        .encode(
            x=alt.X(
                "position:O",
                scale=alt.Scale(domain=order),
                title=T("position that predicts", "vị trí dự đoán")(view.lang),
                axis=alt.Axis(values=ticks, labelAngle=0),
            ),
            y=alt.Y(
                "seen:O",
                scale=alt.Scale(domain=down),
                title=T("tokens it sees", "token nó nhìn thấy")(view.lang),
                axis=alt.Axis(values=[down[0], down[-1]]),
            ),
            color=alt.Color("kind:N", scale=alt.Scale(domain=["graded", "not"], range=[TEST, GREY]), legend=None),
            opacity=alt.Opacity("kind:N", scale=alt.Scale(domain=["graded", "not"], range=[0.95, 0.25]), legend=None),
        )
    )
    label = (
        Chart(alt.Data(values=[{"text": words(view.lang)}]))
        .mark_text(align="left", baseline="bottom", dy=-10, fontSize=15 * view.size, color=TEST, fontWeight="bold")
        .encode(x=alt.value(12), y=alt.value("height"), text="text:N")
    )
    return alt.layer(cells, label).properties(height=230 * view.size, width="container")


triangle = Figure(
    "triangle",
    T("What one window teaches", "Một cửa sổ dạy được gì"),
    T(
        "A triangle of positions against the tokens each sees; graded columns are bright. {now}",
        "Tam giác gồm các vị trí và những token mỗi vị trí nhìn thấy; cột được chấm thì sáng. {now}",
    ),
    triangle_rows,
    triangle_chart,
    help=T(
        "Each column is one next-token exercise: the position sees the tokens of its column and no later ones. Bright: graded. With random positions the first step's draw is shown.",
        "Mỗi cột là một bài tập đoán token kế tiếp: vị trí đó chỉ thấy các token trong cột, không thấy phía sau. Sáng: được chấm. Với vị trí ngẫu nhiên, hình vẽ lần rút của bước đầu.",
    ),
)


# --- loss by position --------------------------------------------------------------------------------------------


def place_rows(view):
    rows = []
    for a in view.arms:
        table = a.result.table("places")
        if not table or None in table["loss"]:  # nothing measured yet, or no number any more
            continue
        name, per = a.arm.name(view.lang), list(zip(table["place"], table["loss"], table["se"], strict=True))
        rows += [(place, loss, loss, loss, "place", name) for place, loss, _ in per]
        for first in (2**i for i in range(len(per).bit_length())):
            group = [p for p in per if first <= p[0] < 2 * first]
            loss = sum(p[1] for p in group) / len(group)
            error = 2 * sum(p[2] ** 2 for p in group) ** 0.5 / len(group)
            middle = math.exp(sum(math.log(p[0]) for p in group) / len(group))
            rows.append((middle, loss, loss - error, loss + error, "octave", name))
    return pd.DataFrame(rows, columns=["place", "y", "low", "high", "kind", "name"])


def place_chart(view):
    x = alt.X(
        "place:Q",
        title=T("position in the window (log scale)", "vị trí trong cửa sổ (thang log)")(view.lang),
        scale=alt.Scale(type="log", base=2, nice=False),
    )
    title = T("test loss (nats)", "loss kiểm thử (nats)")(view.lang)
    y = alt.Y("y:Q", title=title, scale=alt.Scale(zero=False))
    short = int(view.values.get("short") or 8)
    base = Chart().encode(x=x, y=y, color=arm_color(view))
    mean = base.transform_filter(alt.datum.kind == "octave")
    rule = Chart(
        alt.Data(
            values=[
                {
                    "place": short,
                    "label": T(f"a prompt of {short} tokens ends here", f"câu mồi {short} token dừng ở đây")(view.lang),
                }
            ]
        )
    )
    marks = [
        base.transform_filter(alt.datum.kind == "place").mark_point(size=14, opacity=0.35, filled=True),
        mean.mark_area(opacity=0.18).encode(y=alt.Y("low:Q", title=title, scale=alt.Scale(zero=False)), y2="high:Q"),
        mean.mark_line(strokeWidth=3 * view.size),
        mean.mark_point(filled=True, size=70 * view.size, opacity=1).encode(
            tooltip=["name:N", alt.Tooltip("place:Q", format=".0f"), alt.Tooltip("y:Q", format=".3f")]
        ),
        rule.mark_rule(strokeDash=[6, 4], color=GREY).encode(x="place:Q"),
        rule.mark_text(align="left", baseline="top", dx=5, color=GREY, fontSize=12 * view.size).encode(
            x="place:Q", y=alt.value(4), text="label:N"
        ),
    ]
    return alt.layer(*marks).properties(height=height(view, 390), width="container")


place = Figure(
    "place",
    T("Test loss, position by position", "Loss kiểm thử, từng vị trí"),
    T(
        "Test loss against the position in the window, one colour per run, means over doubling stretches with two standard errors. {now}",
        "Loss kiểm thử theo vị trí trong cửa sổ, mỗi lần chạy một màu, trung bình theo các đoạn gấp đôi kèm hai sai số chuẩn. {now}",
    ),
    place_rows,
    place_chart,
    help=T(
        "Small dots: single positions. Line: means over 1, 2–3, 4–7, … with two standard errors. A prompt lives at the left.",
        "Chấm nhỏ: từng vị trí. Đường: trung bình trên 1, 2–3, 4–7, … kèm hai sai số chuẩn. Câu mồi nằm ở bên trái.",
    ),
)


# --- the noise of the meter --------------------------------------------------------------------------------------

DRAWS = 40
METERS = {"last": T("n last positions", "n vị trí cuối"), "all": T("n windows, all positions", "n cửa sổ, mọi vị trí")}


def readings(result) -> dict[str, list]:
    """The table "close", {} where it is not there, has one window only, or holds what is no number."""
    table = result.table("close")
    return table if len(table.get("all", ())) > 1 and None not in table["all"] else {}


def meter_rows(view):
    """The finished all-position run (the chosen one where there is none), measured DRAWS times from n of its windows."""
    import numpy as np

    a = next((a for a in view.arms if a.arm.label == "all"), view.arms[0])
    table, rows = readings(a.result), []
    if table:
        n = int(view.values.get("meter_windows") or 64)
        generator = np.random.default_rng(n)
        for kind, label in METERS.items():
            values = np.asarray(table[kind])
            error = values.std(ddof=1) / n**0.5
            for draw in range(DRAWS):
                measured = values[generator.integers(0, len(values), n)].mean()
                low, high = values.mean() - 2 * error, values.mean() + 2 * error
                rows.append((label(view.lang), draw + 1, measured, values.mean(), low, high))
    return pd.DataFrame(rows, columns=["kind", "draw", "y", "mean", "low", "high"])


def meter_chart(view):
    names = [label(view.lang) for label in METERS.values()]
    color = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=names, range=[INPUT, TEST]),
        legend=alt.Legend(title=None, orient="top", symbolOpacity=1),
    )
    x = alt.X(
        "draw:Q",
        title=T("measurement of the same model", "lần đo cùng một mô hình")(view.lang),
        axis=alt.Axis(grid=False),
    )
    base = Chart().encode(x=x, color=color)
    title = T("measured test loss (nats)", "loss kiểm thử đo được (nats)")(view.lang)
    y = alt.Y("y:Q", title=title, scale=alt.Scale(zero=False))
    marks = [
        base.mark_area(opacity=0.15).encode(y=alt.Y("low:Q", title=title, scale=alt.Scale(zero=False)), y2="high:Q"),
        base.mark_line(strokeDash=[6, 4]).encode(y=alt.Y("mean:Q", title=title)),
        base.mark_point(filled=True, size=50 * view.size, opacity=0.9).encode(
            y=y, tooltip=["kind:N", alt.Tooltip("y:Q", format=".3f")]
        ),
    ]
    return alt.layer(*marks).properties(height=300 * view.size, width="container")


meter = Figure(
    "meter",
    T(
        "The noise of the meter: one frozen model, measured 40 times",
        "Nhiễu của thước đo: một mô hình đứng yên, đo 40 lần",
    ),
    T(
        "Forty measurements of one model's test loss from n windows, by the last position and by all, each with its band of two standard errors. {now}",
        "Bốn mươi lần đo loss kiểm thử của một mô hình từ n cửa sổ, theo vị trí cuối và theo mọi vị trí, kèm dải hai sai số chuẩn. {now}",
    ),
    meter_rows,
    meter_chart,
    help=T(
        "Nothing trains here. Each dot is the mean over n test windows drawn anew; the band is two sd/√n.",
        "Ở đây không huấn luyện gì. Mỗi chấm là trung bình trên n cửa sổ rút lại; dải là hai lần sd/√n.",
    ),
)
