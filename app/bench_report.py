"""BENCH.md: the last table of `make bench`, its growth curves as pictures, and what was tried and is not kept."""

import datetime
import importlib.metadata
import io
import math
import re
from pathlib import Path

import altair as alt

from app.charts import Chart
from app.theme import ARMS
from core import device, files
from core.bench import growth

PATH = Path(__file__).resolve().parent.parent / "BENCH.md"
PICTURES = Path("app/static/bench")  # beside the report
TITLES = {
    "log": "The log of a long run",
    "store": "A store that fills up",
    "sessions": "A class that watches one run",
    "corpus": "A text that gets longer",
    "vocabulary": "A vocabulary that gets larger",
}
KEPT = ("profile", "tried")  # sections written by hand
TEXT = """# How fast it is

`make bench` makes this file, all but its last two sections. {date}, {machine}.

{table}

## Growth

Both axes are logarithmic. Behind each name stands the power of x with which it grows between its two largest sizes: 0 is
constant, 1 linear, 2 quadratic.

{curves}
## Where the rest of the time goes

<!-- profile -->
{profile}<!-- /profile -->

## Tried, and not kept

<!-- tried -->
{tried}<!-- /tried -->
"""


def write(rows: list[dict], points: list[dict], path: Path = PATH) -> None:
    """The report at `path` and a picture a curve beside it; what stands in its last two sections stays."""
    path, curves = Path(path), []
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    for curve in dict.fromkeys(p["curve"] for p in points):
        mine, place = [p for p in points if p["curve"] == curve], PICTURES / f"{curve}.svg"
        files.write_atomic(path.parent / place, svg(picture(mine)).encode())
        curves.append(f"### {TITLES[curve]}\n\n![{said(mine)}]({place.as_posix()})\n")
    text = TEXT.format(
        date=datetime.date.today().isoformat(),
        machine=machine(),
        table=table(rows),
        curves="\n".join(curves),
        **{name: kept(before, name) for name in KEPT},
    )
    files.write_atomic(path, text.encode())


def kept(text: str, name: str) -> str:
    """What stands between the two marks of this name."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    return found[1] if found else ""


def machine() -> str:
    torch = importlib.metadata.version("torch")
    return f"{device.processor()}, {device.cores()} cores, {device.memory():.0f} GiB of memory, torch {torch}"


def table(rows: list[dict]) -> str:
    names = ("what", "figure", "unit", "bar")
    cells = [[str(row[name]).replace("|", "\\|").replace("  ", "&emsp;", 1) for name in names] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in [names, ["---"] * len(names), *cells])


def said(points: list[dict]) -> str:
    """A curve in words, for those who do not see it."""
    power = growth.exponents(points)
    ends = ((what, line[-1]) for (_, what), line in growth.series(points).items())
    x = growth.CURVES[points[0]["curve"]][0]
    return f"At the most {x}: " + "; ".join(
        f"{what} {clock(last['seconds'])}{grows(power[last['curve'], what])}" for what, last in ends
    )


def clock(seconds: float) -> str:
    scale, unit = next(pair for pair in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")) if seconds >= pair[0] or pair[1] == "µs")
    return f"{seconds / scale:.3g} {unit}"


def grows(power: float) -> str:
    return "" if math.isnan(power) else f", x^{round(power, 1) + 0.0:.1f}"  # + 0.0: there is no minus zero


# --- the pictures -----------------------------------------------------------------------------------------------------

WIDTH, HEIGHT, GAP = 300, 260, 15  # pixels; GAP: between two names
CLOCK = "datum.value >= 1 ? format(datum.value, '~g') + ' s' : datum.value >= 1e-3 ? format(datum.value * 1e3, '~g') + ' ms'"
UNITS = {"seconds": f"{CLOCK} : format(datum.value * 1e6, '~g') + ' µs'", "mib": "format(datum.value, '~g') + ' MiB'"}


def picture(points: list[dict]):
    """Time against what grows, and beside it memory where it was measured: an Altair chart."""
    panels = [panel(points, figure) for figure in UNITS if any(p[figure] for p in points)]
    return alt.hconcat(*panels, background="white").configure_view(stroke=None).configure_axis(gridColor="#e6e6e6")


def panel(points: list[dict], figure: str):
    """One line a series, its name and its power at the end of it."""
    lines = growth.series([p for p in points if p[figure]])
    curve, power = points[0]["curve"], growth.exponents(points, figure)
    names = [what for _, what in growth.series(points)]  # of the whole curve: a series has one colour in both panels
    ys = [p[figure] for line in lines.values() for p in line]
    low, high = min(ys) / 1.5, max(ys) * 1.5
    xs = sorted({p["x"] for p in points})
    ends = [
        {"x": line[-1]["x"], "what": what, "y": line[-1][figure], "name": what + grows(power[curve, what])}
        for (_, what), line in lines.items()
    ]
    last = [end for end in ends if end["x"] == xs[-1]]
    for end, y in zip(last, spread([end["y"] for end in last], low, high), strict=True):
        end["y"] = y
    x_title, unit = growth.CURVES[curve]
    title = "memory" if figure == "mib" else "time" if unit == "s" else unit
    x = alt.X("x:Q", title=x_title, scale=scale(xs[0], xs[-1]), axis=alt.Axis(values=xs, format=",~g", grid=False))
    marks = alt.Axis(values=ticks(low, high), labelExpr=UNITS[figure])
    y = alt.Y("y:Q", title=title, scale=scale(low, high), axis=marks)
    color = alt.Color("what:N", scale=alt.Scale(domain=names, range=list(ARMS)), legend=None)
    data = [{"x": p["x"], "y": p[figure], "what": p["what"]} for line in lines.values() for p in line]
    drawn = Chart(alt.Data(values=data)).mark_line(point=True, strokeWidth=2).encode(x=x, y=y, color=color)
    early = [end for end in ends if end["x"] != xs[-1]]
    told = [
        Chart(alt.Data(values=some)).mark_text(fontSize=11, **where).encode(x=x, y=y, color=color, text="name:N")
        for some, where in ((last, {"align": "left", "dx": 7}), (early, {"align": "right", "dy": -9}))
        if some
    ]
    return alt.layer(drawn, *told).properties(width=WIDTH, height=HEIGHT)


def scale(low: float, high: float):
    return alt.Scale(type="log", domain=[low, high], nice=False)


def ticks(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, ... between low and high; over more than two decades the powers of ten alone."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)))
    steps = (1,) if high > 100 * low else (1, 2, 5)
    return [n * 10.0**decade for decade in decades for n in steps if low <= n * 10.0**decade <= high]


def spread(ys: list[float], low: float, high: float) -> list[float]:
    """Places for names on a logarithmic axis from low to high: each near its y, no two closer than GAP pixels."""
    pixel = math.log(high / low) / HEIGHT
    order = sorted(range(len(ys)), key=lambda i: ys[i])
    places = [math.log(ys[i] / low) / pixel for i in order]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + GAP)
    top = HEIGHT
    for i in reversed(range(len(places))):
        places[i] = min(places[i], top)
        top = places[i] - GAP
    out = dict(zip(order, places, strict=True))
    return [low * math.exp(out[i] * pixel) for i in range(len(ys))]


def svg(chart) -> str:
    text = io.StringIO()
    chart.save(text, format="svg")
    return text.getvalue()
