"""The pictures of lesson 17's first playground: a block with four taps, what each costs, and the losses."""

import math
from dataclasses import replace
from statistics import fmean

import altair as alt
import pandas as pd

from app import charts
from app.i18n import T
from app.lesson import Figure
from app.theme import ARMS, BROKEN, GREY, number, signed
from pages.controls_17 import ALL, PLACES

# the flow from top to bottom: what is computed (a box), a tap, or a sum with the residual stream
FLOW = (
    ("box", T("token + position", "token + vị trí")),
    ("tap", "embedding"),
    ("box", T("LayerNorm, then softmax(QKᵀ/√d)", "LayerNorm, rồi softmax(QKᵀ/√d)")),
    ("tap", "attention"),
    ("box", T("times V, then projection", "nhân V, rồi chiếu")),
    ("tap", "residual"),
    ("sum", T("+ residual stream", "+ dòng residual")),
    ("box", T("LayerNorm, then MLP", "LayerNorm, rồi MLP")),
    ("tap", "mlp"),
    ("sum", T("+ residual stream", "+ dòng residual")),
)
ROWS = {what: place for place, (kind, what) in enumerate(FLOW) if kind == "tap"} | {"all": len(FLOW)}
LEFT, RIGHT = 0.0, 4.6  # where a pipe begins and ends
DOMAIN = {"domain": [-0.6, len(FLOW) + 0.6], "nice": False}
COLUMNS = ["row", "kind", "text", "code", "shape", "open", "site", "seed", "delta", "low", "high", "label"]


# --- numbers from the runs ---------------------------------------------------------------------------------------


def split(label: str) -> tuple[str, int]:
    """(place, seed) of an arm."""
    site, seed = label.rsplit(" ", 1)
    return site, int(seed)


def probabilities(config) -> dict[str, float]:
    """p at each place where all four drop: its own, or the one of all."""
    found = {}
    for place in PLACES:
        mine = getattr(config, f"drop_{place}")
        found[place] = mine if mine >= 0 else config.dropout
    return found


def common_step(view) -> int:
    """The last step that every run has been tested at."""
    return min((max(a.result.metrics.get("test_loss", {0: 0})) for a in view.arms), default=0)


def costs(view, step: int | None = None) -> dict[str, dict[int, float]]:
    """{place: {seed: test loss minus that of the run without dropout, at the last common test}}, nats per token."""
    step = common_step(view) if step is None else step
    loss = {split(a.arm.label): a.result.at("test_loss", step) for a in view.arms}
    found: dict[str, dict[int, float]] = {}
    for (site, seed), value in loss.items():
        delta = value - loss.get(("none", seed), math.nan)
        if site != "none" and math.isfinite(delta):
            found.setdefault(site, {})[seed] = delta
    return found


def step_times(view) -> dict[str, float]:
    """{place: milliseconds of training per step}, mean over seeds."""
    found: dict[str, list[float]] = {}
    for a in view.arms:
        if a.result.seconds:
            step, seconds = list(a.result.seconds.items())[-1]
            found.setdefault(split(a.arm.label)[0], []).append(1e3 * seconds / max(1, step))
    return {site: fmean(values) for site, values in found.items()}


# --- the block with its taps -------------------------------------------------------------------------------------


def shape_of(config, place: str) -> str:
    sizes = {"B": config.batch, "T": config.context, "C": config.width, "H": config.heads}
    letters = PLACES[place].shape
    return f"{letters} = " + " × ".join(str(sizes[x]) for x in letters.split(" × "))


def wanted(view):
    """The config that the sliders stand for: what the taps show even while older runs are drawn."""
    config = replace(view.config, dropout=float(view.values.get("dropout", view.config.dropout)))
    names = ("batch", "context", "width", "heads", *(f"drop_{place}" for place in PLACES))
    known = {name: view.values[name] for name in names if name in view.values}
    return replace(config, **known)


