"""The pictures of lesson 14 that need no training: the mask number by number, the dropped share, moments, softmax."""

import math

import altair as alt
import pandas as pd

from app.charts import Chart, height
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY
from core import dropout
from core.experiments.dropout_mask import CELLS

BLUE, ORANGE, GREEN = ARMS[0], ARMS[1], ARMS[2]


def first(result, name):
    """The columns of the table of that name at step 0, None before it is there."""
    return result.tables.get(name, {}).get(0)


def grid_of(count: int) -> int:
    """How many columns `count` cells take, about two and a half times as many as rows."""
    return math.ceil((2.4 * count) ** 0.5)


def strip_rows(view):
    table = first(view.result("mask"), "cells")
    if not table:
        return pd.DataFrame()
    frame = pd.DataFrame(table)
    across = grid_of(len(frame))
    down = math.ceil(len(frame) / across)
    at = frame["place"] - 1
    frame["x"], frame["y"] = (at % across + 0.04) / across, (at // across + 0.06) / down
    frame["x2"], frame["y2"] = (at % across + 0.96) / across, (at // across + 0.94) / down
    frame["label"] = [
        f"{after:.3g}" if kept else "×" for after, kept in zip(frame["after"], frame["kept"], strict=True)
    ]
    frame["font"] = min(34.0, 260 / across) * view.size
    return frame


def strip_chart(view):
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, 1]), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[1, 0]), axis=None)
    tip = [
        alt.Tooltip("place:Q", title=T("place", "vị trí")(view.lang)),
        alt.Tooltip("before:Q", title=T("before", "trước")(view.lang), format=".3f"),
        alt.Tooltip("after:Q", title=T("after", "sau")(view.lang), format=".3f"),
    ]
    base = Chart().encode(x=x, y=y)
    kept = (
        base.transform_filter("datum.kept")
        .mark_rect(color=BLUE, opacity=0.85, cornerRadius=3)
        .encode(x2="x2:Q", y2="y2:Q", tooltip=tip)
    )
    gone = (
        base.transform_filter("!datum.kept")
        .mark_rect(fill="transparent", stroke=GREY, strokeDash=[3, 3], cornerRadius=3)
        .encode(x2="x2:Q", y2="y2:Q", tooltip=tip)
    )
    middle = Chart().transform_calculate(mx="(datum.x + datum.x2) / 2", my="(datum.y + datum.y2) / 2")
    at = {"x": alt.X("mx:Q", scale=alt.Scale(domain=[0, 1])), "y": alt.Y("my:Q", scale=alt.Scale(domain=[1, 0]))}
    size = alt.Size("font:Q", scale=None, legend=None)
    words = [
        middle.transform_filter(test).mark_text(color=color, fontWeight="bold").encode(text="label:N", size=size, **at)
        for test, color in (("datum.kept", "white"), ("!datum.kept", GREY))
    ]
    return alt.layer(kept, gone, *words).properties(height=height(view, 400), width="container")


strip = Figure(
    "strip",
    T("What comes out: × was dropped", "Thứ đi ra: × là bị bỏ"),
    T(
        "One cell per number: dropped ones are dashed with a cross, kept ones filled with their value. {now}",
        "Mỗi ô một con số: ô bị bỏ có viền đứt và dấu chéo, ô được giữ tô đầy và ghi giá trị. {now}",
    ),
    strip_rows,
    strip_chart,
    help=T(
        f"Blue with its value: survived. Dashed with ×: dropped, now 0. At most the first {CELLS} numbers. Raise p: the same numbers stay dropped, and more join them.",
        f"Xanh kèm giá trị: sống sót. Viền đứt có ×: bị bỏ, giờ là 0. Nhiều nhất {CELLS} số đầu. Tăng p: các số ấy vẫn bị bỏ, và thêm số khác.",
    ),
    constant=True,
)


def law(p: float, n: int) -> str:
    """The dropped share of n numbers and how one mask scatters around it, in percent, as axis and readout have it."""
    sd = dropout.share_sd(p, n)
    return f"{100 * p:.4g} ± {100 * sd:.2f} %" if sd else f"{100 * p:.4g} %"


def share_rows(view):
    """Bars (masks counted), the binomial law, and the lines p, p ± one standard deviation, this mask, and room above for their
    names. side: where of its line a name stands; `share_chart` keeps the other lines out of it."""
    result, config = view.result("mask"), view.config
    table = first(result, "counts")
    if not table:
        return pd.DataFrame()
    bars = pd.DataFrame(table)
    bars["kind"] = "bar"
    bars["x"], bars["x2"] = (bars["low"] - 0.5) / config.n, (bars["high"] + 0.5) / config.n
    bars["middle"] = (bars["x"] + bars["x2"]) / 2
    p, now = config.p if config.mode == "train" else 0.0, result.final("zeros") / config.n
    sd, low, high = dropout.share_sd(p, config.n), bars["x"].min(), bars["x2"].max()
    words = T("this mask", "mặt nạ này")(view.lang)
    lines = [{"kind": "rule", "x": p, "label": f"p = {law(p, config.n)}", "side": side(p, low, high, "right", 0.5)}]
    lines += [{"kind": "sd", "x": p + sign * sd} for sign in (-1, 1) if sd]
    away = "left" if now < p else "right"
    lines.append({"kind": "now", "x": now, "label": words, "side": side(now, low, high, away, 0.2)})
    lines.append({"kind": "room", "x": p, "masks": 1.35 * max(bars["masks"].max(), bars["expected"].max())})
    return pd.concat([bars, pd.DataFrame(lines)], ignore_index=True)


