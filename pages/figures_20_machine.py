"""The pictures of lesson 20 about the whole machine: what memory goes where, and two processes."""

import altair as alt
import pandas as pd

from app.charts import NATS, Chart, arm_color, height, lines, step_axis
from app.i18n import T
from app.lesson import Figure
from pages.figures_20_bench import stacked

# --- the budget ------------------------------------------------------------------------------------------------------

BYTES = {
    "weights": T("weights", "trọng số"),
    "gradients": T("gradients", "gradient"),
    "optimizer": T("optimizer", "thuật toán tối ưu"),
    "activations": T("activations", "kích hoạt"),
    "logits": T("logits", "logits"),
}
FLOPS = {
    "blocks": T("matrices of the blocks", "ma trận trong khối"),
    "head": T("output layer", "tầng ra"),
    "attention": T("attention over T", "attention trên T"),
}


def _budget_rows(prefix: str, parts: dict, unit: float):
    def rows(view):
        found = []
        for group, runs in ((T("now", "bây giờ"), view.arms), (T("before the change", "trước khi đổi"), view.last)):
            for a in runs[:1]:
                for place, (part, label) in enumerate(parts.items()):
                    value = a.result.final(f"{prefix}_{part}") / unit
                    found.append((group(view.lang), label(view.lang), place, value))
        return pd.DataFrame(found, columns=["name", "part", "place", "value"])

    return rows


def _budget_chart(parts: dict, title: T):
    def chart(view):
        names = [T("now", "bây giờ")(view.lang), T("before the change", "trước khi đổi")(view.lang)]
        labels = [label(view.lang) for label in parts.values()]
        return stacked(view, y="name", x="value", x_title=title, parts=labels, rows=3, sort=names, format=".3g")

    return chart


stack = Figure(
    "stack",
    T("Where the memory of a step goes", "Bộ nhớ của một bước đi đâu"),
    T(
        "A bar cut into weights, gradients, optimizer, activations and logits, in gigabytes; below it the one before the last "
        "change. {now}",
        "Một cột chia thành trọng số, gradient, thuật toán tối ưu, kích hoạt và logits, tính bằng gigabyte; dưới là trước lần đổi gần nhất. {now}",
    ),
    _budget_rows("bytes", BYTES, 1e9),
    _budget_chart(BYTES, T("gigabytes (10⁹ bytes)", "gigabyte (10⁹ byte)")),
    constant=True,
)
operations = Figure(
    "operations",
    T("Where the operations of a token go", "Phép tính cho một token đi đâu"),
    T(
        "A bar cut into the blocks' matrices, the output layer and attention, in millions of operations for each token.",
        "Một cột chia thành ma trận trong khối, tầng ra và attention, tính bằng triệu phép tính mỗi token.",
    ),
    _budget_rows("flops", FLOPS, 1e6),
    _budget_chart(
        FLOPS, T("10⁶ operations per token, forward and backward", "10⁶ phép tính mỗi token, lượt tiến và lùi")
    ),
    constant=True,
)

# --- several processes -----------------------------------------------------------------------------------------------


def parallel_rows(view):
    return view.frame("train_loss")


def parallel_chart(view):
    x = step_axis(view)
    y = alt.Y("value:Q", title=NATS(view.lang), scale=alt.Scale(zero=False), axis=alt.Axis(grid=False))
    base, first = Chart(), view.arms[0].arm.name(view.lang)
    color, mine = arm_color(view), alt.datum.name == first
    wide = base.transform_filter(~mine).mark_line(strokeWidth=9 * view.size, opacity=0.45)
    thin = base.transform_filter(mine).mark_line(strokeWidth=2 * view.size)
    tip = ["name:N", "step:Q", alt.Tooltip("value:Q", format=".6f")]
    return alt.layer(
        wide.encode(x=x, y=y, color=color, detail="run:N"),
        thin.encode(x=x, y=y, color=color, detail="run:N"),
        base.mark_point(opacity=0, size=60).encode(x=x, y=y, tooltip=tip),
    ).properties(height=height(view, 360), width="container")


parallel = Figure(
    "parallel",
    T("The same losses, step by step", "Cùng loss, từng bước một"),
    T(
        "Training loss of one process, wide, and of several that share every batch, thin: where both are the same training, the two lie on each other. {now}",
        "Loss huấn luyện của một tiến trình, nét đậm, và của nhiều tiến trình chia nhau mỗi lô, nét mảnh: nếu thật sự là cùng một quá trình huấn luyện thì hai đường chồng lên nhau. {now}",
    ),
    parallel_rows,
    parallel_chart,
)


def clock_rows(view):
    frame = view.frame("train_loss")
    return frame[frame["seconds"].notna()]


def clock_chart(view):
    return lines(
        view,
        "seconds",
        "step",
        x_title=T("seconds", "giây"),
        y_title=T("steps done", "số bước đã xong"),
        points=False,
        height=260,
    )


clock = Figure(
    "clock",
    T("The same steps on two clocks", "Cùng số bước trên hai đồng hồ"),
    T(
        "Steps done over seconds, one line for each number of processes.",
        "Số bước đã xong theo giây, mỗi số tiến trình một đường.",
    ),
    clock_rows,
    clock_chart,
)
