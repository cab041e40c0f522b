"""Pictures out of rows: each function returns an Altair chart without data, so that live rows can flow through one
constant specification. Names stand on the lines; sizes follow `view.size`."""

import itertools
import math

import altair as alt

from app.i18n import T
from app.theme import ARMS, BROKEN, GREY, LIGHT, REFERENCES, TEST
from app.view import stack

STEP = T("step", "bước")
NATS = T("loss (nats/token)", "loss (nats/token)")
ABOVE = ("uniform", "unigram", "unigram_table", "bigram_table")  # lines that a model gets below: no floors
# Of steps that are being made: the first point stands at the left.
BEGUN = alt.Scale(domain=alt.DomainUnionWith(unionWith=[0, 10]))
SKY = 10  # of the loss of a uniform guess: what is higher is drawn there (lesson 8's worst start is at 6)
LETTER, ENTRY = 5.8, 30  # pixels in a legend: a letter at size 1, and what an entry has beside its letters
POINTS = 260  # rows of a long training curve that are drawn


class Chart(alt.Chart):
    """Altair's, with the channels made here. Given "step:Q" Altair hashes the schemas of all its classes to find alt.X: 3 ms
    where naming it takes 0.05, half of what all pictures took."""

    def encode(self, *given, **channels):
        return super().encode(*given, **{name: _channel(name, value) for name, value in channels.items()})


def _channel(name: str, value):
    """What Altair makes of it: x="step:Q" is alt.X("step:Q"), x=alt.value(0) is alt.XValue(0)."""
    kind = name[0].upper() + name[1:]
    if isinstance(value, str):
        return getattr(alt, kind)(value)
    if isinstance(value, (list, tuple)):
        return [_channel(name, one) for one in value]
    if isinstance(value, dict) and "value" in value:
        return getattr(alt, kind + "Value")(**value)
    return value


def height(view, base: int) -> float:
    """Pixels of a chart that is `base` high on a desk: it grows with the type, but not as much."""
    return base * (1 + (view.size - 1) * 0.6)


def arm_color(view, legend: bool = True):
    """Arms keep their colours; `name` is the arm's name in the reader's language."""
    names = [a.arm.name(view.lang) for a in view.arms]
    names += [a.arm.name(view.lang) for a in view.pinned]
    colors = [ARMS[a.arm.color % len(ARMS)] for a in view.arms]
    colors += [ARMS[(len(view.arms) + i) % len(ARMS)] for i in range(len(view.pinned))]
    shown = (
        alt.Legend(title=None, orient="top", labelLimit=280, columns=fitting(names, view.size), symbolOpacity=1)
        if legend and len(names) > 1
        else None
    )
    return alt.Color("name:N", scale=alt.Scale(domain=names, range=colors), legend=shown)


def fitting(names: list[str], size: float, most: int = 3):
    """How many columns a legend above its plot has: `most`, or as many as a narrow plot has room for. A Vega expression, as
    it is the browser that knows how wide the plot is."""
    expression = str(most)
    for columns in range(min(most, len(names)), 1, -1):
        longest = [max(map(len, names[first::columns])) for first in range(columns)]
        need = sum(ENTRY + LETTER * size * letters for letters in longest)
        expression = f"width < {need:.0f} ? {columns - 1} : {expression}"
    return alt.ExprRef(expression)


def specification(chart) -> dict:
    """The Vega-Lite of a chart without data, for the page to put its rows in.

    Altair gives such a chart a data set of one row that holds nothing. The browser would draw it beside the rows: a line of
    a table, a colour of a legend, called "undefined".
    """
    spec = chart.to_dict(validate=False)
    spec.get("datasets", {}).pop("empty", None)
    todo = [spec]
    while todo:
        part = todo.pop()
        if part.get("data") == {"name": "empty"}:
            del part["data"]
        todo += [one for name in ("layer", "hconcat", "vconcat", "concat") for one in part.get(name, ())]
    if not spec.get("datasets", True):
        del spec["datasets"]
    return spec


def numberless(spec: dict) -> dict:
    """The same chart without what says how high anything is: the numbers of its y axes, lines with their names, tooltips."""

    def kept(part: dict) -> bool:
        mark = part.get("mark")
        return (mark.get("type") if isinstance(mark, dict) else mark) not in ("text", "rule")

    out = dict(spec)
    for name in {"layer", "hconcat", "vconcat", "concat"} & out.keys():
        out[name] = [numberless(part) for part in out[name] if kept(part)]
    if "encoding" in out:
        out["encoding"] = {channel: value for channel, value in out["encoding"].items() if channel != "tooltip"}
    if "config" in out:
        out["config"] = out["config"] | {"axisY": {"labels": False, "ticks": False}}
    return out


