"""The pictures of lesson 3 that are trained: two maps of lr against decay, a language model, rows of its embedding."""

import math

import altair as alt
import pandas as pd

from app import charts
from app.i18n import T
from app.lesson import Figure
from app.theme import BROKEN, GREY
from core.experiments.decay_map import DECAYS, LRS, best_decay

# --- the map ---------------------------------------------------------------------------------------------------------

WORST = 3.0  # colours end at three times the best cell's error
GAP = 1  # empty columns between the two maps


def map_of(view, label: str) -> tuple[int, dict]:
    """(step, columns) of the arm's last map at or before the chosen stage."""
    found = view.result(label).tables.get("map", {})
    step = max((s for s in found if s <= int(view.values.get("stage", 400))), default=min(found, default=0))
    return step, found.get(step, {})


def map_rows(view):
    tables = {a.arm.label: map_of(view, a.arm.label)[1] for a in view.arms}
    known = [v for t in tables.values() for v in t.get("error", ()) if v is not None and math.isfinite(v)]
    low, rows = min(known, default=math.nan), []
    for place, a in enumerate(view.arms):
        table = tables[a.arm.label]
        if not table:
            continue
        best, errors = best_decay(table), table["error"]
        finite = [v if v is not None and math.isfinite(v) else math.inf for v in errors]
        star = finite.index(min(finite))
        for i, (lr, wd, value) in enumerate(zip(table["lr"], table["wd"], finite, strict=True)):
            broken = math.isinf(value)
            rows.append(
                {
                    "column": LRS.index(lr) + place * (len(LRS) + GAP),
                    "row": len(DECAYS) - 1 - DECAYS.index(wd),
                    "lr": f"{lr:.3g}",
                    "wd": f"{wd:.3g}",
                    "times": None if broken else min(value / low, WORST),
                    "error": None if broken else value,
                    "name": a.arm.name(view.lang),
                    "mark": "×" if broken else "★" if i == star else "",
                    "best": best.get(lr) == wd,
                }
            )
    return pd.DataFrame(rows)


def map_chart(view):
    columns = len(view.arms) * (len(LRS) + GAP) - GAP
    lrs = [f"{v:.2g}" for v in LRS]
    across = lrs + [""] * GAP + lrs
    x = alt.X(
        "column:O",
        scale=alt.Scale(domain=list(range(columns)), paddingInner=0.02),
        title=T("learning rate", "tốc độ học")(view.lang),
        axis=alt.Axis(
            labelExpr=f"{across}[datum.value]", labelAngle=-45, ticks=False, domain=False, labelOverlap=False
        ),
    )
    down = [f"{v:.2g}" for v in reversed(DECAYS)]
    y = alt.Y(
        "row:O",
        scale=alt.Scale(domain=list(range(len(DECAYS))), paddingInner=0.02),
        title=T("weight decay", "suy giảm trọng số")(view.lang),
        axis=alt.Axis(labelExpr=f"{down}[datum.value]", ticks=False, domain=False, labelOverlap=False),
    )
    color = alt.Color(
        "times:Q",
        scale=alt.Scale(type="log", domain=[1, WORST], scheme="viridis", reverse=True),
        legend=alt.Legend(
            title=T("test error ÷ best", "lỗi kiểm thử ÷ tốt nhất")(view.lang),
            orient="bottom",
            titleLimit=300,
            values=[1, 1.5, 2, WORST],
            gradientLength=240,
        ),
    )
    tip = ["name:N", "lr:N", "wd:N", alt.Tooltip("error:Q", format=".3f")]
    heads = alt.Data(
        values=[
            {"column": place * (len(LRS) + GAP) + 4, "label": a.arm.name(view.lang)}
            for place, a in enumerate(view.arms)
        ]
    )
    cell = [
        {"column": LRS.index(lr) + place * (len(LRS) + GAP), "row": len(DECAYS) - 1 - DECAYS.index(wd)}
        for place in range(len(view.arms))
        for lr in [nearest(LRS, view.values.get("cell_lr", LRS[5]))]
        for wd in [nearest(DECAYS, view.values.get("cell_wd", DECAYS[4]))]
    ]
    base = charts.Chart()
    return alt.layer(
        base.transform_filter("!isValid(datum.times)")
        .mark_rect(color=GREY, opacity=0.35)
        .encode(x=x, y=y, tooltip=tip),
        base.transform_filter("isValid(datum.times)").mark_rect().encode(x=x, y=y, color=color, tooltip=tip),
        base.transform_filter("datum.best")
        .mark_line(color="white", strokeWidth=3 * view.size)
        .encode(x=x, y=y, detail="name:N"),
        base.transform_filter("datum.mark == '★'")
        .mark_text(fontSize=24 * view.size, color=BROKEN)
        .encode(x=x, y=y, text="mark:N"),
        base.transform_filter("datum.mark == '×'")
        .mark_text(fontSize=14 * view.size, color=BROKEN)
        .encode(x=x, y=y, text="mark:N"),
        charts.Chart(alt.Data(values=cell))
        .mark_rect(filled=False, stroke=BROKEN, strokeWidth=2)
        .encode(x="column:O", y="row:O"),
        charts.Chart(heads)
        .mark_text(dy=-12, fontSize=15 * view.size, fontWeight="bold", color=GREY)
        .encode(x="column:O", y=alt.value(0), text="label:N"),
    ).properties(height=500 * (1 + (view.size - 1) * 0.2), width="container")


