"""The pictures of lesson 4. Their specifications never change: reference lines are rows too, so a knob only sends numbers."""

from itertools import pairwise

import altair as alt
import pandas as pd

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
FLAT = 1e-16  # a loss of 0 is drawn here
REACH = 20  # distances from the target, in starting distances, beyond which a line leaves the picture


def path(result):
    """The last table of the race as a frame: step, optimizer, weight, loss, gradient; name."""
    table = result.tables.get("path", {})
    if not table:
        return pd.DataFrame(columns=["step", "optimizer", "weight", "loss", "gradient", "name"])
    frame = pd.DataFrame(table[max(table)])
    return frame.assign(name=frame["optimizer"].map(NAMES))


def runs(view):
    """(role, what a tooltip calls it, config, its path): the race in front, the last settings, the pinned ones."""
    for role, group in (("arm", view.arms), ("last", view.last), ("pinned", view.pinned)):
        for a in group:
            yield role, a.run_id, "" if role == "arm" else a.arm.name(view.lang), a.arm.config, path(a.result)


def clipped(frame, config):
    """The part of each line that stays within REACH, and the step that leaves it, on the edge."""
    reach = REACH * max(1.0, abs(config.start - config.target))
    parts = []
    for _, line in frame.groupby("optimizer", sort=False):
        outside = (line["weight"] - config.target).abs() > reach
        last = int(outside.to_numpy().argmax()) + 1 if outside.any() else len(line)
        shown = line.iloc[:last].copy()
        shown["weight"] = shown["weight"].clip(config.target - reach, config.target + reach)
        parts.append(shown)
    return pd.concat(parts, ignore_index=True) if parts else frame


def moment(view) -> int:
    """The step that the dots stand at."""
    return round(view.config.steps * float(view.values.get("moment", 100)) / 100)


def at_moment(view, frame):
    """One row per optimizer: where it is at that moment (its last drawn step, if it has left the picture)."""
    rows = [line[line["step"] <= moment(view)].iloc[-1:] for _, line in frame.groupby("optimizer", sort=False)]
    return pd.concat(rows, ignore_index=True) if rows else frame


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
    frames, config = [], view.config
    for role, run, called, own, frame in runs(view):
        frames.append(clipped(frame, own).assign(kind="path", role=role, run=run, called=called))
    main = frames[0]
    if main.empty:
        return main
    dots = at_moment(view, main).assign(kind="dot", role="arm")
    drawn = pd.concat([f["weight"] for f in frames])
    low, high = min(drawn.min(), config.target), max(drawn.max(), config.target)
    ends = main.groupby("optimizer", sort=False).tail(1).assign(kind="end")
    words = f"{TARGET(view.lang)} {number(config.target)}"
    goal = {"step": config.steps, "weight": config.target, "kind": "goal", "name": words}
    ends = pd.concat([ends, pd.DataFrame([goal])], ignore_index=True)
    ends["weight"] = apart(ends["weight"].tolist(), 0.115 * (high - low or 1))
    ends["step"] = ends["step"].max()
    now = moment(view)
    marks = [
        {"kind": "target", "weight": config.target},
        {"kind": "moment", "step": now, "text": f"{STEP(view.lang)} {now}"},
    ]
    marks += bowl(config, dots, low, high)
    return pd.concat([*frames, dots, ends, pd.DataFrame(marks)], ignore_index=True)


STEP, WEIGHT = T("step", "bước"), T("weight w", "trọng số w")
LOSS = same("loss")
TARGET = T("target", "đích")


def bowl(config, dots, low, high):
    """Points of the parabola over the weights that are drawn, and a piece of tangent at every dot."""
    pad = 0.08 * (high - low or 2)
    half = 0.45 * max(high - config.target, config.target - low)  # enough of the other side to see a bowl
    low, high = min(low, config.target - half) - pad, max(high, config.target + half) + pad
    out = []
    for i in range(81):
        w = low + (high - low) * i / 80
        out.append({"kind": "bowl", "weight": w, "loss": config.scale * (w - config.target) ** 2})
    for dot in dots.itertuples():
        slope, half = 2 * config.scale * (dot.weight - config.target), 0.05 * (high - low)
        height = config.scale * (dot.weight - config.target) ** 2
        for side in (-half, half):
            loss = height + slope * side
            out.append({"kind": "tangent", "weight": dot.weight + side, "loss": loss, "name": dot.name})
    return out


def only(kind: str, role: str | None = None):
    base = alt.Chart().transform_filter(alt.datum.kind == kind)
    return base.transform_filter(alt.datum.role == role) if role else base


