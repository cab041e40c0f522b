"""The pictures of lesson 20's measurements: options against a baseline, and single operations."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart, height
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY
from pages.controls_20 import OPTION_NAMES

BADGES = {
    "same": T("same result", "cùng kết quả"),
    "rounding": T("other rounding", "khác làm tròn"),
    "training": T("other training", "huấn luyện khác"),
    "model": T("other model", "mô hình khác"),
}
SAME_GRADIENT, SAME_UPDATE, ROUNDING = 1e-5, 1e-3, 0.2


def badge(gradient: float | None, update: float | None) -> str:
    """What an option does to the result, from the relative distances of its gradient and its first update."""
    if gradient is None or update is None or math.isnan(gradient) or math.isnan(update):
        return "model"
    if gradient < SAME_GRADIENT and update < SAME_UPDATE:
        return "same"
    return "rounding" if max(gradient, update) < ROUNDING else "training"


def drawn():
    """A chart over the rows that are there: the browser's first, empty row must not become a category."""
    return Chart().transform_filter("isValid(datum.name)")


# --- options against the baseline ------------------------------------------------------------------------------------


def speed_rows(view):
    table = view.main.table("options")
    if not table:
        return pd.DataFrame(columns=["name"])
    frame = pd.DataFrame(table)
    base = frame[frame["option"] == "baseline"].iloc[0]
    frame = frame[frame["option"] != "baseline"].copy()
    frame["name"] = frame["option"].map(lambda code: OPTION_NAMES[code](view.lang))
    frame["kind"] = [
        BADGES[badge(g, u)](view.lang) for g, u in zip(frame["gradient_gap"], frame["update_gap"], strict=True)
    ]
    frame["clear"] = (frame["speed_low"] > 1) | (frame["speed_high"] < 1)
    frame["memory"] = frame["peak"] / base["peak"]
    frame["note"] = [
        T("{s} × speed · {m} × memory", "{s} × tốc độ · {m} × bộ nhớ").format(s=f"{s:.2f}", m=f"{m:.2f}")(view.lang)
        for s, m in zip(frame["speed"], frame["memory"], strict=True)
    ]
    return frame.sort_values("speed", ascending=False)


def speed_chart(view):
    names = [OPTION_NAMES[code](view.lang) for code in OPTION_NAMES if code in view.config.options.split(",")]
    x = alt.X(
        "speed:Q",
        title=T("× speed of the baseline (tokens/s, log₂)", "× tốc độ của mốc (token/giây, log₂)")(view.lang),
        scale=alt.Scale(type="log", base=2, nice=True, padding=12),
        axis=alt.Axis(grid=False, format="~g"),
    )
    order = alt.EncodingSortField("speed", op="max", order="descending")
    y = alt.Y("name:N", title=None, sort=order, axis=alt.Axis(labelLimit=180, labelOverlap=False))
    kinds = [label(view.lang) for label in BADGES.values()]
    color = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=kinds, range=[ARMS[0], ARMS[2], ARMS[1], ARMS[3]]),
        legend=alt.Legend(title=None, orient="top", labelLimit=220),
    )
    base = drawn()
    one = Chart(alt.Data(values=[{"speed": 1}])).mark_rule(strokeDash=[6, 4], color=GREY, strokeWidth=2)
    tip = [
        "name:N",
        "kind:N",
        alt.Tooltip("ms:Q", format=".1f"),
        alt.Tooltip("tokens_per_second:Q", format=",.0f"),
        alt.Tooltip("speed:Q", format=".2f"),
        alt.Tooltip("memory:Q", format=".2f"),
        alt.Tooltip("gradient_gap:Q", format=".1e"),
        alt.Tooltip("update_gap:Q", format=".1e"),
    ]
    whisker = base.mark_rule(strokeWidth=2.5).encode(x="speed_low:Q", x2="speed_high:Q", y=y, color=color)
    dots = base.transform_filter("datum.clear").mark_point(filled=True, size=110 * view.size, opacity=1)
    hollow = base.transform_filter("!datum.clear").mark_point(filled=False, size=110 * view.size, strokeWidth=2.5)
    text = base.mark_text(align="right", dx=-4, color=GREY, fontSize=11.5 * view.size)
    return alt.layer(
        one.encode(x=alt.X("speed:Q")),
        whisker,
        dots.encode(x=x, y=y, color=color, tooltip=tip),
        hollow.encode(x=x, y=y, color=color, tooltip=tip),
        text.encode(x=alt.value("width"), y=y, text="note:N"),
    ).properties(height=(24 * max(4, len(names)) + 110) * view.size, width="container")