def step_axis(view, title: T | None = STEP, *, ticks: int = 8, **more):
    """The x of everything that is drawn over steps: whole numbers, also while there is only step 0. more: of alt.X."""
    axis = alt.Axis(grid=False, tickCount=ticks, tickMinStep=1, format=",d")
    return alt.X("step:Q", title=title(view.lang) if title else None, axis=axis, **more)


def dashes(view):
    """Arms marked so are dashed: two lines on the same places are then both seen."""
    arms = {a.arm.name(view.lang): [9, 7] if a.arm.dash else [1, 0] for a in (*view.arms, *view.pinned)}
    return alt.StrokeDash("name:N", scale=alt.Scale(domain=list(arms), range=list(arms.values())), legend=None)


def rules(view, names: tuple[str, ...] | None = None, labels: dict | None = None, *, left: bool = False):
    """Horizontal reference lines, each with its name and value on the line: above it; but below a floor, where no curve
    comes (`room`), and below the lower of two that lie closer than 4 %. Where the drawn axis is so long that two names
    would print over each other, they stand in a block above these lines (`stacked`).
    left: the names stand at the left end, where curves that begin high leave the room below free."""
    known, under, last = _known(view, names), _floor(view, names), None
    rows = []
    for name, value in sorted(known.items(), key=lambda item: -item[1]):
        title = (labels or {}).get(name) or REFERENCES[name]
        crowded = last is not None and last - value < 0.045 * max(known.values())
        below = crowded or name == under
        rows.append({"y": value, "label": f"{title(view.lang)}  {value:.2f}", "below": below})
        last = value
    moved = stacked(rows, 12 * view.size, under is not None)
    base = Chart(alt.Data(values=rows))
    marks = [base.mark_rule(strokeDash=[6, 4], color=GREY, strokeWidth=1.2).encode(y="y:Q")]
    for below, baseline, dy in ((False, "bottom", -3), (True, "top", 4)):
        named = [row for row in rows if row["below"] == below]
        if named:
            text = Chart(alt.Data(values=named)).mark_text(
                align="left" if left else "right",
                baseline=baseline,
                dx=4 if left else -4,
                dy=dy,
                color=GREY,
                fontSize=12 * view.size,
                **({"yOffset": alt.ExprRef(moved)} if moved else {}),
            )
            marks.append(text.encode(y="y:Q", x=alt.value(0 if left else "width"), text="label:N"))
    return marks if rows else []


def stacked(rows: list[dict], font: float, floor: bool) -> str:
    """A Vega expression: how far a name moves from its place ("": never), 0 on an axis that keeps all of them apart.

    rows: {y, below} of the lines, the highest first; each gets `moves`, what the expression reads. floor: the last of
    them keeps its name below it. The axis may grow long while the browser draws, so it is there that the pixels of a nat
    are looked at; how many of them make which names collide is known before. Names that collide, or that would lie on
    another line, stand in one block above the highest of their lines, in the lines' order.
    """
    pairs = itertools.combinations(
        [(row["y"], *((-4 - font, -4) if row["below"] else (3, 3 + font))) for row in rows], 2
    )
    limit = max((_pixels(top - above, y - low) for (y, above, _), (low, _, top) in pairs), default=0)
    if limit <= 0:
        return ""
    line, blocks = 1.2 * font, [[i] for i in range(len(rows) - floor)]
    for row in rows:
        row["moves"] = []  # of each stage: pixels, and pixels per (pixel of a nat)
    limits = []
    while True:
        needs = [
            _pixels(4 + len(low) * line, rows[high[-1]]["y"] - rows[low[0]]["y"])
            for high, low in zip(blocks, blocks[1:], strict=False)
        ]
        tightest = max(range(len(needs)), key=needs.__getitem__, default=None)
        if tightest is not None and needs[tightest] >= limit:
            blocks[tightest : tightest + 2] = [blocks[tightest] + blocks[tightest + 1]]
            continue
        limits.append(limit)
        for block in blocks:
            for place, i in enumerate(block):
                flat = -(len(block) - 1 - place) * line - (7 + font if rows[i]["below"] else 0)
                rows[i]["moves"].append([round(flat, 2), round(rows[i]["y"] - rows[block[0]]["y"], 6)])
        if floor:
            rows[-1]["moves"].append([0, 0])
        if tightest is None:
            break
        limit = needs[tightest]
    top, bottom = rows[0]["y"], rows[-1]["y"]
    nat = f"(scale('y',{bottom})-scale('y',{top}))/{max(top - bottom, 1e-9)}"
    out = "0"
    for stage, limit in enumerate(limits):
        out = f"{nat}<{min(limit, 1e9):.6g}?datum.moves[{stage}][0]+datum.moves[{stage}][1]*{nat}:{out}"
    return out