def block_rows(view):
    config, found, times = wanted(view), costs(view), step_times(view)
    opened = probabilities(config)
    rows = []
    for row, (kind, what) in enumerate(FLOW):
        if kind != "tap":
            rows.append((row, kind, what(view.lang), "", "", 0.0, "", None, None, None, None, ""))
            continue
        p = opened[what]
        passes = T("p = {p}: {share} % pass", "p = {p}: {share} % đi qua").format(
            p=f"{p:g}", share=round(100 * (1 - p))
        )
        place = PLACES[what]
        shape = shape_of(config, what)
        rows.append((row, kind, passes(view.lang), place.code, shape, 1 - p, what, None, None, None, None, ""))
    for site, deltas in found.items():
        values = list(deltas.values())
        mean = fmean(values)
        label = signed(mean, 3)
        if site in times:
            label += f" · {number(times[site])} ms"
        rows.append((ROWS[site], "mean", "", "", "", 0.0, site, None, mean, min(values), max(values), label))
        if len(values) > 1:
            rows += [
                (ROWS[site], "seed", "", "", "", 0.0, site, seed, value, value, value, "")
                for seed, value in deltas.items()
            ]
    return pd.DataFrame(rows, columns=COLUMNS)


def site_color(view):
    names = [*PLACES, "all"]
    colors = [ARMS[place.color] for place in PLACES.values()] + [BROKEN]
    return alt.Color("site:N", scale=alt.Scale(domain=names, range=colors), legend=None)


def taps_chart(view):
    size = view.size
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(reverse=True, **DOMAIN))
    hidden = alt.Axis(labelColor="transparent", ticks=False, domain=False, grid=False, title=" ")
    scale = alt.Scale(domain=[-0.9, 10], nice=False)

    def x(field):
        return alt.X(f"{field}:Q", scale=scale, axis=hidden)

    pipe = charts.Chart().transform_calculate(
        left=str(LEFT), right=str(RIGHT), end=f"{LEFT} + datum.open * {RIGHT - LEFT}"
    )
    taps, boxes = pipe.transform_filter(alt.datum.kind == "tap"), pipe.transform_filter(alt.datum.kind == "box")
    sums = pipe.transform_filter(alt.datum.kind == "sum")
    ends = alt.Data(values=[{"row": 0, "down": len(FLOW) - 0.5, "x": -0.5}])
    stream = charts.Chart(ends).mark_rule(strokeWidth=4, color=GREY, opacity=0.6)
    joins = sums.transform_calculate(joint="-0.5")
    mono = {"font": "monospace", "fontSize": 10.5 * size, "color": GREY}
    marks = (
        stream.encode(x=alt.X("x:Q", scale=scale, axis=hidden), y=y, y2="down:Q"),
        joins.mark_point(size=150 * size, filled=True, opacity=1, color=GREY).encode(x=x("joint"), y=y),
        sums.mark_text(align="left", dx=0, fontSize=12 * size, color=GREY).encode(x=x("left"), y=y, text="text:N"),
        boxes.mark_text(align="left", fontSize=13 * size, fontWeight="bold", color=GREY).encode(
            x=x("left"), y=y, text="text:N"
        ),
        taps.mark_bar(height=15 * size, color=GREY, opacity=0.25).encode(x=x("left"), x2="right:Q", y=y),
        taps.mark_bar(height=15 * size).encode(
            x=x("left"), x2="end:Q", y=y, color=site_color(view), tooltip=["text:N", "code:N", "shape:N"]
        ),
        taps.mark_text(align="left", dx=6, fontSize=12.5 * size, fontWeight="bold").encode(
            x=x("right"), y=y, text="text:N", color=site_color(view)
        ),
        taps.mark_text(align="left", dy=17 * size, **mono).encode(x=x("left"), y=y, text="code:N"),
        taps.mark_text(align="right", dy=-16 * size, dx=-2, fontSize=10.5 * size, color=GREY).encode(
            x=alt.value("width"), y=y, text="shape:N"
        ),
    )
    return alt.layer(*marks).properties(height=500 * size, width="container")