def side(x: float, low: float, high: float, wished: str, share: float) -> str:
    """The side of a line at x that its name stands on: the wished one, if that share of the picture is left there."""
    left = (x - low) / (high - low)
    free = left if wished == "left" else 1 - left
    return wished if free >= share else {"left": "right", "right": "left"}[wished]


def share_chart(view):
    x = alt.X(
        "x:Q",
        title=T("share of numbers dropped by one mask", "tỉ lệ số bị bỏ trong một mặt nạ")(view.lang),
        axis=alt.Axis(format="%", grid=False),
        scale=alt.Scale(zero=False, nice=False),
    )
    bars = Chart().transform_filter(alt.datum.kind == "bar")
    tip = [
        alt.Tooltip("low:Q", title=T("dropped, from", "bị bỏ, từ")(view.lang)),
        alt.Tooltip("high:Q", title=T("to", "đến")(view.lang)),
        alt.Tooltip("masks:Q", title=T("masks", "mặt nạ")(view.lang)),
        alt.Tooltip("expected:Q", title=T("binomial law", "luật nhị thức")(view.lang), format=".1f"),
    ]
    y = alt.Y("masks:Q", title=T("masks counted", "số mặt nạ đếm được")(view.lang), axis=alt.Axis(grid=False))
    layers = [
        bars.mark_rect(color=BLUE, opacity=0.45, stroke="white", strokeWidth=1).encode(
            x=x, x2="x2:Q", y=y, y2=alt.datum(0), tooltip=tip
        ),
        bars.mark_line(
            color=ORANGE, strokeWidth=2.5, interpolate="monotone", point={"color": ORANGE, "size": 25}
        ).encode(x="middle:Q", y="expected:Q"),
    ]
    layers.append(Chart().transform_filter(alt.datum.kind == "room").mark_point(opacity=0).encode(x=x, y=y))
    # Each line begins at the row of its name, so that none runs through a name in a row above.
    for row, (kind, color, dash) in enumerate((("rule", GREY, [0]), ("now", BROKEN, [0]), ("sd", GREY, [5, 4]))):
        marks, top = Chart().transform_filter(alt.datum.kind == kind), 16 * view.size * row + 4
        layers.append(
            marks.mark_rule(color=color, strokeDash=dash, strokeWidth=2).encode(
                x="x:Q", y=alt.value(top), y2=alt.value("height")
            )
        )
        for at, align, dx in (("right", "left", 4), ("left", "right", -4)) if kind != "sd" else ():
            named = marks.transform_filter(alt.datum.side == at)
            words = named.mark_text(color=color, align=align, dx=dx, fontSize=12 * view.size, fontWeight="bold")
            layers.append(words.encode(x="x:Q", y=alt.value(top + 8 * view.size), text="label:N"))
    return alt.layer(*layers).properties(height=height(view, 270), width="container")


share = Figure(
    "share",
    T("How many does a mask drop?", "Một mặt nạ bỏ bao nhiêu số?"),
    T(
        "Histogram of the dropped share over many masks, the binomial law as a line, p and one standard deviation to each side. {now}",
        "Biểu đồ tỉ lệ bị bỏ qua nhiều mặt nạ, luật nhị thức là đường, p và một độ lệch chuẩn mỗi bên. {now}",
    ),
    share_rows,
    share_chart,
    help=T(
        "Bars: masks drawn here. Orange: the binomial law. Grey: p, dashed one standard deviation to each side. Red: the mask in the picture above.",
        "Cột: các mặt nạ rút ở đây. Cam: luật nhị thức. Xám: p, nét đứt là một độ lệch chuẩn mỗi bên. Đỏ: mặt nạ trong hình trên.",
    ),
    constant=True,
)


def moment_rows(view):
    result, config = view.result("moments"), view.config
    dots, law = first(result, "vectors"), first(result, "law")
    if not dots:
        return pd.DataFrame()
    kept = ["p", "mean", "std"]
    points = pd.DataFrame(dots)[kept].assign(kind="vector")
    line = pd.DataFrame(law)[kept].assign(kind="law")
    p = config.p if config.mode == "train" else 0.0
    mean, std = dropout.moments(config.mean, config.std, p, config.rescale)
    here = pd.DataFrame([{"p": p, "mean": mean, "std": std, "kind": "here"}])
    return pd.concat([points, line, here], ignore_index=True)


