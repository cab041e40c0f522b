"""The pictures of lesson 19 that compare runs or count a text: movement, remedies, the census, a rescue."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart, arm_color, height, step_axis
from app.i18n import T
from app.lesson import Figure
from app.theme import BROKEN, GREY
from pages.figures_19 import END, GROUPS, group_color, names, points, table_at

MATRICES = {
    "in": T("input rows (read)", "hàng đầu vào (đọc)"),
    "out": T("output rows (write)", "hàng đầu ra (viết)"),
}

# --- the census ------------------------------------------------------------------------------------------------------

ZERO = 0.3  # where a log axis of counts draws those that never occur


def zipf_rows(view):
    """kind: token, found (the one looked up, with its text). side: where a name beside it has room."""
    _, table = table_at(view.main, "ranks", 1)
    frame = pd.DataFrame(table)
    if frame.empty:
        return frame
    frame["kind"], frame["label"] = "token", ""
    _, found = table_at(view.main, "found", 1)
    looked = pd.DataFrame(found)
    if len(looked):
        looked["kind"] = "found"
        looked["label"] = [
            f"“{p}” · id {i} · {n:,}×" for p, i, n in zip(*(looked[c] for c in ("piece", "id", "count")), strict=True)
        ]
        frame = pd.concat([frame, looked])
    frame["name"] = [GROUPS[g][0](view.lang) for g in frame["group"]]
    frame["y"] = frame["count"].clip(lower=ZERO)
    right = frame["rank"] > math.sqrt(frame["rank"].max())  # of the middle of a log axis: a name has no room there
    return frame.assign(side=["left" if far else "right" for far in right])


def zipf_chart(view):
    x = alt.X(
        "rank:Q",
        title=T("rank (1: most common)", "thứ hạng (1: thường gặp nhất)")(view.lang),
        scale=alt.Scale(type="log"),
        axis=alt.Axis(format=",d", tickCount=6),
    )
    y = alt.Y(
        "y:Q",
        title=T("occurrences in the text (bottom: none)", "số lần xuất hiện (dưới cùng: không lần nào)")(view.lang),
        scale=alt.Scale(type="log", domainMin=ZERO * 0.8),
        axis=alt.Axis(format=",d", values=[1, 10, 100, 1000, 10_000, 100_000]),
    )
    base = Chart()
    dots = (
        base.transform_filter(alt.datum.kind == "token")
        .mark_circle(size=40 * view.size, opacity=0.75)
        .encode(
            x=x, y=y, color=group_color(view, between=True), tooltip=["piece:N", "id:Q", "count:Q", "rank:Q", "name:N"]
        )
    )
    found = base.transform_filter(alt.datum.kind == "found")
    ring = found.mark_point(size=260 * view.size, strokeWidth=2.5, color=GREY).encode(x=x, y=y)
    labels = (
        found.transform_filter(alt.datum.side == side)
        .mark_text(align=align, dx=dx, dy=-8, color=GREY, fontSize=14 * view.size)
        .encode(x=x, y=y, text="label:N")
        for side, align, dx in (("right", "left", 14), ("left", "right", -14))
    )
    return alt.layer(dots, ring, *labels).properties(height=height(view, 380), width="container")


zipf = Figure(
    "zipf",
    T(
        "Every token of the vocabulary, by how often the text has it",
        "Mọi token của từ vựng, theo số lần văn bản dùng nó",
    ),
    T(
        "One dot per token, rank against count on log axes: common tokens top left, rare ones bottom right, unused ones in a row at the bottom. {now}",
        "Mỗi chấm một token, thứ hạng và số lần trên trục log: thường gặp ở trên trái, hiếm ở dưới phải, không dùng xếp hàng dưới cùng. {now}",
    ),
    zipf_rows,
    zipf_chart,
    T(
        "A ring marks the token you look up; its id and count stand beside it. Hover any dot for its text.",
        "Vòng tròn đánh dấu token bạn tra; id và số lần ghi bên cạnh. Rê chuột lên chấm để xem chữ.",
    ),
)


def picked_rows(view):
    _, table = table_at(view.main, "picked", 1)
    frame = pd.DataFrame(table)
    if frame.empty:
        return frame
    frame = frame[frame["group"] != "never"]
    whole = frame.groupby("group").size()
    counted = frame.groupby(["group", "really"]).size().reset_index(name="tokens")
    counted["share"] = counted["tokens"] / counted["group"].map(whole)
    counted["asked"] = [GROUPS[g][0](view.lang) for g in counted["group"]]
    counted["name"] = [GROUPS[g][0](view.lang) for g in counted["really"]]
    counted["order"] = [list(GROUPS).index(g) for g in counted["really"]]
    return counted


def picked_chart(view):
    x = alt.X(
        "share:Q",
        stack=True,
        title=T("what the ids picked by the notebook really are", "các id notebook chọn thật ra là gì")(view.lang),
        axis=alt.Axis(format="%"),
        scale=alt.Scale(domain=[0, 1]),
    )
    y = alt.Y("asked:N", sort=names(view.lang), title=None, axis=alt.Axis(labelExpr="'“' + datum.value + '”'"))
    bars = (
        Chart()
        .transform_filter("isValid(datum.share)")
        .mark_bar()
        .encode(
            x=x, y=y, color=group_color(view, between=True), order="order:Q", tooltip=["asked:N", "name:N", "tokens:Q"]
        )
    )
    return bars.properties(height=height(view, 220), width="container")


picked = Figure(
    "picked",
    T("One slip: places in a list used as token ids", "Một sơ suất: dùng vị trí trong danh sách làm id của token"),
    T(
        "Two bars: what the tokens that the notebook takes for common and rare really are. {now}",
        "Hai cột: những token mà notebook coi là thường gặp và hiếm thật ra thuộc nhóm nào. {now}",
    ),
    picked_rows,
    picked_chart,
    T(
        "np.unique gives the ids that occur and their counts. Sorting the counts gives places in that list; the ids at these places were meant.",
        "np.unique trả về các id có xuất hiện và số lần. Sắp xếp số lần cho ra vị trí trong danh sách đó; đúng ra phải lấy id ở các vị trí ấy.",
    ),
)

# --- movement --------------------------------------------------------------------------------------------------------


def moved_rows(view):
    rows = []
    for a in view.arms:
        _, table = table_at(a.result, "geometry", view.values.get("moment", END))
        for group, matrix, moved, cosine in zip(
            *(table.get(c, ()) for c in ("group", "matrix", "moved", "cosine")), strict=True
        ):
            if not math.isfinite(moved):
                continue
            label = f"{moved:.2g}"
            rows.append((a.arm.name(view.lang), GROUPS[group][0](view.lang), matrix, moved, cosine, label))
    return pd.DataFrame(rows, columns=["name", "group", "matrix", "moved", "cosine", "label"])


def moved_chart(view):
    def panel(matrix, first):
        order = [a.arm.name(view.lang) for a in view.arms]
        x = alt.X("moved:Q", title=None if first else T("mean distance moved", "quãng đường trung bình")(view.lang))
        y = alt.Y("group:N", sort=names(view.lang), title=MATRICES[matrix](view.lang))
        offset = alt.YOffset("name:N", sort=order)
        base = Chart().transform_filter(alt.datum.matrix == matrix)
        bars = base.mark_bar().encode(
            x=x,
            y=y,
            yOffset=offset,
            color=arm_color(view, legend=first),
            tooltip=["name:N", "group:N", alt.Tooltip("moved:Q", format=".3g"), alt.Tooltip("cosine:Q", format=".3f")],
        )
        labels = base.mark_text(align="left", dx=4, color=GREY, fontSize=12 * view.size).encode(
            x=x, y=y, yOffset=offset, text="label:N"
        )
        return alt.layer(bars, labels).properties(height=height(view, 290 if first else 240), width="container")

    return panel("in", True), panel("out", False)


moved = Figure(
    "moved",
    T("How far the rows went", "Các hàng đã đi bao xa"),
    T(
        "Two panels, input and output rows: per group and run the mean distance from where the rows began. {now}",
        "Hai khung, hàng đầu vào và hàng đầu ra: mỗi nhóm và lần chạy, quãng đường trung bình từ điểm xuất phát. {now}",
    ),
    moved_rows,
    moved_chart,
)


def fall_rows(view):
    rows = []
    for a in view.arms:
        name = a.arm.name(view.lang)
        rows += [(step, value, name) for step, group, value in points(a.result, "log_p", True) if group == "never"]
    return pd.DataFrame(rows, columns=["step", "value", "name"])


def fall_chart(view):
    x = step_axis(view)
    y = alt.Y(
        "value:Q",
        title=T("mean of ln p, unused tokens (nats)", "trung bình của ln p, token không dùng (nats)")(view.lang),
        scale=alt.Scale(zero=False),
        axis=alt.Axis(grid=False),
    )
    line = Chart().mark_line(strokeWidth=2.5, point=True)
    chart = line.encode(
        x=x, y=y, color=arm_color(view), tooltip=["name:N", "step:Q", alt.Tooltip("value:Q", format=".2f")]
    )
    return chart.properties(height=height(view, 300), width="container")


fall = Figure(
    "fall",
    T("How loud the unused tokens still are", "Token không dùng còn to tiếng đến đâu"),
    T(
        "One line per run: mean of ln p of the unused tokens over the steps. {now}",
        "Mỗi lần chạy một đường: trung bình ln p của token không dùng theo bước. {now}",
    ),
    fall_rows,
    fall_chart,
    folded=True,
)

# --- remedies --------------------------------------------------------------------------------------------------------


def share_rows(view):
    """ln of the mean p at the end, per group and run; and the floor that smoothing promises, ε/V."""
    rows = []
    for a in view.arms:
        last = {group: value for _, group, value in points(a.result, "log_mean", True) if group in GROUPS}
        rows += [
            (a.arm.name(view.lang), GROUPS[g][0](view.lang), v, f"{v:.1f}".replace("-", "−"), "bar")
            for g, v in last.items()
            if math.isfinite(v)
        ]
    size = view.main.facts.get("vocabulary")
    if rows and size:
        rows.append(("", "", -math.log(size), T("chance, −ln V", "đoán đều, −ln V")(view.lang), "chance"))
        smoothing = max(a.arm.config.smoothing for a in view.arms)
        if smoothing:
            rows.append(("", "", math.log(smoothing / size), "ln(ε/V)", "floor"))
    return pd.DataFrame(rows, columns=["name", "group", "value", "label", "kind"])


def share_chart(view):
    x = alt.X(
        "value:Q",
        title=T("ln of mean p at the end (nats)", "ln của p trung bình lúc cuối (nats)")(view.lang),
        scale=alt.Scale(zero=False, nice=True),
    )
    y = alt.Y("group:N", sort=names(view.lang)[:3], title=None)
    offset = alt.YOffset("name:N", sort=[a.arm.name(view.lang) for a in view.arms])
    base = Chart()
    bar, *rules = (base.transform_filter(alt.datum.kind == kind) for kind in ("bar", "chance", "floor"))
    marks = [rule.mark_rule(strokeDash=[6, 4], color=GREY).encode(x=x) for rule in rules]
    marks += [  # one name below the other: a large ε brings the two lines together
        rule.mark_text(align="left", dx=4, color=GREY, fontSize=12 * view.size).encode(
            x=x, y=alt.value((8 + 18 * place) * view.size), text="label:N"
        )
        for place, rule in enumerate(rules)
    ]
    marks += [
        bar.mark_point(filled=True, size=120 * view.size, opacity=1).encode(
            x=x,
            y=y,
            yOffset=offset,
            color=arm_color(view),
            tooltip=["name:N", "group:N", alt.Tooltip("value:Q", format=".2f")],
        ),
        bar.mark_text(align="left", dx=9, color=GREY, fontSize=12 * view.size).encode(
            x=x, y=y, yOffset=offset, text="label:N"
        ),
    ]
    return alt.layer(*marks).properties(height=height(view, 400), width="container")


remedies = Figure(
    "remedies",
    T("What each mask does to the three groups", "Mỗi mặt nạ làm gì với ba nhóm"),
    T(
        "Dots: ln of the mean probability of common, rare and unused tokens at the end, one per run; dashed lines: chance and the smoothing floor. {now}",
        "Chấm: ln xác suất trung bình của token thường gặp, hiếm và không dùng lúc cuối, mỗi lần chạy một chấm; nét đứt: đoán đều và sàn của làm mềm. {now}",
    ),
    share_rows,
    share_chart,
)

# --- the rescue ------------------------------------------------------------------------------------------------------

SAVED = (
    ("p_new", T("P(new token) where it belongs", "P(token mới) ở đúng chỗ"), BROKEN),
    ("p_host", T("P(the word it replaces)", "P(từ mà nó thay)"), GREY),
)


def saved_rows(view):
    frame = view.frame("p_new", "p_host")
    label = {metric: name(view.lang) for metric, name, _ in SAVED}
    frame["what"] = [label[m] for m in frame["metric"]]
    return frame


def saved_chart(view):
    color = alt.Color(
        "what:N",
        scale=alt.Scale(domain=[n(view.lang) for _, n, _ in SAVED], range=[c for *_, c in SAVED]),
        legend=alt.Legend(title=None, orient="top", labelLimit=300),
    )
    line = Chart().mark_line(strokeWidth=2.5, point=True)
    chart = line.encode(
        x=step_axis(view, T("fine-tuning step", "bước tinh chỉnh")),
        y=alt.Y("value:Q", title=T("mean probability", "xác suất trung bình")(view.lang)),
        color=color,
        tooltip=["what:N", "step:Q", alt.Tooltip("value:Q", format=".4f")],
    )
    return chart.properties(height=height(view, 260), width="container")


saved = Figure(
    "saved",
    T("Does the unused token come back?", "Token không dùng có trở lại không?"),
    T(
        "Two lines over the fine-tuning steps, on held-out text: probability of the new token and of the word it replaces. {now}",
        "Hai đường theo bước tinh chỉnh, trên văn bản để dành: xác suất của token mới và của từ mà nó thay. {now}",
    ),
    saved_rows,
    saved_chart,
)