def cost_chart(view):
    size = view.size
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(reverse=True, **DOMAIN))
    title = T("Δ test loss to no dropout (nats/token)", "Δ loss kiểm thử so với không dropout (nats/token)")
    x = alt.X("delta:Q", title=title(view.lang), axis=alt.Axis(format="+.3~f", tickCount=5), scale=alt.Scale(zero=True))
    names = [{"row": ROWS[code], "site": code, "name": place.name(view.lang)} for code, place in PLACES.items()]
    names.append({"row": ROWS["all"], "site": "all", "name": ALL(view.lang)})
    means = charts.Chart().transform_filter(alt.datum.kind == "mean")
    seeds = charts.Chart().transform_filter(alt.datum.kind == "seed")
    word = T("no dropout", "không dropout")(view.lang)
    zero = charts.Chart(alt.Data(values=[{"x": 0, "text": word}]))
    color = site_color(view)
    marks = (
        zero.mark_rule(strokeDash=[6, 4], color=GREY).encode(x="x:Q"),
        zero.mark_text(align="left", dx=4, dy=8, color=GREY, fontSize=12 * size).encode(
            x="x:Q", y=alt.value(0), text="text:N"
        ),
        charts.Chart(alt.Data(values=names))
        .mark_text(align="left", dy=-17 * size, fontSize=12 * size, fontWeight="bold")
        .encode(x=alt.value(2), y=y, text="name:N", color=color),
        means.mark_rule(strokeWidth=3 * size).encode(x=alt.X("low:Q"), x2="high:Q", y=y, color=color),
        seeds.mark_point(size=30 * size, filled=True, opacity=0.6).encode(
            x=x, y=y, color=color, tooltip=["seed:Q", alt.Tooltip("delta:Q", format="+.3f")]
        ),
        means.mark_point(size=130 * size, filled=True, opacity=1).encode(
            x=x, y=y, color=color, tooltip=["site:N", alt.Tooltip("delta:Q", format="+.3f"), "label:N"]
        ),
        means.mark_text(align="right", dy=-17 * size, dx=-2, fontSize=12 * size, fontWeight="bold").encode(
            x=alt.value("width"), y=y, text="label:N", color=color
        ),
    )
    return alt.layer(*marks).properties(height=500 * size, width="container")


block = Figure(
    "block",
    T("Four taps in a block, and what each one costs", "Bốn cái van trong một khối, và giá của từng van"),
    T(
        "Left: a block from top to bottom with four taps, opened by 1 − p. Right, in the same rows: how much each place adds to the test loss. {now}",
        "Trái: một khối từ trên xuống với bốn cái van mở 1 − p. Phải, cùng hàng: mỗi chỗ làm loss kiểm thử tăng bao nhiêu. {now}",
    ),
    block_rows,
    lambda view: (taps_chart(view), cost_chart(view)),
    help=T(
        "The grey line is the residual stream: what passes the last two taps is added to it. Right: dot = mean over seeds, bar = from the lowest to the highest seed, ms = training time per step.",
        "Đường xám là dòng residual: những gì qua hai van cuối được cộng vào đó. Phải: chấm = trung bình các hạt giống, thanh = từ thấp nhất đến cao nhất, ms = thời gian mỗi bước huấn luyện.",
    ),
    beside=True,
)


# --- the losses --------------------------------------------------------------------------------------------------


def first_seed(view):
    """The view with the runs of the first seed only: one line a place."""
    first = min((split(a.arm.label)[1] for a in view.arms), default=0)
    return replace(view, arms=tuple(a for a in view.arms if split(a.arm.label)[1] == first))


LINES = {
    "uniform": T("uniform guess, ln V", "đoán đều, ln V"),
    "unigram_table": T("token frequencies", "tần suất token"),
}

loss = Figure(
    "loss",
    T("Training loss with dropout, test loss without", "Loss huấn luyện có dropout, loss kiểm thử không dropout"),
    T(
        "Test loss bold, training loss faint, one colour per place; first seed. {now}",
        "Loss kiểm thử đậm, loss huấn luyện mờ, mỗi chỗ một màu; hạt giống đầu tiên. {now}",
    ),
    lambda view: charts.loss_rows(first_seed(view)),
    lambda view: charts.loss_chart(first_seed(view), references=tuple(LINES), labels=LINES),
    help=T(
        "The training loss is measured with numbers missing, the test loss with all of them: part of the distance between them is dropout itself. “Eval, or not?” takes it apart.",
        "Loss huấn luyện đo khi thiếu một số con số, loss kiểm thử đo khi đủ: một phần khoảng cách là do chính dropout. “Eval hay không?” tách nó ra.",
    ),
)