def _pixels(need: float, gap: float) -> float:
    """How many pixels a nat must have for a gap of so many nats to be so many pixels."""
    return 0 if need <= 0 else need / gap if gap > 0 else math.inf


def room(view, names: tuple[str, ...] | None = None):
    """The scale of losses: with room for the name of a floor below it. No round end then: below a floor near zero that
    would be a loss of -2, which no model has."""
    return alt.Scale(zero=False, nice=False, padding=18 * view.size) if _floor(view, names) else alt.Scale(zero=False)


def _known(view, names) -> dict[str, float]:
    """{name: value} of the lines that are drawn of these names."""
    return {n: v for n, v in view.references.items() if n in (REFERENCES if names is None else names)}


def _floor(view, names) -> str | None:
    """The lowest of these lines, if it is one of several and no model gets below it."""
    known = _known(view, names)
    lowest = min(known, key=known.get, default=None)
    return lowest if len(known) > 1 and lowest not in ABOVE else None


def loss_rows(view, test: str = "test_loss", train: str = "train_loss"):
    """Test points and training losses of every arm and pin; the training loss also as a running mean. What is not drawn
    never becomes a row: of a long run's training losses `POINTS`, of a pin's none."""
    import pandas as pd

    parts = []
    for a, role, metric in view.lines(test, train):
        kind = "test" if metric == test else "train"
        if (kind, role) == ("train", "pinned"):
            continue
        values = a.result.lines[metric][1]
        places = extremes(values) if metric == "train_loss" else slice(None)
        mean = pd.Series(values).rolling(15, min_periods=1).mean().to_numpy()[places]
        parts.append(view.part(a, role, metric, places) | {"kind": kind, "mean": mean})
    return stack(parts) if parts else stack(parts).assign(mean=[], kind=[])


def thin(frame, points: int = POINTS):
    """At most about `points` training rows a run: of every stretch the lowest and the highest stay."""
    import pandas as pd

    parts = []
    for (_, metric), part in frame.groupby(["run", "metric"], sort=False):
        parts.append(part.iloc[extremes(part["value"].to_numpy(), points)] if metric == "train_loss" else part)
    return pd.concat(parts) if parts else frame


