"""The pictures of lesson 20's race: the loss over seconds, steps or tokens, and what every recipe costs."""

import math

import altair as alt
import pandas as pd

from app import charts
from app.charts import Chart, arm_color
from app.i18n import T
from app.lesson import Figure
from app.theme import GREY
from core import crossing

AXES = {
    "seconds": T("training time (s)", "thời gian huấn luyện (giây)"),
    "step": T("step", "bước"),
    "tokens": T("tokens read", "số token đã đọc"),
}


HIGH = 2  # of a uniform guess: no recipe of this lesson starts there, and what comes there diverges
FORMATS = {"seconds": "~g", "step": "d", "tokens": "~s"}


def axis(view) -> str:
    return view.values.get("axis") if view.values.get("axis") in AXES else "seconds"


def common_seconds(view) -> float:
    """The time every run has reached: where they can be compared. nan while one has not begun."""
    ends = [max(a.result.seconds.values(), default=math.nan) for a in view.arms]
    return min(ends) if ends and not any(map(math.isnan, ends)) else math.nan


def at_seconds(result, seconds: float) -> float:
    """The test loss at this training time, on the straight line between the two tests beside it; of the last test after
    it, nan before the first."""
    tests = result.metrics.get("test_loss", {})
    points = {t: v for t, v in zip(result.when([*tests]).tolist(), tests.values(), strict=True) if t == t}
    end = max(points, default=math.nan)
    return points[end] if seconds >= end else crossing.at(points, seconds)


def race_rows(view):
    frame = view.frame("test_loss", "train_loss")
    if frame.empty:
        return frame.assign(x=[], kind=[], mean=[])
    sizes = {a.run_id: a.arm.config.batch * a.arm.config.context for a in (*view.arms, *view.pinned)}
    frame["kind"] = frame["metric"].map({"test_loss": "test", "train_loss": "train"})
    which = axis(view)
    frame["x"] = (
        frame["step"] * frame["run"].map(sizes)
        if which == "tokens"
        else frame["seconds"].fillna(0.0)  # nan: no step has been made yet
        if which == "seconds"
        else frame["step"]
    )
    frame = charts.thin(frame[~((frame["role"] == "pinned") & (frame["kind"] == "train"))])
    same = common_seconds(view)
    if which == "seconds" and same == same and view.done:
        label = T("all have had {s} s", "mọi lần chạy đã có {s} giây").format(s=f"{same:.1f}")(view.lang)
        frame = pd.concat([frame, pd.DataFrame([{"x": same, "kind": "same", "label": label}])], ignore_index=True)
    return frame


def race_chart(view):
    title, whole = AXES[axis(view)](view.lang), {"tickMinStep": 1} if axis(view) == "step" else {}
    x = alt.X("x:Q", title=title, axis=alt.Axis(grid=False, tickCount=8, format=FORMATS[axis(view)], **whole))
    y = alt.Y(
        "drawn:Q", title=charts.NATS(view.lang), scale=alt.Scale(zero=False, nice=True), axis=alt.Axis(grid=False)
    )
    base, color = Chart().transform_calculate(drawn=charts.under(view, "value", HIGH)), arm_color(view)
    tip = [
        "name:N",
        "step:Q",
        alt.Tooltip("seconds:Q", title="s", format=".2f"),
        alt.Tooltip("value:Q", title="nats/token", format=".3f"),
    ]
    own = alt.datum.role == "arm"
    test, train = alt.datum.kind == "test", alt.datum.kind == "train"
    same = base.transform_filter(alt.datum.kind == "same")
    longest = max((max(a.result.seconds.values(), default=0) for a in view.arms), default=0)
    early = common_seconds(view) < longest / 2  # a run that diverged: left of the line its name has no room
    marks = [
        *charts.rules(view, ("uniform",)),
        *charts.rules(view, ("bigram", "window"), left=True),
        base.transform_filter(train & own)
        .mark_line(opacity=0.25, strokeWidth=1)
        .encode(x=x, y=y, color=color, detail="run:N"),
        base.transform_filter(test & ~own)
        .mark_line(strokeDash=[5, 4], strokeWidth=2)
        .encode(x=x, y=y, color=color, detail="run:N"),
        base.transform_filter(test & own)
        .mark_line(strokeWidth=3 * view.size)
        .encode(x=x, y=y, color=color, detail="run:N"),
        base.transform_filter(test & own)
        .mark_point(filled=True, size=40 * view.size, opacity=1)
        .encode(x=x, y=y, color=color, tooltip=tip),
        *charts.beyond(view, y, times=HIGH),
        same.mark_rule(color=GREY, strokeDash=[2, 3], strokeWidth=1.5).encode(x="x:Q"),
        same.mark_text(
            dx=5 if early else -5, align="left" if early else "right", color=GREY, fontSize=12 * view.size
        ).encode(x="x:Q", y=alt.value(46), text="label:N"),
    ]
    height = charts.height(view, 400)
    return alt.layer(*marks).properties(height=height, width="container")