speed = Figure(
    "speed",
    T("Which options are really faster here", "Lựa chọn nào thật sự nhanh hơn ở đây"),
    T(
        "One dot for each option: its speed over the baseline's, with the middle half of all passes; hollow where that "
        "includes 1. Colour: what it does to the result. {now}",
        "Mỗi lựa chọn một chấm: tốc độ so với mốc, kèm nửa giữa của mọi lượt; chấm rỗng nếu khoảng đó chứa 1. Màu: nó làm gì với kết quả. {now}",
    ),
    speed_rows,
    speed_chart,
    help=T(
        "Hollow: within the noise of this machine. Same result: gradient and first update agree to rounding (10⁻⁵, 10⁻³).",
        "Chấm rỗng: nằm trong nhiễu của máy này. Cùng kết quả: gradient và lần cập nhật đầu khớp đến mức làm tròn (10⁻⁵, 10⁻³).",
    ),
)

PARTS = {
    "data": T("data", "dữ liệu"),
    "forward": T("forward", "lượt tiến"),
    "backward": T("backward", "lượt lùi"),
    "clip": T("clip", "cắt"),
    "update": T("update", "cập nhật"),
}


def parts_rows(view):
    frame = pd.DataFrame(view.main.table("parts"))
    if frame.empty:
        return pd.DataFrame(columns=["name"])
    frame["name"] = frame["option"].map(lambda code: OPTION_NAMES[code](view.lang))
    frame["place"] = frame["part"].map(list(PARTS).index)
    frame["part"] = frame["part"].map(lambda part: PARTS[part](view.lang))
    return frame


def stacked(view, *, y: str, x: str, x_title: T, parts: list[str], rows: int, sort=None, format=".1f"):
    """Bars of parts laid end to end, in the order of their `place`; the parts keep their colours."""
    color = alt.Color(
        "part:N",
        scale=alt.Scale(domain=parts, range=list(ARMS[: len(parts)])),
        legend=alt.Legend(title=None, orient="top", labelLimit=220),
    )
    bars = (
        drawn()
        .mark_bar(size=18 * view.size)
        .encode(
            x=alt.X(f"{x}:Q", title=x_title(view.lang), axis=alt.Axis(grid=False)),
            y=alt.Y(f"{y}:N", title=None, sort=sort, axis=alt.Axis(labelLimit=180, labelOverlap=False)),
            color=color,
            order=alt.Order("place:Q"),
            tooltip=[f"{y}:N", "part:N", alt.Tooltip(f"{x}:Q", format=format)],
        )
    )
    return bars.properties(height=(24 * max(2, rows) + 130) * view.size, width="container")


def parts_chart(view):
    names = [
        name(view.lang) for code, name in OPTION_NAMES.items() if code in ("baseline", *view.config.options.split(","))
    ]
    return stacked(
        view,
        y="name",
        x="ms",
        x_title=T("milliseconds of a step", "mili giây của một bước"),
        parts=[label(view.lang) for label in PARTS.values()],
        rows=len(names),
        sort=names,
        format=".2f",
    )


anatomy = Figure(
    "anatomy",
    T("Where a step's time goes", "Thời gian của một bước đi đâu"),
    T(
        "One bar for each option, cut into data, forward, backward, clipping and update, in milliseconds.",
        "Mỗi lựa chọn một cột, chia thành dữ liệu, lượt tiến, lượt lùi, cắt gradient và cập nhật, tính bằng mili giây.",
    ),
    parts_rows,
    parts_chart,
)