def nearest(values: tuple[float, ...], value: float) -> float:
    return min(values, key=lambda v: abs(v - float(value)))


heat = Figure(
    "heat",
    T("Test error over learning rate and weight decay", "Lỗi kiểm thử theo tốc độ học và suy giảm"),
    T(
        "Two heat maps, AdamW and Adam with L2: test error for every pair of learning rate and weight decay. {now}",
        "Hai bản đồ nhiệt, AdamW và Adam kèm L2: lỗi kiểm thử cho mỗi cặp tốc độ học và suy giảm. {now}",
    ),
    map_rows,
    map_chart,
    help=T(
        "Colour: error over the best cell of both maps, cut at 3. White line: best decay at each learning rate. Star: best cell. ×: diverged. Frame: the cell shown below.",
        "Màu: lỗi chia cho ô tốt nhất của cả hai bản đồ, cắt ở 3. Đường trắng: suy giảm tốt nhất ở mỗi tốc độ học. Sao: ô tốt nhất. ×: phân kỳ. Khung: ô xem bên dưới.",
    ),
)


def cell_rows(view):
    lr = nearest(LRS, view.values.get("cell_lr", LRS[5]))
    wd = nearest(DECAYS, view.values.get("cell_wd", DECAYS[4]))
    rows = []
    for a in view.arms:
        table = a.result.table("seeds")
        for one, decay, seed, value in zip(*(table.get(k, ()) for k in ("lr", "wd", "seed", "error")), strict=True):
            if one == lr and decay == wd and value is not None and math.isfinite(value):
                rows.append((a.arm.name(view.lang), seed, value))
    return pd.DataFrame(rows, columns=["name", "seed", "error"])


def cell_chart(view):
    names = [a.arm.name(view.lang) for a in view.arms]
    x = alt.X(
        "error:Q",
        scale=alt.Scale(zero=False),
        axis=alt.Axis(tickCount=8),
        title=T("test error of each data set", "lỗi kiểm thử của từng bộ dữ liệu")(view.lang),
    )
    y = alt.Y("name:N", scale=alt.Scale(domain=names), title=None, axis=alt.Axis(labelLimit=200))
    base = charts.Chart()
    return alt.layer(
        base.mark_line(color=GREY, opacity=0.4, strokeWidth=1).encode(x=x, y=y, detail="seed:N"),
        base.mark_point(filled=True, size=110, opacity=0.85).encode(
            x=x, y=y, color=charts.arm_color(view, legend=False), tooltip=["name:N", "seed:Q", "error:Q"]
        ),
        base.mark_tick(thickness=3, size=34, color=GREY).encode(x=alt.X("mean(error):Q"), y=y),
    ).properties(height=150 * view.size, width="container")


cell = Figure(
    "cell",
    T("The framed cell, data set by data set", "Ô trong khung, từng bộ dữ liệu"),
    T(
        "One dot per data set and optimizer at the chosen cell; a grey line joins the same data set, a tick is the mean.",
        "Mỗi chấm là một bộ dữ liệu với một thuật toán ở ô đã chọn; đường xám nối cùng một bộ, vạch là trung bình.",
    ),
    cell_rows,
    cell_chart,
    help=T(
        "Choose the cell with the two sliders. A grey line that leans left to right is a data set on which the lower one is worse.",
        "Chọn ô bằng hai thanh trượt. Đường xám nghiêng sang phải là bộ dữ liệu mà thuật toán bên dưới kém hơn.",
    ),
    folded=True,
)


