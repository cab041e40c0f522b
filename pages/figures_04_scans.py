"""The pictures of lesson 4 beyond the race: sixty learning rates, the 64 rows, and the bowl of two weights."""

import altair as alt
import pandas as pd

from app.charts import Chart, height, step_axis
from app.i18n import T, same
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY, number
from pages.controls_04 import NAMES
from pages.figures_04 import COLOR, EXTENT, FLAT, SILENT, only

# --- the sweep ------------------------------------------------------------------------------------------------------------


def sweep_rows(view):
    """Points of both charts; runs that never arrive stand in the band above, one row per optimizer."""
    rows, horizon = [], view.config.horizon
    band = {name: horizon * f for name, f in zip(NAMES, (1.35, 1.75, 2.25), strict=True)}
    for role, group in (("arm", view.arms), ("last", view.last), ("pinned", view.pinned)):
        for a in group:
            columns, piece = a.result.table("sweep"), 0
            for lr, name, steps, error in zip(*columns.values(), strict=True):
                piece += steps is None  # a line must not jump over what never arrives
                row = {"lr": lr, "name": NAMES[name], "role": role, "run": a.run_id, "piece": piece, "kind": "sweep"}
                drawn = None if steps is None else max(steps, 1)  # where it starts within the tolerance: 0 has no log
                rows.append(
                    row | {"steps": drawn, "arrived": steps, "error": None if error is None else max(error, FLAT)}
                )
                if steps is None and role == "arm":
                    rows.append({"lr": lr, "name": NAMES[name], "kind": "lost", "steps": band[name]})
    facts, low, high = view.main.facts, 1e-3, 3.0
    label = T("never within {n} steps", "không bao giờ, trong {n} bước").format(n=horizon)(view.lang)
    marks = [{"kind": "band", "steps": horizon * 1.15, "top": horizon * 7, "text": label, "left": True}]
    rules = [("limit", T("SGD's limit", "giới hạn của SGD"))]
    if view.config.momentum == 0:
        rules.insert(0, ("optimum", T("SGD in one step", "SGD chỉ một bước")))
    for name, words in rules:
        if low <= facts[name] <= high:
            text, side = f"{words(view.lang)} {number(facts[name])}", name
            if name == "limit" and facts[name] < 0.06:
                side, marks[0]["left"] = "limit, far left", False  # no room for the words to the left of it
            marks.append({"kind": "rule", "lr": facts[name], "text": text, "side": side, "steps": horizon * 2.7})
    return pd.DataFrame(rows + marks)


def sweep_chart(view):
    x = alt.X(
        "lr:Q",
        title=T("learning rate (log)", "tốc độ học (thang log)")(view.lang),
        scale=alt.Scale(type="log", domain=[1e-3, 3], nice=False),
        axis=alt.Axis(grid=False, tickCount=6, format="~g"),
    )
    quiet = {"color": GREY, "fontSize": 12 * view.size}

    def panel(y, tip, color, extra=(), base=240.0):
        marks = []
        for role, look in (
            ("last", {"opacity": 0.3, "strokeWidth": 1.5}),
            ("pinned", {"opacity": 0.7, "strokeWidth": 2, "strokeDash": [5, 4]}),
            ("arm", {"strokeWidth": 2.5 * view.size}),
        ):
            line = only("sweep", role).mark_line(**look)
            marks.append(line.encode(x=x, y=y, color=color, detail=["run:N", "piece:N"]))
        dots = only("sweep", "arm").mark_point(filled=True, size=22 * view.size, opacity=1)
        marks.append(dots.encode(x=x, y=y, color=color, tooltip=tip))
        return alt.layer(*extra, *marks).properties(height=height(view, base), width="container")

    y = alt.Y(
        "steps:Q",
        title=T("steps to arrive (log)", "số bước để đến nơi (log)")(view.lang),
        scale=alt.Scale(type="log", domainMin=1, nice=False),
        axis=alt.Axis(grid=False, tickCount=4, format="~g", minExtent=EXTENT * view.size),
    )
    tip = ["name:N", alt.Tooltip("lr:Q", format=".3g"), alt.Tooltip("arrived:Q", title="steps")]
    band = only("band")
    rule = only("rule").mark_rule(color=GREY, strokeDash=[6, 4])
    above = (
        rule.encode(x=x, y=y, y2=alt.value("height")),  # it ends in the band, below the words
        band.mark_rect(color=BROKEN, opacity=0.1).encode(y=y, y2="top:Q"),
        *(
            band.transform_filter(alt.datum.left == left)
            .mark_text(align=align, baseline="top", dx=dx, dy=4, fontWeight="bold", **quiet)
            .encode(x=alt.value(end), y=alt.Y("top:Q"), text="text:N")
            for left, align, dx, end in ((True, "left", 6, 0), (False, "right", -6, "width"))
        ),
        only("lost").mark_tick(thickness=3, size=9, orient="vertical", opacity=0.9).encode(x=x, y=y, color=COLOR),
        *(
            only("rule")
            .transform_filter(alt.datum.side == side)
            .mark_text(align=align, baseline="bottom", dx=dx, dy=-4, **quiet)
            .encode(x=x, y=height, text="text:N")
            for side, align, dx, height in (
                ("optimum", "right", -5, alt.value("height")),
                ("limit", "right", 5, y),
                ("limit, far left", "left", -5, y),
            )
        ),
    )
    error = alt.Y(
        "error:Q",
        title=T("distance (log)", "cách đích (log)")(view.lang),
        scale=alt.Scale(type="log"),
        axis=alt.Axis(format=".0e", tickCount=4, minExtent=EXTENT * view.size),
    )
    tip_error = ["name:N", alt.Tooltip("lr:Q", format=".3g"), alt.Tooltip("error:Q", format=".3g")]
    return panel(y, tip, COLOR, above, 275.0), panel(error, tip_error, SILENT, (rule.encode(x=x),), 170.0)