def lines(kind, x, y, size, color=COLOR):
    """The race in front bold, the last settings faint, pinned ones dashed; the same colour for the same optimizer."""
    tip = ["name:N", "called:N", "step:Q", alt.Tooltip("weight:Q", format=".4f"), alt.Tooltip("loss:Q", format=".3g")]
    encoding = {"x": x, "y": y, "color": color, "detail": ["run:N"], "order": "step:Q"}
    return [
        only(kind, "last").mark_line(strokeWidth=1.5, opacity=0.3).encode(**encoding),
        only(kind, "pinned").mark_line(strokeWidth=2, opacity=0.7, strokeDash=[5, 4]).encode(**encoding, tooltip=tip),
        only(kind, "arm").mark_line(strokeWidth=3 * size).encode(**encoding, tooltip=tip),
    ]


def grown(height: float, view) -> float:
    return height * (1 + (view.size - 1) * 0.6)


def race_chart(view):
    x = alt.X("step:Q", title=STEP(view.lang), scale=alt.Scale(nice=False), axis=alt.Axis(grid=False, tickCount=8))
    y = alt.Y("weight:Q", title=WEIGHT(view.lang), scale=alt.Scale(zero=False), axis=alt.Axis(grid=False))
    font = 13 * view.size
    quiet = {"color": GREY, "fontSize": 12 * view.size}
    across = only("target")
    up = alt.layer(
        across.mark_rule(strokeDash=[6, 4], color=GREY).encode(y=y),
        only("moment").mark_rule(color=GREY, opacity=0.45).encode(x=x),
        only("moment")
        .mark_text(align="right", baseline="bottom", dx=-4, **quiet)
        .encode(x=x, y=alt.value("height"), text="text:N"),
        *lines("path", x, y, view.size, SILENT),
        only("dot")
        .mark_point(filled=True, size=110 * view.size, opacity=1, stroke="white", strokeWidth=1.5)
        .encode(x=x, y=y, color=SILENT),
        *(
            only(kind)
            .mark_text(align="left", dx=10, fontSize=font, fontWeight="bold")
            .encode(x=x, y=y, text="name:N", color=color)
            for kind, color in (("end", SILENT), ("goal", alt.value(GREY)))
        ),
    ).properties(
        height=grown(235, view), width="container", padding={"right": 84 * view.size, "left": 5, "top": 5, "bottom": 5}
    )
    w = alt.X("weight:Q", title=WEIGHT(view.lang), scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(grid=False))
    height = alt.Y("loss:Q", title=LOSS(view.lang), axis=alt.Axis(grid=False, tickCount=4))
    down = alt.layer(
        only("bowl").mark_line(color=GREY, strokeWidth=1.5, opacity=0.8).encode(x=w, y=height, order="weight:Q"),
        only("tangent").mark_line(strokeWidth=2, clip=True).encode(x=w, y=height, color=SILENT, detail="name:N"),
        only("dot")
        .mark_point(filled=True, size=150 * view.size, opacity=1, stroke="white", strokeWidth=1.5)
        .encode(
            x=w,
            y=height,
            color=SILENT,
            tooltip=["name:N", "step:Q", alt.Tooltip("weight:Q", format=".4f"), alt.Tooltip("loss:Q", format=".3g")],
        ),
    ).properties(height=grown(200, view), width="container")
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
        "Bold: your settings. Faint: your settings before the last change. Dashed: pinned runs.",
        "Đậm: thiết lập của bạn. Mờ: thiết lập trước lần đổi gần nhất. Đứt: lần chạy đã ghim.",
    ),
    constant=True,
)


# --- the loss, on a scale that turns rates into slopes -----------------------------------------------------------------


def loss_rows(view):
    frames = []
    for role, run, called, _, frame in runs(view):
        frames.append(frame.assign(kind="loss", role=role, run=run, called=called))
    law = view.main.tables.get("law", {})
    if law:
        frames.append(pd.DataFrame(law[max(law)]).assign(kind="law"))
    frame = pd.concat(frames, ignore_index=True)
    frame["loss"] = frame["loss"].clip(FLAT, 1e12)
    return frame