KEPT = {
    "standing": T("weights, gradients, optimizer", "trọng số, gradient, thuật toán tối ưu"),
    "saved": T("kept for the backward pass", "giữ cho lượt lùi"),
    "rest": T("passing, at the peak", "tạm thời, lúc đỉnh"),
}


def memory_rows(view):
    table = view.main.table("options")
    if not table:
        return pd.DataFrame(columns=["name"])
    rows = []
    for code, peak, saved, optimizer in zip(
        table["option"], table["peak"], table["saved"], table["optimizer"], strict=True
    ):
        rest = max(0.0, peak - saved - optimizer)
        parts = (
            (T("optimizer", "thuật toán tối ưu"), optimizer),
            (KEPT["saved"], saved),
            (T("the rest of the peak", "phần còn lại của đỉnh"), rest),
        )
        for place, (label, value) in enumerate(parts):
            rows.append((OPTION_NAMES[code](view.lang), label(view.lang), place, value / 1e6))
    return pd.DataFrame(rows, columns=["name", "part", "place", "mb"])


def memory_chart(view):
    names = [
        name(view.lang) for code, name in OPTION_NAMES.items() if code in ("baseline", *view.config.options.split(","))
    ]
    labels = (T("optimizer", "thuật toán tối ưu"), KEPT["saved"], T("the rest of the peak", "phần còn lại của đỉnh"))
    return stacked(
        view,
        y="name",
        x="mb",
        x_title=T("peak memory of a step (MB)", "bộ nhớ đỉnh của một bước (MB)"),
        parts=[label(view.lang) for label in labels],
        rows=len(names),
        sort=names,
    )


memory = Figure(
    "memory",
    T("What each option does to memory", "Mỗi lựa chọn làm gì với bộ nhớ"),
    T(
        "One bar for each option: optimizer, tensors kept for the backward pass, the rest of the peak, in megabytes.",
        "Mỗi lựa chọn một cột: thuật toán tối ưu, tensor giữ cho lượt lùi, phần còn lại của đỉnh, tính bằng megabyte.",
    ),
    memory_rows,
    memory_chart,
    folded=True,
)

# --- single operations -----------------------------------------------------------------------------------------------

SERIES = {
    "manual": T("by hand", "viết tay"),
    "math": T("math", "math"),
    "flash": T("flash", "flash"),
    "auto, dropout": T("automatic, with dropout", "tự động, có dropout"),
    "step": T("training step", "bước huấn luyện"),
    "rows + rows": T("rows + rows", "hàng + hàng"),
    "rows + columns": T("rows + columns", "hàng + cột"),
    "columns to rows, once": T("columns to rows, once", "đổi cột thành hàng, một lần"),
    "float32, as torch comes": T("float32, as torch comes", "float32, torch mặc định"),
    "product, rows": T("matrix product, rows", "nhân ma trận, hàng"),
    "product, columns": T("matrix product, columns", "nhân ma trận, cột"),
}
CURVES = {  # what is drawn over x, and with which titles; the others are bars of milliseconds
    "attention": (
        T("context T (log)", "ngữ cảnh T (log)"),
        "ms",
        T("forward + backward (ms, log)", "lượt tiến + lượt lùi (ms, log)"),
    ),
    "product": (
        T("matrix size n (log)", "cỡ ma trận n (log)"),
        "giga",
        T("10⁹ operations per second", "10⁹ phép tính mỗi giây"),
    ),
    "batch": (T("batch B", "cỡ lô B"), "rate", T("tokens per second", "token mỗi giây")),
}