sweep = Figure(
    "sweep",
    T("Sixty learning rates: how soon, and how close", "Sáu mươi tốc độ học: bao lâu, và gần đến đâu"),
    T(
        "Above: steps until the weight stays within the tolerance, by learning rate; a band for never. Below: distance at the "
        "end. {now}",
        "Trên: số bước cho đến khi trọng số ở lại trong dung sai, theo tốc độ học; dải trên cùng là không bao giờ. Dưới: khoảng "
        "cách lúc cuối. {now}",
    ),
    sweep_rows,
    sweep_chart,
    constant=True,
)


# --- accumulation -----------------------------------------------------------------------------------------------------------

WAYS = {
    "batch": (T("all 64 rows at once", "cả 64 hàng một lượt"), 7),
    "divided": (T("k parts, loss ÷ k", "k phần, loss ÷ k"), 0),
    "forgot": (T("k parts, not divided", "k phần, quên chia"), 1),
    "kept": (T("k parts, never reset", "k phần, không đặt lại"), 5),
    "unequal": (T("30+20+10+4 rows, ÷ 4", "30+20+10+4 hàng, ÷ 4"), 3),
    "weighted": (T("30+20+10+4 rows, by rows", "30+20+10+4 hàng, theo số hàng"), 2),
}


def way_color(view):
    names = [name(view.lang) for name, _ in WAYS.values()]
    legend = alt.Legend(title=None, orient="top", columns=3, labelLimit=320, symbolOpacity=1)
    return alt.Color("name:N", scale=alt.Scale(domain=names, range=[ARMS[c] for _, c in WAYS.values()]), legend=legend)


def way_names(view):
    return {way: name(view.lang) for way, (name, _) in WAYS.items()}


def parts_rows(view):
    names, frame = way_names(view), pd.DataFrame(view.main.table("losses"))
    frame = frame.assign(name=frame["way"].map(names), kind="loss", thick=(frame["way"] == "batch").astype(float))
    best = view.main.facts["best"]
    text = f"{T('best line', 'đường khớp nhất')(view.lang)} {number(best)}"
    return pd.concat([frame, pd.DataFrame([{"kind": "best", "loss": best, "text": text}])], ignore_index=True)