def loss_chart(view):
    x = alt.X("step:Q", title=STEP(view.lang), scale=alt.Scale(nice=False), axis=alt.Axis(grid=False, tickCount=8))
    y = alt.Y(
        "loss:Q",
        title=T("loss (log)", "loss (thang log)")(view.lang),
        scale=alt.Scale(type="log"),
        axis=alt.Axis(format=".0e", tickCount=6),
    )
    law = only("law").mark_line(strokeDash=[1, 4], strokeWidth=4 * view.size, strokeCap="round", color=BROKEN)
    return alt.layer(*lines("loss", x, y, view.size, SILENT), law.encode(x=x, y=y)).properties(
        height=grown(250, view), width="container"
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
    frame = path(view.main)
    if frame.empty:
        return frame
    frame = clipped(frame[frame["step"] > 0], view.config)
    largest = frame.groupby("optimizer")["gradient"].transform(lambda g: g.abs().max() or 1.0)
    frame = frame.assign(kind="path", held=frame["gradient"] / largest)
    return pd.concat([frame, at_moment(view, frame).assign(kind="dot")], ignore_index=True)


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
        .encode(x=x, y=y, color=COLOR, order="step:Q", tooltip=tip),
        only("dot")
        .mark_point(filled=True, size=150 * view.size, opacity=1, stroke="white", strokeWidth=1.5)
        .encode(x=x, y=y, color=COLOR, tooltip=tip),
    ).properties(height=grown(280, view), width="container")


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


# --- the sweep ------------------------------------------------------------------------------------------------------------


def sweep_rows(view):
    """Points of both charts; runs that never arrive stand in the band above, one row per optimizer."""
    frames, horizon = [], view.config.horizon
    for role, group in (("arm", view.arms), ("last", view.last), ("pinned", view.pinned)):
        for a in group:
            table = a.result.tables["sweep"]
            frame = pd.DataFrame(table[max(table)])
            frame = frame.assign(name=frame["optimizer"].map(NAMES), role=role, run=a.run_id, kind="sweep")
            frame["error"] = frame["error"].astype(float).clip(FLAT, 1e6)
            frame["steps"] = frame["steps"].astype(float)
            gap = frame["steps"].isna()
            frame["piece"] = gap.groupby(frame["optimizer"]).cumsum()  # a line must not jump over what never arrives
            frames.append(frame)
    main = frames[0]
    lost = main[main["steps"].isna()].assign(kind="lost")
    lost["steps"] = lost["optimizer"].map(
        {name: horizon * f for name, f in zip(NAMES, (1.35, 1.75, 2.25), strict=True)}
    )
    facts, low, high = view.main.facts, 1e-3, 3.0
    label = T("never within {n} steps", "không bao giờ, trong {n} bước").format(n=horizon)(view.lang)
    marks = [{"kind": "band", "steps": horizon * 1.15, "top": horizon * 7, "text": label}]
    rules = [("limit", T("SGD's limit", "giới hạn của SGD"))]
    if view.config.momentum == 0:
        rules.insert(0, ("optimum", T("SGD in one step", "SGD chỉ một bước")))
    for name, words in rules:
        if low <= facts[name] <= high:
            marks.append(
                {"kind": "rule", "lr": facts[name], "text": f"{words(view.lang)} {number(facts[name])}", "side": name}
            )
    return pd.concat([*frames, lost, pd.DataFrame(marks)], ignore_index=True)


def sweep_chart(view):
    x = alt.X(
        "lr:Q",
        title=T("learning rate (log)", "tốc độ học (thang log)")(view.lang),
        scale=alt.Scale(type="log", domain=[1e-3, 3], nice=False),
        axis=alt.Axis(grid=False, tickCount=6, format="~g"),
    )
    quiet = {"color": GREY, "fontSize": 12 * view.size}

    def panel(y, tip, color, extra=(), height=240.0):
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
        rules = [only("rule").mark_rule(color=GREY, strokeDash=[6, 4]).encode(x=x)]
        return alt.layer(*rules, *extra, *marks).properties(height=grown(height, view), width="container")

    y = alt.Y(
        "steps:Q",
        title=T("steps to arrive (log)", "số bước để đến nơi (log)")(view.lang),
        scale=alt.Scale(type="log", domainMin=1, nice=False),
        axis=alt.Axis(grid=False, tickCount=4, format="~g"),
    )
    tip = ["name:N", alt.Tooltip("lr:Q", format=".3g"), "steps:Q"]
    band = only("band")
    above = (
        band.mark_rect(color=BROKEN, opacity=0.1).encode(y=y, y2="top:Q"),
        band.mark_text(align="left", baseline="top", dx=6, dy=4, fontWeight="bold", **quiet).encode(
            x=alt.value(0), y=alt.Y("top:Q"), text="text:N"
        ),
        only("lost").mark_tick(thickness=3, size=9, orient="vertical", opacity=0.9).encode(x=x, y=y, color=COLOR),
        *(
            only("rule")
            .transform_filter(alt.datum.side == side)
            .mark_text(align=align, baseline="bottom", dx=dx, dy=-4, **quiet)
            .encode(x=x, y=alt.value("height"), text="text:N")
            for side, align, dx in (("optimum", "right", -5), ("limit", "left", 5))
        ),
    )
    error = alt.Y(
        "error:Q",
        title=T("final distance (log)", "khoảng cách cuối (log)")(view.lang),
        scale=alt.Scale(type="log"),
        axis=alt.Axis(format=".0e", tickCount=4),
    )
    tip_error = ["name:N", alt.Tooltip("lr:Q", format=".3g"), alt.Tooltip("error:Q", format=".3g")]
    return panel(y, tip, COLOR, above, 300.0), panel(error, tip_error, SILENT, (), 190.0)


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
    names, table = way_names(view), view.main.tables["losses"]
    frame = pd.DataFrame(table[max(table)])
    frame = frame.assign(name=frame["way"].map(names), kind="loss", thick=(frame["way"] == "batch").astype(float))
    best = view.main.facts["best"]
    text = f"{T('best line', 'đường khớp nhất')(view.lang)} {number(best)}"
    return pd.concat([frame, pd.DataFrame([{"kind": "best", "loss": best, "text": text}])], ignore_index=True)