def moment_chart(view):
    def panel(field, title):
        x = alt.X(
            "p:Q",
            title=T("dropout p", "xác suất bỏ p")(view.lang),
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(grid=False, tickCount=5),
        )
        y = alt.Y(f"{field}:Q", title=title(view.lang), axis=alt.Axis(grid=False))
        tip = [alt.Tooltip("p:Q"), alt.Tooltip("mean:Q", format=".3f"), alt.Tooltip("std:Q", format=".3f")]
        base = Chart().encode(x=x, y=y, tooltip=tip)
        return alt.layer(
            base.transform_filter(alt.datum.kind == "vector").mark_circle(size=24 * view.size, opacity=0.5, color=BLUE),
            base.transform_filter(alt.datum.kind == "law").mark_line(color=ORANGE, strokeWidth=2.5),
            base.transform_filter(alt.datum.kind == "here").mark_point(
                shape="diamond", filled=True, size=190 * view.size, color=BROKEN, opacity=1
            ),
            base.transform_filter(alt.datum.kind == "here")
            .transform_calculate(label=f"format(datum.{field}, '.3f')")
            .mark_text(dx=12, dy=-12, align="left", color=BROKEN, fontWeight="bold", fontSize=14 * view.size)
            .encode(text="label:N"),
        ).properties(height=height(view, 260), width="container")

    return (
        panel("mean", T("mean after dropout", "trung bình sau dropout")),
        panel("std", T("spread (std) after dropout", "độ phân tán (std) sau dropout")),
    )


moments = Figure(
    "moments",
    T("The mean is kept; the spread is not", "Trung bình được giữ; độ phân tán thì không"),
    T(
        "Two panels over p: mean and standard deviation after dropout, one dot per vector, the closed form as a line. {now}",
        "Hai khung theo p: trung bình và độ lệch chuẩn sau dropout, mỗi vector một chấm, công thức là đường. {now}",
    ),
    moment_rows,
    moment_chart,
    help=T(
        "Blue: vectors of n numbers, each with its own mask. Orange: the closed form. Red diamond: your p.",
        "Xanh: các vector n số, mỗi vector một mặt nạ. Cam: công thức. Hình thoi đỏ: p của bạn.",
    ),
    beside=True,
    constant=True,
)


WAYS = (
    ("rescaled", T("survivors ÷ (1 − p)", "số sống sót ÷ (1 − p)"), BLUE),
    ("plain", T("not rescaled", "không nhân bù"), ORANGE),
)


def entropy_rows(view):
    result = view.result("softmax")
    table = first(result, "entropy")
    if not table:
        return pd.DataFrame()
    rows = [(p, name(view.lang), v) for way, name, _ in WAYS for p, v in zip(table["p"], table[way], strict=True)]
    lines = (
        ("none", T("no dropout (as in eval)", "không dropout (như khi eval)")),
        ("uniform", T("uniform, ln V", "đều, ln V")),
    )
    rules = [(None, f"{label(view.lang)}  {result.final(key):.2f}", result.final(key)) for key, label in lines]
    return pd.DataFrame(rows + rules, columns=["p", "name", "entropy"]).assign(
        kind=["line"] * len(rows) + ["rule"] * len(rules)
    )


def entropy_chart(view):
    names = [name(view.lang) for _, name, _ in WAYS]
    y = alt.Y(
        "entropy:Q",
        title=T("entropy of softmax (nats)", "entropy của softmax (nats)")(view.lang),
        axis=alt.Axis(grid=False),
    )
    x = alt.X(
        "p:Q",
        title=T("dropout p", "xác suất bỏ p")(view.lang),
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(grid=False),
    )
    rule = Chart().transform_filter(alt.datum.kind == "rule")
    color = alt.Color(
        "name:N",
        scale=alt.Scale(domain=names, range=[c for *_, c in WAYS]),
        legend=alt.Legend(title=None, orient="top", labelLimit=300),
    )
    return alt.layer(
        rule.mark_rule(strokeDash=[6, 4], color=GREY).encode(y=y),
        rule.mark_text(align="right", baseline="bottom", dx=-4, dy=-3, color=GREY, fontSize=12 * view.size).encode(
            y=y, x=alt.value("width"), text="name:N"
        ),
        Chart()
        .transform_filter(alt.datum.kind == "line")
        .mark_line(strokeWidth=2.5, point=True)
        .encode(x=x, y=y, color=color, tooltip=["name:N", "p:Q", alt.Tooltip("entropy:Q", format=".3f")]),
    ).properties(height=height(view, 300), width="container")


entropy = Figure(
    "entropy",
    T("The softmax after it: too sure, or not sure enough", "Softmax phía sau: quá tự tin, hoặc thiếu tự tin"),
    T(
        "Entropy of the softmax against p, rescaled and not, with the value without dropout and ln V. {now}",
        "Entropy của softmax theo p, có và không nhân bù, kèm giá trị khi không dropout và ln V. {now}",
    ),
    entropy_rows,
    entropy_chart,
    help=T(
        "A hidden vector of 512 numbers goes through dropout and an output layer of 1,000 tokens. Low entropy: a sure softmax.",
        "Vector ẩn 512 số đi qua dropout rồi tầng ra 1,000 token. Entropy thấp: softmax tự tin.",
    ),
    folded=True,
    constant=True,
)