def parts_chart(view):
    x = step_axis(view, scale=alt.Scale(nice=False))
    y = alt.Y(
        "loss:Q",
        title=T("loss on all 64 rows (log)", "loss trên cả 64 hàng (log)")(view.lang),
        scale=alt.Scale(type="log"),
        axis=alt.Axis(grid=False, tickCount=5, format="~g"),
    )
    color = way_color(view)
    tip = ["name:N", "step:Q", alt.Tooltip("loss:Q", format=".4f")]
    base = only("loss")
    best = only("best")
    return alt.layer(
        best.mark_rule(strokeDash=[6, 4], color=GREY).encode(y=y),
        best.mark_text(align="right", baseline="top", dx=-4, dy=5, color=GREY, fontSize=12 * view.size).encode(
            y=y, x=alt.value("width"), text="text:N"
        ),
        base.transform_filter(alt.datum.thick == 1)
        .mark_line(strokeWidth=9 * view.size, opacity=0.4)
        .encode(x=x, y=y, color=color),
        base.transform_filter(alt.datum.thick == 0)
        .mark_line(strokeWidth=2.5 * view.size)
        .encode(x=x, y=y, color=color, tooltip=tip),
    ).properties(height=height(view, 330), width="container")


parts = Figure(
    "parts",
    T("Six ways to add up the same 64 rows", "Sáu cách cộng cùng 64 hàng"),
    T(
        "Loss over steps on a log scale; the wide grey line is the whole batch, the right ways lie exactly on it. {now}",
        "Loss theo bước trên thang log; đường xám rộng là cả lô, các cách đúng nằm trùng lên nó. {now}",
    ),
    parts_rows,
    parts_chart,
    constant=True,
)


def gap_rows(view):
    names = way_names(view)
    rows = []
    for way in [w for w in WAYS if w != "batch"]:
        gap = view.main.final(f"gap_{way}")
        rows.append({"name": names[way], "gap": max(gap, 1e-17), "text": number(gap), "floor": 1e-17})
    return pd.DataFrame(rows)


def gap_chart(view):
    color = way_color(view)
    color.legend = None
    order = [name(view.lang) for way, (name, _) in WAYS.items() if way != "batch"]
    y = alt.Y("name:N", scale=alt.Scale(domain=order), title=None, axis=alt.Axis(labelLimit=300, labelOverlap=False))
    title = T("distance from the big batch's gradient, relative (log)", "cách gradient của cả lô, tương đối (log)")
    x = alt.X(
        "gap:Q",
        title=title(view.lang),
        scale=alt.Scale(type="log", domain=[1e-17, 100]),
        axis=alt.Axis(format=".0e", tickCount=6),
    )
    return alt.layer(
        Chart().mark_rule(strokeWidth=6 * view.size).encode(x="floor:Q", x2="gap:Q", y=y, color=color),
        Chart().mark_point(filled=True, size=130 * view.size, opacity=1).encode(x=x, y=y, color=color),
        Chart().mark_text(align="left", dx=12, color=GREY, fontSize=13 * view.size).encode(x=x, y=y, text="text:N"),
    ).properties(height=height(view, 190), width="container")


gap = Figure(
    "gap",
    T("The gradient of one step, against that of the whole batch", "Gradient của một bước, so với gradient của cả lô"),
    T("Relative distance per way, log scale. {now}", "Khoảng cách tương đối theo từng cách, thang log. {now}"),
    gap_rows,
    gap_chart,
    constant=True,
)


# --- two weights ----------------------------------------------------------------------------------------------------------------

BOTH = {"sgd": same("SGD"), "momentum": T("SGD with momentum", "SGD có quán tính"), "adam": same("Adam")}


def both_color(view, legend=True):
    names = [name(view.lang) for name in BOTH.values()]
    shown = alt.Legend(title=None, orient="top", symbolOpacity=1, labelLimit=300) if legend else None
    return alt.Color("name:N", scale=alt.Scale(domain=names, range=[ARMS[0], ARMS[3], ARMS[1]]), legend=shown)


def both_rows(view, table="path"):
    frame = pd.DataFrame(view.main.table(table))
    return frame.assign(name=frame["optimizer"].map({code: name(view.lang) for code, name in BOTH.items()}))


def bowl_rows(view):
    frame, rings = both_rows(view).assign(kind="path"), pd.DataFrame(view.main.table("contours"))
    now = round(view.config.horizon * float(view.values.get("moment", 100)) / 100)
    dots = [line[line["step"] <= now].iloc[-1:] for _, line in frame.groupby("optimizer", sort=False)]
    return pd.concat(
        [rings.assign(kind="ring"), frame, pd.concat(dots).assign(kind="dot")],
        ignore_index=True,
    )