race = Figure(
    "race",
    T("The race: test loss against what it costs", "Cuộc đua: loss kiểm thử theo cái giá phải trả"),
    T(
        "Test loss of every recipe, bold, over seconds, steps or tokens; training loss faint; the clock stands still during "
        "tests. {now}",
        "Loss kiểm thử của mỗi công thức, nét đậm, theo giây, bước hay token; loss huấn luyện nét mờ; đồng hồ dừng khi kiểm thử. {now}",
    ),
    race_rows,
    race_chart,
    help=T(
        "The seconds are those of the machine that trained the run. Tests are not counted.",
        "Số giây là của máy đã huấn luyện lần chạy. Thời gian kiểm thử không tính.",
    ),
)

COSTS = (
    ("tokens_per_second", 1.0, T("tokens/s", "token/giây")),
    ("step_ms", 1.0, T("step (ms)", "một bước (ms)")),
    ("peak_bytes", 1e6, T("peak memory (MB)", "bộ nhớ đỉnh (MB)")),
)


def cost_rows(view):
    rows = []
    for a in view.arms:
        for metric, unit, _ in COSTS:
            value = a.result.final(metric)
            if not math.isnan(value):
                rows.append((a.arm.name(view.lang), metric, value / unit, f"{value / unit:,.3g}"))
                if value / unit >= 1000:
                    rows[-1] = (*rows[-1][:3], f"{value / unit:,.0f}")
    return pd.DataFrame(rows, columns=["name", "metric", "value", "label"])


def cost_chart(view):
    names = [a.arm.name(view.lang) for a in view.arms]

    def panel(metric, title, first):
        y = alt.Y(
            "name:N", sort=names, title=None, axis=alt.Axis(labelLimit=190, labelOverlap=False) if first else None
        )
        x = alt.X("value:Q", title=title(view.lang), axis=alt.Axis(grid=False, tickCount=3, format="~s"))
        base = Chart().transform_filter(alt.datum.metric == metric)
        bars = base.mark_bar().encode(x=x, y=y, color=arm_color(view, legend=False))
        # inside the bar's foot, where no bar is too long for it
        text = base.mark_text(align="left", dx=5, color="white", fontWeight="bold", fontSize=12 * view.size)
        return alt.layer(bars, text.encode(x=alt.value(0), y=y, text="label:N")).properties(
            height=(34 * max(2, len(names)) + 56) * view.size, width="container"
        )

    return tuple(panel(metric, title, i == 0) for i, (metric, _, title) in enumerate(COSTS))


costs = Figure(
    "costs",
    T("What a step of each recipe costs", "Một bước của mỗi công thức tốn bao nhiêu"),
    T(
        "Three rows of bars, one bar for each recipe: tokens per second, milliseconds of a step, peak memory. {now}",
        "Ba nhóm cột, mỗi công thức một cột: token mỗi giây, mili giây mỗi bước, bộ nhớ đỉnh. {now}",
    ),
    cost_rows,
    cost_chart,
    help=T(
        "Medians over the steps. Peak memory: on a GPU the allocator's record; on a CPU every allocation of one step, as "
        "PyTorch's profiler reports it, on top of weights, gradients and optimizer.",
        "Trung vị qua các bước. Bộ nhớ đỉnh: trên GPU theo bộ cấp phát; trên CPU là mọi lần cấp phát trong một bước theo "
        "profiler của PyTorch, cộng trọng số, gradient và thuật toán tối ưu.",
    ),
    beside=True,
)


def schedule_rows(view):
    """The learning rate over the run of every arm, as its schedule has it."""
    from core import schedules

    rows = []
    for a in view.arms:
        c = a.arm.config
        for i in range(61):
            step = min(c.steps - 1, i * c.steps // 60)
            factor = schedules.factor(c.schedule, step, c.steps, c.warmup)
            rows.append((a.arm.name(view.lang), step + 1, c.lr * factor))
    return pd.DataFrame(rows, columns=["name", "step", "lr"])


def schedule_chart(view):
    return charts.lines(
        view,
        "step",
        "lr",
        x_title=charts.STEP,
        y_title=T("learning rate (AdamW's part)", "tốc độ học (phần AdamW)"),
        points=False,
        height=260,
    )


schedule = Figure(
    "schedule",
    T("The learning rate over the run", "Tốc độ học trong suốt lần chạy"),
    T("One line for each recipe: its learning rate at every step.", "Mỗi công thức một đường: tốc độ học ở từng bước."),
    schedule_rows,
    schedule_chart,
    folded=True,
)