def case_rows(view):
    frame = pd.DataFrame(view.main.table("cases"))
    if frame.empty:
        return pd.DataFrame(columns=["series"])
    frame["name"] = frame["series"].map(lambda s: SERIES[s](view.lang) if s in SERIES else s)
    frame["giga"] = frame["rate"] / 1e9
    for end, ms in (("rate_low", "high"), ("rate_high", "low")):
        frame[end] = frame["rate"] * frame["ms"] / frame[ms]
    frame["far"] = 1.15 * frame["high"].max()  # room for the numbers at the ends of the bars
    frame["power"] = frame["x"].map(lambda x: x >= 1 and math.log2(x).is_integer())
    frame["row"] = [f"{name} {int(x):,}" for name, x in zip(frame["name"], frame["x"], strict=True)]
    return frame


def case_chart(view):
    what = view.config.what
    high = height(view, 400)
    base = drawn()
    if what not in CURVES:
        wide = what == "vocabulary"
        y = alt.Y(
            "row:N" if wide else "name:N",
            title=None,
            sort=alt.EncodingSortField("x", op="min"),
            axis=alt.Axis(labelLimit=220, labelOverlap=False),
        )
        x = alt.X("ms:Q", title=T("milliseconds", "mili giây")(view.lang), axis=alt.Axis(grid=False))
        color = (
            alt.Color(
                "series:N",
                scale=alt.Scale(range=list(ARMS)),
                legend=alt.Legend(title=None, orient="top", labelLimit=280),
            )
            if wide
            else alt.value(ARMS[0])
        )
        tip = ["name:N", "x:Q", alt.Tooltip("ms:Q", format=".3g")]
        bars = base.mark_bar().encode(x=x, y=y, color=color, tooltip=tip)
        whisker = base.mark_rule(strokeWidth=2, color=GREY).encode(x="low:Q", x2="high:Q", y=y)
        text = base.transform_calculate(label="format(datum.ms, '.3~r') + ' ms'").mark_text(
            align="left", dx=8, color=GREY, fontSize=12 * view.size
        )
        room = base.mark_point(opacity=0).encode(x="far:Q", y=y)
        return alt.layer(bars, whisker, room, text.encode(x="high:Q", y=y, text="label:N")).properties(
            height=high * 0.8, width="container"
        )
    x_title, value, y_title = CURVES[what]
    log = what in ("attention", "product")
    x = alt.X(
        "x:Q",
        title=x_title(view.lang),
        scale=alt.Scale(type="log", base=2) if log else alt.Scale(zero=False, padding=10),
        axis=alt.Axis(grid=False, format="d", tickMinStep=1),
    )
    y = alt.Y(
        f"{value}:Q",
        title=y_title(view.lang),
        scale=alt.Scale(type="log" if what == "attention" else "linear", zero=what == "product"),
        axis=alt.Axis(grid=False, tickCount=6, format="~s" if what == "batch" else ".3~r"),
    )
    color = (
        alt.condition("datum.power", alt.value(BROKEN), alt.value(ARMS[0]))
        if what == "batch"
        else alt.Color(
            "name:N", scale=alt.Scale(range=list(ARMS)), legend=alt.Legend(title=None, orient="top", labelLimit=280)
        )
    )
    ends = ("rate_low", "rate_high") if what == "batch" else ("low", "high")
    marks = []
    if what != "product":
        marks.append(base.mark_rule(strokeWidth=2).encode(x=x, y=f"{ends[0]}:Q", y2=f"{ends[1]}:Q", color=color))
    if what != "batch":
        marks.append(base.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=color))
    tip = ["name:N", "x:Q", alt.Tooltip("ms:Q", format=".3g"), alt.Tooltip("rate:Q", format=",.3s")]
    marks.append(
        base.mark_point(filled=True, size=90 * view.size, opacity=1).encode(x=x, y=y, color=color, tooltip=tip)
    )
    return alt.layer(*marks).properties(height=high, width="container")


cases = Figure(
    "cases",
    T("One operation against its rivals", "Một phép tính và các đối thủ"),
    T(
        "Times of single operations on this machine, medians with the middle half of the passes; for batch sizes powers of "
        "two in vermillion. {now}",
        "Thời gian của từng phép tính trên máy này, trung vị kèm nửa giữa các lượt; với cỡ lô, lũy thừa của hai màu đỏ cam. {now}",
    ),
    case_rows,
    case_chart,
)