def bowl_chart(view):
    x = alt.X(
        "w1:Q",
        title=T("first weight", "trọng số thứ nhất")(view.lang),
        scale=alt.Scale(domain=[-3.6, 3.6]),
        axis=alt.Axis(grid=False, values=list(range(-3, 4))),
    )
    y = alt.Y(
        "w2:Q",
        title=T("second weight", "trọng số thứ hai")(view.lang),
        scale=alt.Scale(domain=[-1.6, 1.6]),
        axis=alt.Axis(grid=False),
    )
    color = both_color(view)
    tip = ["name:N", "step:Q", alt.Tooltip("loss:Q", format=".3g")]
    return alt.layer(
        only("ring")
        .mark_line(color=GREY, opacity=0.55, strokeWidth=1, clip=True)
        .encode(x=x, y=y, detail="level:N", order="order:Q"),
        only("path")
        .mark_line(strokeWidth=2 * view.size, opacity=0.85, clip=True)
        .encode(x=x, y=y, color=color, order="step:Q"),
        only("path")
        .mark_point(filled=True, size=12 * view.size, opacity=0.7, clip=True)
        .encode(x=x, y=y, color=color, tooltip=tip),
        only("dot")
        .mark_point(filled=True, size=170 * view.size, opacity=1, stroke="white", strokeWidth=1.5, clip=True)
        .encode(x=x, y=y, color=color, tooltip=tip),
    ).properties(height=height(view, 380), width="container")


both = Figure(
    "bowl",
    T(
        "Seen from above: each with its best learning rate",
        "Nhìn từ trên xuống: mỗi thuật toán với tốc độ học tốt nhất của nó",
    ),
    T(
        "Contours of equal loss and the three paths from the same start; the minimum is at 0, 0. {now}",
        "Các đường đồng mức của loss và ba lối đi từ cùng một điểm; cực tiểu ở 0, 0. {now}",
    ),
    bowl_rows,
    bowl_chart,
    constant=True,
)


def descent_chart(view):
    x = step_axis(view, scale=alt.Scale(nice=False))
    y = alt.Y(
        "loss:Q",
        title=T("loss (log)", "loss (thang log)")(view.lang),
        scale=alt.Scale(type="log"),
        axis=alt.Axis(format=".0e", tickCount=6),
    )
    tip = ["name:N", "step:Q", alt.Tooltip("loss:Q", format=".3g")]
    line = Chart().mark_line(strokeWidth=2.5 * view.size)
    return line.encode(x=x, y=y, color=both_color(view, False), tooltip=tip).properties(
        height=height(view, 210), width="container"
    )


descent = Figure(
    "descent",
    T("The loss on the way", "Loss trên đường đi"),
    T("Loss against step on a log scale, three lines. {now}", "Loss theo bước trên thang log, ba đường. {now}"),
    both_rows,
    descent_chart,
    constant=True,
)


def scan_rows(view):
    return both_rows(view, "scan")


def scan_chart(view):
    x = alt.X(
        "lr:Q",
        title=T("learning rate (log)", "tốc độ học (thang log)")(view.lang),
        scale=alt.Scale(type="log"),
        axis=alt.Axis(format=".0e", tickCount=6),
    )
    y = alt.Y(
        "loss:Q",
        title=T("final loss (log)", "loss cuối (thang log)")(view.lang),
        scale=alt.Scale(type="log"),
        axis=alt.Axis(format=".0e", tickCount=6),
    )
    tip = ["name:N", alt.Tooltip("lr:Q", format=".3g"), alt.Tooltip("loss:Q", format=".3g")]
    line = Chart().mark_line(strokeWidth=2.5 * view.size, point=True)
    return line.encode(x=x, y=y, color=both_color(view), tooltip=tip).properties(
        height=height(view, 260), width="container"
    )


scan = Figure(
    "scan",
    T("How the best of thirty was found", "Cách tìm ra tốc độ tốt nhất trong ba mươi"),
    T("Final loss against learning rate, three lines. {now}", "Loss cuối theo tốc độ học, ba đường. {now}"),
    scan_rows,
    scan_chart,
    folded=True,
    constant=True,
)