def extremes(values, points: int = POINTS):
    """Places (m,), ascending, of about `points` of the values (n,) that show all of their shape: both ends, and the lowest
    and the highest of every stretch (nan is neither)."""
    import numpy as np

    if len(values) <= points:
        return np.arange(len(values))
    width = 2 * len(values) // points + 1
    grid = np.full(-(-len(values) // width) * width, np.nan)
    grid[: len(values)] = values
    grid = grid.reshape(-1, width)  # (stretches, width)
    there = np.flatnonzero(~np.isnan(grid).all(1))
    low, high = np.nanargmin(grid[there], 1), np.nanargmax(grid[there], 1)
    return np.unique(np.concatenate([[0, len(values) - 1], there * width + low, there * width + high]))


def loss_chart(
    view, *, y_title: T = NATS, references: tuple[str, ...] | None = None, labels: dict | None = None, base: int = 400
):
    """Test loss bold with its points, training loss faint (raw) and thin (running mean), pinned runs dashed, and the
    lines that say what a loss is worth. Expects the rows of `loss_rows`. What is far above any guess runs along the upper
    edge (`SKY`): on the way to infinity a run would flatten all others."""
    many = len(view.arms) + len(view.pinned) > 1
    x = step_axis(view, scale=BEGUN)
    y = alt.Y("drawn:Q", title=y_title(view.lang), scale=room(view, references), axis=alt.Axis(grid=False))
    color = arm_color(view) if many else alt.value(TEST)
    tint = arm_color(view) if many else alt.value(LIGHT)
    tip = [
        "name:N",
        "step:Q",
        alt.Tooltip("value:Q", title="nats/token", format=".3f"),
        alt.Tooltip("perplexity:Q", title=T("perplexity", "độ rối (perplexity)")(view.lang), format=".1f"),
    ]

    def part(kind: str, role: str = "arm", field: str = "value"):
        one = Chart().transform_filter((alt.datum.kind == kind) & (alt.datum.role == role))
        return one.transform_calculate(drawn=under(view, field))

    told = part("test").transform_calculate(perplexity="exp(datum.value)")
    ghost = part("test", "pinned")
    dashed = ghost.mark_line(strokeDash=[5, 4], strokeWidth=2, opacity=0.8)
    marks = [  # every layer costs the browser milliseconds before the first picture: none without need
        *rules(view, references, labels),
        part("train").mark_line(opacity=0.22, strokeWidth=1).encode(x=x, y=y, color=tint, detail="run:N"),
        part("train", field="mean")
        .mark_line(opacity=0.55, strokeWidth=1.4)
        .encode(x=x, y=y, color=tint, detail="run:N"),
        *([dashed.encode(x=x, y=y, color=color, detail="run:N")] if view.pinned else []),
        part("test").mark_line(strokeWidth=3 * view.size).encode(x=x, y=y, color=color, detail="run:N"),
        told.mark_point(filled=True, size=45 * view.size, opacity=1).encode(x=x, y=y, color=color, tooltip=tip),
        *beyond(view, y),
        *diverged(view),
    ]
    return alt.layer(*marks).properties(height=height(view, base), width="container")


def _sky(view, times: float) -> float | None:
    """The highest loss that is drawn as what it is."""
    uniform = view.references.get("uniform")
    return round(times * uniform) if uniform else None


def under(view, field: str, times: float = SKY) -> str:
    """A Vega expression: this field, or the highest that is drawn; null stays null."""
    sky = _sky(view, times)
    shown = f"min(datum.{field}, {sky})" if sky else f"datum.{field}"
    return f"isValid(datum.{field}) ? {shown} : null"


def beyond(view, y, field: str = "value", times: float = SKY):
    """What the upper edge means, as soon as a run's `field` goes beyond it. y: of `drawn`, which is `under(view, field)`."""
    sky = _sky(view, times)
    if sky is None:
        return []
    some = Chart().transform_filter(f"datum.{field} > {sky}").transform_aggregate(n="count()")
    some = some.transform_filter(alt.datum.n > 0).transform_calculate(drawn=str(sky))
    said = T("▲ {n} or more, up to infinity", "▲ từ {n} trở lên, đến vô cùng").format(n=sky)(view.lang)
    text = some.mark_text(color=GREY, align="left", baseline="bottom", dx=8, dy=-5, fontSize=12 * view.size)
    return [text.encode(x=alt.value(0), y=y, text=alt.value(said))]


def diverged(view):
    """A vermillion line where a run diverged, with the step; one label below the other, on the side that has room.

    Clipped: until the browser has the rows, these steps lie outside of the axis, and Vega would keep room for them.
    """
    ends = [a.result.finished for a in view.arms]
    steps = sorted({end.step for end in ends if end is not None and end.reason == "diverged"})
    longest = max((a.result.step for a in view.arms), default=0)
    marks = []
    for place, step in enumerate(steps):
        label = T("diverged at step {n}", "phân kỳ ở bước {n}").format(n=step)(view.lang)
        base = Chart(alt.Data(values=[{"step": step, "label": label}]))
        side = {"align": "right", "dx": -6} if step > longest / 2 else {"align": "left", "dx": 6}
        text = base.mark_text(color=BROKEN, fontSize=13 * view.size, baseline="top", clip=True, **side)
        marks += [
            base.mark_rule(color=BROKEN, strokeWidth=2, clip=True).encode(x="step:Q"),
            text.encode(x="step:Q", y=alt.value((2 + 18 * place) * view.size), text="label:N"),
        ]
    return marks


def lines(
    view,
    x: str,
    y: str,
    *,
    x_title: T,
    y_title: T,
    color: str = "name",
    log_x: bool = False,
    log_y: bool = False,
    height: int = 320,
    points: bool = True,
):
    """Plain lines of any rows with a `name` column."""
    chart = Chart().mark_line(strokeWidth=2.5, point=points)
    return chart.encode(
        x=alt.X(f"{x}:Q", title=x_title(view.lang), scale=alt.Scale(type="log" if log_x else "linear", zero=False)),
        y=alt.Y(f"{y}:Q", title=y_title(view.lang), scale=alt.Scale(type="log" if log_y else "linear", zero=False)),
        color=arm_color(view)
        if color == "name"
        else alt.Color(f"{color}:N", legend=alt.Legend(orient="top", title=None)),
        tooltip=[f"{x}:Q", alt.Tooltip(f"{y}:Q", format=".4g")],
    ).properties(height=height * view.size, width="container")
