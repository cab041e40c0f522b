"""The pictures of lesson 19: three curves, the cone, what pushes a row, and who is in the groups."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart, diverged, height, step_axis
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY

GROUPS = {
    "common": (T("common", "thường gặp"), ARMS[2]),
    "rare": (T("rare", "hiếm"), ARMS[1]),
    "never": (T("never used", "không dùng"), BROKEN),
    "between": (T("in between", "ở giữa"), GREY),
}
METRICS = {
    "log_p": T("mean of ln p (nats)", "trung bình của ln p (nats)"),
    "log_mean": T("ln of mean p (nats)", "ln của p trung bình (nats)"),
    "rank": T("mean rank (1 is the likeliest)", "thứ hạng trung bình (1 là khả dĩ nhất)"),
    "mass": T("probability of the whole group", "xác suất của cả nhóm"),
}
END = 10**9  # a moment after every step
CHANCE = T("chance, −ln V", "đoán đều, −ln V")
COUNTED = T("counting alone: {group}", "chỉ đếm: {group}")


def names(lang):
    return [name(lang) for name, _ in GROUPS.values()]


def group_color(view, legend=True, between=False):
    """between: tokens of no group are drawn too."""
    kept = list(GROUPS.values())[: None if between else 3]
    shown = alt.Legend(title=None, orient="top", symbolOpacity=1) if legend else None
    return alt.Color(
        "name:N", scale=alt.Scale(domain=[n(view.lang) for n, _ in kept], range=[c for _, c in kept]), legend=shown
    )


def table_at(result, name, moment):
    """(step, columns) of the last table of that name up to `moment`; (None, {}) where there is none. A log keeps as null what
    was not finite: here it is nan again."""
    found = result.tables.get(name, {})
    step = max((s for s in found if s <= moment), default=min(found, default=None))
    columns = found.get(step, {})
    return step, {name: [math.nan if v is None else v for v in column] for name, column in columns.items()}


# --- three curves ----------------------------------------------------------------------------------------------------


def points(result, metric, masked):
    """(step, group, value) of one measure from the tables "curves"; groups of the notebook as "notebook_..."."""
    for step, table in sorted(result.tables.get("curves", {}).items()):
        for group, kept, value in zip(table["group"], table["masked"], table[metric], strict=True):
            if kept == masked:
                yield step, group, math.nan if value is None else value


CURVES = ["step", "value", "name", "kind", "label"]


def curves_rows(view):
    """kind: true, notebook (the ghost), below or above (the last point of a line, with its name on that side of it), rule
    (a horizontal line)."""
    metric, indices, lang = view.values["metric"], view.values["indices"], view.lang
    rows, last = [], {}
    for step, group, value in points(view.main, metric, bool(view.values["masked"])):
        ghost = group.startswith("notebook_")
        if (ghost and indices == "correct") or (not ghost and indices == "notebook" and group != "never"):
            continue
        name = GROUPS[group.removeprefix("notebook_")][0](lang)
        kind = "notebook" if ghost else "true"
        rows.append((step, value, name, kind, ""))
        label = T("“{g}” of the notebook", "“{g}” theo notebook").format(g=name)(lang) if ghost else name
        last[group] = (step, value, name, "above" if group.endswith("rare") else "below", label)
    facts = view.main.facts
    if rows and "vocabulary" in facts and metric in ("log_p", "log_mean"):
        rows.append((0, -math.log(facts["vocabulary"]), "", "rule", CHANCE(lang)))
        if metric == "log_mean":
            for group, value in facts["unigram"].items():
                name = GROUPS[group][0](lang)
                rows.append((0, value, name, "rule", COUNTED.format(group=name)(lang)))
    return pd.DataFrame([*rows, *last.values()], columns=CURVES)


def curves_chart(view):
    x = step_axis(view)
    y = alt.Y(
        "value:Q",
        title=METRICS[view.values["metric"]](view.lang),
        scale=alt.Scale(zero=False, nice=True, reverse=view.values["metric"] == "rank"),
        axis=alt.Axis(grid=False),
    )
    base, color = Chart(), group_color(view, legend=False)
    tip = ["name:N", "step:Q", alt.Tooltip("value:Q", format=".3f")]
    rule = base.transform_filter(alt.datum.kind == "rule")
    marks = [
        rule.mark_rule(strokeDash=[6, 4], color=GREY, strokeWidth=1.2).encode(y=y),
        rule.mark_text(align="right", baseline="bottom", dx=-4, dy=-3, color=GREY, fontSize=12 * view.size).encode(
            y=y, x=alt.value(alt.ExprRef("width * 0.6")), text="label:N"
        ),
        base.transform_filter(alt.datum.kind == "notebook")
        .mark_line(strokeDash=[5, 4], strokeWidth=2)
        .encode(x=x, y=y, color=color, detail="kind:N", tooltip=tip),
        base.transform_filter(alt.datum.kind == "true")
        .mark_line(strokeWidth=3 * view.size, point=alt.OverlayMarkDef(size=18))
        .encode(x=x, y=y, color=color, tooltip=tip),
        *(
            base.transform_filter(alt.datum.kind == side)
            .mark_text(align="left", dx=8, dy=dy * view.size, fontSize=13 * view.size, fontWeight="bold")
            .encode(x=x, y=y, color=color, text="label:N")  # beyond the ends, where no line runs through them
            for side, dy in (("below", 7), ("above", -7))
        ),
    ]
    return alt.layer(*marks, *diverged(view)).properties(height=height(view, 400), width="container")


curves = Figure(
    "curves",
    T("What the model thinks of the three groups", "Mô hình nghĩ gì về ba nhóm token"),
    T(
        "One line per group over the steps: common, rare and never used tokens, in the chosen measure; grey lines are chance and counting. {now}",
        "Mỗi nhóm một đường theo bước: token thường gặp, hiếm, không dùng, theo thước đo đã chọn; đường xám là đoán đều và chỉ đếm. {now}",
    ),
    curves_rows,
    curves_chart,
    T(
        "On held-out windows, for every place all tokens of a group are asked for. Dashed: the same run with the notebook's indices.",
        "Trên các cửa sổ để dành, ở mỗi vị trí hỏi mọi token của nhóm. Nét đứt: cùng lần chạy với chỉ số của notebook.",
    ),
)

# --- the cone --------------------------------------------------------------------------------------------------------


def cone_rows(view):
    """One row per token of the groups; two more of kind "frame" keep the axes still while the moment moves."""
    result = view.main
    step, spots = table_at(result, "cone", view.values.get("moment", END))
    _, who = table_at(result, "members", 0)
    if step is None or not who:
        return pd.DataFrame(columns=["x", "y", "name", "piece", "count", "kind"])
    frame = pd.DataFrame({"x": spots["x"], "y": spots["y"], "piece": who["piece"], "count": who["count"]})
    frame["name"], frame["kind"] = [GROUPS[g][0](view.lang) for g in who["group"]], "token"
    every = {axis: [v for t in result.tables["cone"].values() for v in t[axis] if v is not None] for axis in ("x", "y")}
    ends = [[pick((v for v in every[axis] if math.isfinite(v)), default=0.0) for axis in every] for pick in (min, max)]
    corners = pd.DataFrame([{"x": x, "y": y, "name": "", "piece": "", "count": 0, "kind": "frame"} for x, y in ends])
    said = T("step {n}", "bước {n}").format(n=step)(view.lang)
    note = {"x": ends[0][0], "y": ends[1][1], "name": "", "piece": said, "count": 0, "kind": "note"}
    return pd.concat([frame, corners, pd.DataFrame([note])])


def cone_chart(view):
    x = alt.X(
        "x:Q",
        title=T("row · mean state (left: pushed away)", "hàng · trạng thái trung bình (trái: bị đẩy đi)")(view.lang),
        scale=alt.Scale(zero=False, nice=True),
    )
    y = alt.Y(
        "y:Q", title=T("widest other direction", "hướng rộng nhất còn lại")(view.lang), scale=alt.Scale(zero=False)
    )
    base = Chart()
    dots = (
        base.transform_filter(alt.datum.kind == "token")
        .mark_circle(size=46 * view.size, opacity=0.75)
        .encode(x=x, y=y, color=group_color(view), tooltip=["piece:N", "count:Q", "name:N"])
    )
    frame = base.transform_filter(alt.datum.kind == "frame").mark_point(opacity=0).encode(x=x, y=y)
    note = (
        base.transform_filter(alt.datum.kind == "note")
        .mark_text(align="left", dx=4, dy=-4, color=GREY, fontSize=14 * view.size)
        .encode(x=x, y=y, text="piece:N")
    )
    return alt.layer(frame, dots, note).properties(height=height(view, 340), width="container")


cone = Figure(
    "cone",
    T("The cone: where the output rows stand", "Chiếc nón: các hàng đầu ra đứng ở đâu"),
    T(
        "One dot per token: its output row along the mean state of the model, and along the widest other direction. On the left stand those that are pushed away. {now}",
        "Mỗi chấm là một token: hàng đầu ra của nó theo trạng thái trung bình của mô hình và theo hướng rộng nhất còn lại. Bên trái là những token bị đẩy đi. {now}",
    ),
    cone_rows,
    cone_chart,
    T(
        "Hover a dot for its token. Move “show the rows at step” to play the film.",
        "Rê chuột lên chấm để xem token. Kéo “xem các hàng ở bước” để chiếu phim.",
    ),
)

# --- what pushes a row -----------------------------------------------------------------------------------------------

PARTS = {
    "push": (T("push: −p·h, away from every state", "đẩy: −p·h, xa khỏi mọi trạng thái"), BROKEN),
    "pull": (T("pull: towards states it answers", "kéo: về phía trạng thái mà nó là đáp án"), ARMS[2]),
    "net": (T("what is left of both", "phần còn lại của cả hai"), ARMS[0]),
}
NO_PULL = T("no pull at all: it is never the answer", "không có lực kéo: nó không bao giờ là đáp án")


def forces_rows(view):
    _, table = table_at(view.main, "forces", view.values.get("moment", END))
    rows = []
    for i, group in enumerate(table.get("group", ())):
        name = GROUPS[group][0](view.lang)
        for part, (label, _) in PARTS.items():
            value = table[part][i]
            if value > 0:
                rows.append((name, label(view.lang), value, ""))
            elif part == "pull" and value == 0:
                rows.append((name, label(view.lang), None, NO_PULL(view.lang)))
    return pd.DataFrame(rows, columns=["group", "part", "value", "label"])


def forces_chart(view):
    x = alt.X(
        "value:Q",
        title=T("mean length of the gradient of a row (log)", "độ dài trung bình gradient của một hàng (log)")(
            view.lang
        ),
        scale=alt.Scale(type="log"),
        axis=alt.Axis(format=".0e", tickCount=6),
    )
    y = alt.Y("group:N", sort=names(view.lang), title=None)
    offset = alt.YOffset("part:N", sort=[label(view.lang) for label, _ in PARTS.values()])
    color = alt.Color(
        "part:N",
        scale=alt.Scale(domain=[p(view.lang) for p, _ in PARTS.values()], range=[c for _, c in PARTS.values()]),
        legend=alt.Legend(title=None, orient="top", labelLimit=340, columns=1 if view.size > 1 else 3),
    )
    base = Chart().transform_filter("isValid(datum.group)")
    there = base.transform_filter("isValid(datum.value)")
    dots = there.mark_point(filled=True, size=130 * view.size, opacity=1).encode(
        x=x, y=y, yOffset=offset, color=color, tooltip=["group:N", "part:N", alt.Tooltip("value:Q", format=".2e")]
    )
    none = (
        base.transform_filter("!isValid(datum.value)")
        .mark_text(align="left", color=GREY, fontSize=13 * view.size)
        .encode(x=alt.value(12), y=y, yOffset=offset, text="label:N")
    )
    return alt.layer(dots, none).properties(height=height(view, 300), width="container")


forces = Figure(
    "forces",
    T("One gradient, taken apart", "Một gradient, tách làm hai"),
    T(
        "Per group the mean length of push, pull and their sum on a log scale. Unused tokens have no pull. {now}",
        "Mỗi nhóm: độ dài trung bình của lực đẩy, lực kéo và tổng, thang log. Token không dùng không có lực kéo. {now}",
    ),
    forces_rows,
    forces_chart,
    T(
        "The gradient of output row v is the mean of p(v)·h minus the mean of h where v was the answer. At the step chosen with “show the rows at step”.",
        "Gradient của hàng đầu ra v là trung bình của p(v)·h trừ trung bình của h nơi v là đáp án. Ở bước chọn bằng “xem các hàng ở bước”.",
    ),
    folded=True,
)

# --- calibration -----------------------------------------------------------------------------------------------------


def calibration_rows(view):
    result = view.main
    _, table = table_at(result, "tokens", view.values.get("moment", END))
    _, who = table_at(result, "members", 0)
    if not table or not who:
        return pd.DataFrame(columns=["frequency", "p", "name", "piece", "count", "kind"])
    total = result.facts["train_tokens"]
    frame = pd.DataFrame({"piece": who["piece"], "count": who["count"], "kind": "token"})
    frame["name"] = [GROUPS[g][0](view.lang) for g in who["group"]]
    frame["frequency"] = [max(n, 0.3) / total for n in who["count"]]  # unused ones stand at the left edge
    frame["p"] = [math.exp(v) for v in table["log_mean"]]
    ends = (frame["frequency"].min(), frame["frequency"].max())
    line = pd.DataFrame([{"frequency": v, "p": v, "name": "", "piece": "", "count": 0, "kind": "line"} for v in ends])
    return pd.concat([frame, line])


def calibration_chart(view):
    log = alt.Scale(type="log", nice=False)
    axis = alt.Axis(format=".0e", tickCount=6)
    x = alt.X(
        "frequency:Q",
        title=T(
            "share of the training text (unused: left edge)", "tỉ lệ trong văn bản huấn luyện (không dùng: mép trái)"
        )(view.lang),
        scale=log,
        axis=axis,
    )
    y = alt.Y("p:Q", title=T("mean predicted p", "p dự đoán trung bình")(view.lang), scale=log, axis=axis)
    base = Chart()
    dots = (
        base.transform_filter(alt.datum.kind == "token")
        .mark_circle(size=46 * view.size, opacity=0.7)
        .encode(x=x, y=y, color=group_color(view), tooltip=["piece:N", "count:Q", alt.Tooltip("p:Q", format=".2e")])
    )
    line = base.transform_filter(alt.datum.kind == "line").mark_line(strokeDash=[6, 4], color=GREY).encode(x=x, y=y)
    return alt.layer(line, dots).properties(height=height(view, 320), width="container")


calibration = Figure(
    "calibration",
    T("Believed against counted", "Điều mô hình tin và điều đếm được"),
    T(
        "One dot per token: its share of the training text against the mean probability the model gives it; the dashed diagonal is where both agree. {now}",
        "Mỗi chấm là một token: tỉ lệ trong văn bản huấn luyện so với xác suất trung bình mô hình cho nó; đường chéo nét đứt là nơi hai bên bằng nhau. {now}",
    ),
    calibration_rows,
    calibration_chart,
    folded=True,
)

# --- a glitch token in the prompt ------------------------------------------------------------------------------------

KINDS = {"text": T("the true token", "token thật")} | {name: GROUPS[name][0] for name in ("common", "rare", "never")}
DETECTORS = {
    "lean": (T("leans away from the mean state", "ngả xa trạng thái trung bình"), ARMS[0]),
    "short": (T("shortest input row", "hàng đầu vào ngắn nhất"), ARMS[1]),
    "quiet": (T("lowest mean p", "p trung bình thấp nhất"), ARMS[2]),
}


def prompts_rows(view):
    _, table = table_at(view.main, "prompts", 1)
    rows = []
    for kind, entropy, loss in zip(*(table.get(c, ()) for c in ("kind", "entropy", "loss")), strict=True):
        for measure, value in (("entropy", entropy), ("loss", loss)):
            if not math.isfinite(value):
                continue
            rows.append((KINDS[kind](view.lang), measure, value, f"{value:.2f}"))
    frame = pd.DataFrame(rows, columns=["kind", "measure", "value", "label"])
    most = frame.groupby("measure")["value"].transform("max")
    return frame.assign(side=["in" if v > 0.2 * m else "out" for v, m in zip(frame["value"], most, strict=True)])


def prompts_chart(view):
    titles = {
        "entropy": T("entropy of the next token (nats)", "entropy của token kế tiếp (nats)"),
        "loss": T("loss of the next 8 tokens (nats/token)", "loss của 8 token kế tiếp (nats/token)"),
    }

    def panel(measure):
        y = alt.Y("kind:N", sort=[k(view.lang) for k in KINDS.values()], title=None)
        base = Chart().transform_filter(alt.datum.measure == measure)
        x = alt.X("value:Q", title=titles[measure](view.lang))
        bars = base.mark_bar(color=ARMS[0]).encode(x=x, y=y)
        labels = (  # of a bar too short to hold its number, beside it
            base.transform_filter(alt.datum.side == side)
            .mark_text(align=align, dx=dx, color=color, fontSize=13 * view.size)
            .encode(x=x, y=y, text="label:N")
            for side, align, dx, color in (("in", "right", -5, "white"), ("out", "left", 5, GREY))
        )
        return alt.layer(bars, *labels).properties(height=height(view, 170), width="container")

    return panel("entropy"), panel("loss")


prompts = Figure(
    "prompts",
    T("One token of the prompt exchanged", "Đổi một token trong câu mồi"),
    T(
        "Bars: entropy of the next token and loss of the next eight, with the true token, a common, a rare and an unused one in its place. {now}",
        "Cột: entropy của token kế tiếp và loss của tám token sau, khi giữ token thật, hoặc thay bằng token thường gặp, hiếm, không dùng. {now}",
    ),
    prompts_rows,
    prompts_chart,
    beside=True,
)


def detectors_rows(view):
    _, table = table_at(view.main, "detectors", 1)
    frame = pd.DataFrame(table, columns=["name", "k", "precision"])
    frame["name"] = [DETECTORS[name][0](view.lang) for name in frame["name"]]
    return frame


def detectors_chart(view):
    found = [label(view.lang) for label, _ in DETECTORS.values()]
    color = alt.Color(
        "name:N",
        scale=alt.Scale(domain=found, range=[c for _, c in DETECTORS.values()]),
        legend=alt.Legend(title=None, orient="top", labelLimit=300),
    )
    return (
        Chart()
        .mark_line(point=True, strokeWidth=2.5)
        .encode(
            x=alt.X("k:Q", title=T("suspects named, k", "số token bị nghi, k")(view.lang), scale=alt.Scale(type="log")),
            y=alt.Y(
                "precision:Q",
                title=T("truly unused among them", "thật sự không dùng trong số đó")(view.lang),
                axis=alt.Axis(format="%"),
                scale=alt.Scale(domain=[0, 1]),
            ),
            color=color,
            strokeDash=alt.StrokeDash(
                "name:N", scale=alt.Scale(domain=found, range=[[1, 0], [1, 0], [7, 7]]), legend=None
            ),
            tooltip=["name:N", "k:Q", alt.Tooltip("precision:Q", format=".0%")],
        )
        .properties(height=height(view, 260), width="container")
    )


detectors = Figure(
    "detectors",
    T("Finding unused tokens without the corpus", "Tìm token không dùng mà không cần văn bản"),
    T(
        "Lines: share of truly unused tokens among the k most suspicious ones, for three ways to suspect. {now}",
        "Các đường: tỉ lệ token thật sự không dùng trong k token đáng ngờ nhất, theo ba cách nghi ngờ. {now}",
    ),
    detectors_rows,
    detectors_chart,
)