def course_rows(view):
    lr = nearest(LRS, view.values.get("cell_lr", LRS[5]))
    wd = nearest(DECAYS, view.values.get("cell_wd", DECAYS[4]))
    rows = []
    for a in view.arms:
        for step, table in a.result.tables.get("map", {}).items():
            value = table["error"][list(zip(table["lr"], table["wd"], strict=True)).index((lr, wd))]
            rows.append((step, value if value is not None and math.isfinite(value) else None, a.arm.name(view.lang)))
    return pd.DataFrame(rows, columns=["step", "error", "name"])


def course_chart(view):
    return charts.lines(
        view,
        "step",
        "error",
        x_title=charts.STEP,
        y_title=T("test error of the framed cell", "lỗi kiểm thử của ô trong khung"),
        log_x=True,
    )


course = Figure(
    "course",
    T("The framed cell over time", "Ô trong khung theo thời gian"),
    T(
        "Mean test error of the chosen cell over the steps, both optimizers.",
        "Lỗi kiểm thử trung bình của ô đã chọn theo bước, cả hai thuật toán.",
    ),
    course_rows,
    course_chart,
    folded=True,
)

# --- a language model ------------------------------------------------------------------------------------------------

LINES = {
    "unigram": T("token frequencies, H(x)", "tần suất token, H(x)"),
    "bigram_table": T("counted pair table", "bảng đếm cặp token"),
}


def loss_rows(view):
    """The rows of the usual loss chart from step 20 on: the first steps would flatten what this lesson is about."""
    frame = charts.loss_rows(view)
    return frame[frame["step"] >= min(20, view.config.steps)]


def loss_chart(view):
    return charts.loss_chart(view, references=tuple(LINES), labels=LINES)


loss = Figure(
    "loss",
    T("Test loss with and without decay", "Loss kiểm thử có và không có suy giảm"),
    T(
        "Loss over the steps: AdamW with decay, Adam with L2, no decay. Bold: held-out text; faint: training. {now}",
        "Loss theo bước: AdamW có suy giảm, Adam kèm L2, không suy giảm. Đậm: văn bản để dành; nhạt: huấn luyện. {now}",
    ),
    loss_rows,
    loss_chart,
    help=T(
        "nats/token: ln of how many equally likely choices are left. The test text is the last tenth of the manual. Drawn from step 20 on.",
        "nats/token: ln của số lựa chọn đều nhau còn lại. Văn bản kiểm thử là một phần mười cuối của sách. Vẽ từ bước 20.",
    ),
)


def norm_rows(view):
    rows = []
    for a in view.arms:
        for table in a.result.tables.get("rows", {}).values():
            for i in range(len(table["count"])):
                rows.append(
                    (a.arm.name(view.lang), *(table[k][i] for k in ("count", "median", "low", "high", "tokens")))
                )
    return pd.DataFrame(rows, columns=["name", "count", "median", "low", "high", "tokens"])


def norm_chart(view):
    x = alt.X(
        "count:Q",
        scale=alt.Scale(type="log"),
        title=T(
            "how often the token occurs in the training text (0.5: never)",
            "token xuất hiện bao nhiêu lần trong văn bản huấn luyện (0.5: không lần nào)",
        )(view.lang),
    )
    title = T("length of its row, over before training", "độ dài hàng của nó, so với trước huấn luyện")
    y = alt.Y("median:Q", title=title(view.lang))
    color = charts.arm_color(view)
    one = charts.Chart(alt.Data(values=[{"y": 1.0}])).mark_rule(color=GREY, strokeDash=[6, 4]).encode(y="y:Q")
    base = charts.Chart()
    tip = ["name:N", "tokens:Q", alt.Tooltip("count:Q", format=".3g"), alt.Tooltip("median:Q", format=".3f")]
    return alt.layer(
        one,
        base.mark_area(opacity=0.13).encode(x=x, y="low:Q", y2="high:Q", color=color),
        base.mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=60)).encode(x=x, y=y, color=color, tooltip=tip),
    ).properties(height=330 * view.size, width="container")


norms = Figure(
    "norms",
    T("What decay did to rare tokens", "Suy giảm đã làm gì với token hiếm"),
    T(
        "Length of embedding rows after training over before, against how often the token occurs, one line per run.",
        "Độ dài hàng embedding sau huấn luyện so với trước, theo tần suất token, mỗi lần chạy một đường.",
    ),
    norm_rows,
    norm_chart,
    help=T(
        "A token that never occurs gets no gradient: its row shows what the decay does when nothing resists it.",
        "Token không bao giờ xuất hiện thì không có gradient: hàng của nó cho thấy suy giảm làm gì khi không gì cản lại.",
    ),
)