def parts_chart(view):
    x = alt.X("step:Q", title=STEP(view.lang), scale=alt.Scale(nice=False), axis=alt.Axis(grid=False, tickCount=8))
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
    ).properties(height=grown(330, view), width="container")


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
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=300, labelOverlap=False))
    title = T("distance from the big batch's gradient, relative (log)", "cách gradient của cả lô, tương đối (log)")
    x = alt.X(
        "gap:Q",
        title=title(view.lang),
        scale=alt.Scale(type="log", domain=[1e-17, 100]),
        axis=alt.Axis(format=".0e", tickCount=6),
    )
    return alt.layer(
        alt.Chart().mark_rule(strokeWidth=6 * view.size).encode(x="floor:Q", x2="gap:Q", y=y, color=color),
        alt.Chart().mark_point(filled=True, size=130 * view.size, opacity=1).encode(x=x, y=y, color=color),
        alt.Chart().mark_text(align="left", dx=12, color=GREY, fontSize=13 * view.size).encode(x=x, y=y, text="text:N"),
    ).properties(height=grown(190, view), width="container")


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
    found = view.main.tables[table]
    frame = pd.DataFrame(found[max(found)])
    return frame.assign(name=frame["optimizer"].map({code: name(view.lang) for code, name in BOTH.items()}))


def bowl_rows(view):
    frame, rings = both_rows(view).assign(kind="path"), view.main.tables["contours"]
    now = round(view.config.horizon * float(view.values.get("moment", 100)) / 100)
    dots = [line[line["step"] <= now].iloc[-1:] for _, line in frame.groupby("optimizer", sort=False)]
    return pd.concat(
        [pd.DataFrame(rings[max(rings)]).assign(kind="ring"), frame, pd.concat(dots).assign(kind="dot")],
        ignore_index=True,
    )


def bowl_chart(view):
    x = alt.X(
        "w1:Q",
        title=T("first weight", "trọng số thứ nhất")(view.lang),
        scale=alt.Scale(domain=[-3.6, 3.6]),
        axis=alt.Axis(grid=False),
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
    ).properties(height=grown(380, view), width="container")


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


def descent_rows(view):
    return both_rows(view).assign(role="arm", run="", kind="loss", called="", weight=0.0)


def descent_chart(view):
    x = alt.X("step:Q", title=STEP(view.lang), scale=alt.Scale(nice=False), axis=alt.Axis(grid=False, tickCount=8))
    y = alt.Y(
        "loss:Q",
        title=T("loss (log)", "loss (thang log)")(view.lang),
        scale=alt.Scale(type="log"),
        axis=alt.Axis(format=".0e", tickCount=6),
    )
    tip = ["name:N", "step:Q", alt.Tooltip("loss:Q", format=".3g")]
    line = alt.Chart().mark_line(strokeWidth=2.5 * view.size)
    return line.encode(x=x, y=y, color=both_color(view, False), tooltip=tip).properties(
        height=grown(210, view), width="container"
    )


descent = Figure(
    "descent",
    T("The loss on the way", "Loss trên đường đi"),
    T("Loss against step on a log scale, three lines. {now}", "Loss theo bước trên thang log, ba đường. {now}"),
    descent_rows,
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
    line = alt.Chart().mark_line(strokeWidth=2.5 * view.size, point=True)
    return line.encode(x=x, y=y, color=both_color(view), tooltip=tip).properties(
        height=grown(260, view), width="container"
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
