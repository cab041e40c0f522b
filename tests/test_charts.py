"""The rows of the charts: what is drawn of a long run shows the shape of all of it."""

import json
import math
import re
from dataclasses import replace
from types import SimpleNamespace

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from app import charts
from app.i18n import same
from app.lesson import Arm
from app.view import ArmView, View
from core.events import Finished, Metric, Started
from core.experiments import model1
from core.result import Result
from core.runs import Status
from pages import figures_08, figures_20

STEPS = 5000


def arm(label: str, seed: int) -> ArmView:
    draw = np.random.default_rng(seed).normal(3, 0.1, STEPS + 1)
    draw[[100, 2000, 2001]] = 9.0, math.inf, -5.0
    events = [Metric(step, "train_loss", draw[step], step / 100) for step in range(1, STEPS + 1)]
    events += [Metric(step, "test_loss", 3.0) for step in range(0, STEPS + 1, 100)]
    config = model1.Config(seed=seed, steps=STEPS)
    result = Result((Started(STEPS), *events))
    return ArmView(Arm(label, same(label), config), f"run-{label}", Status("done", STEPS, STEPS), result, "live")


@pytest.fixture(scope="module")
def view() -> View:
    return View((arm("a", 1), arm("b", 2)), {}, pinned=(arm("c", 3),))


@pytest.mark.parametrize(
    "channels",
    [
        {"x": "a:Q", "yOffset": "b:N", "text": "count()"},
        {"tooltip": ["a:N", alt.Tooltip("b:Q", format=".3f")], "detail": "run:N"},
        {"x": alt.value(0), "y2": alt.value("height"), "color": alt.value("#222"), "y": alt.Y("c:Q", title="nats")},
        {"color": alt.condition(alt.datum.kind == "own", alt.value("red"), alt.Color("name:N", legend=None))},
        {"opacity": alt.condition("datum.n > 0", alt.value(1), alt.value(0)), "y2": alt.datum(0)},
    ],
)
def test_a_channel_is_what_altair_makes_of_it(channels):
    ours, theirs = charts.Chart().mark_bar().encode(**channels), alt.Chart().mark_bar().encode(**channels)
    assert ours.to_dict() == theirs.to_dict()


def test_a_frame_has_every_point_of_every_arm_and_pin(view):
    frame = view.frame("train_loss", "test_loss")
    assert list(frame.columns[:4]) == ["run", "arm", "name", "role"] and len(frame) == 3 * (STEPS + STEPS // 100 + 1)
    one = frame[(frame["run"] == "run-b") & (frame["step"] == 2000) & (frame["metric"] == "train_loss")].iloc[0]
    assert math.isnan(one["value"]) and one["seconds"] == 20.0 and one["seed"] == 2 and one["role"] == "arm"
    assert frame[frame["step"] == 0]["seconds"].iloc[0] == 0, "before the first step no time has been spent"
    assert set(frame[frame["role"] == "pinned"]["run"]) == {"run-c"}
    assert set(view.frame()["metric"]) == {"train_loss", "test_loss"}


def test_a_long_training_curve_is_thinned_to_its_extremes(view):
    rows = charts.loss_rows(view)
    train = rows[(rows["kind"] == "train") & (rows["run"] == "run-a")]
    assert len(train) <= 1.2 * charts.POINTS
    assert {1, 100, 2001, STEPS} <= set(train["step"]) and train["step"].is_monotonic_increasing
    assert (rows["kind"] == "test").sum() == 3 * (STEPS // 100 + 1), "every test point is drawn"
    assert "run-c" not in set(rows[rows["kind"] == "train"]["run"]), "of a pin the test points alone"


def test_the_mean_is_taken_before_the_thinning(view):
    whole = pd.Series(view.arms[0].result.lines["train_loss"][1]).rolling(15, min_periods=1).mean()
    rows = charts.loss_rows(view)
    train = rows[(rows["kind"] == "train") & (rows["run"] == "run-a")]
    np.testing.assert_allclose(train["mean"], whole[train["step"] - 1])


def test_nothing_yet_is_an_empty_frame_with_all_columns():
    nothing = View((ArmView(arm("a", 1).arm, "x", Status("absent"), Result(()), "none"),), {})
    rows = charts.loss_rows(nothing)
    assert rows.empty and {"run", "step", "value", "mean", "kind"} <= set(rows.columns)


@pytest.mark.parametrize("values", [[math.nan] * 50, [1.0] * 50, [*range(49), math.nan]])
def test_extremes_of_any_values_begin_and_end_where_they_do(values):
    places = charts.extremes(np.array(values, dtype=float), 10)
    assert places[0] == 0 and places[-1] == 49 and len(places) <= 14 and (np.diff(places) > 0).all()


def test_the_name_of_a_floor_stands_below_it_and_that_of_a_table_above():
    def below(**lines):
        view = SimpleNamespace(references=lines, lang="en", size=1.0)
        texts = [mark.to_dict() for mark in charts.rules(view, tuple(lines))[1:]]
        found = {row["y"]: text["mark"]["dy"] > 0 for text in texts for row in text["data"]["values"]}
        assert (charts.room(view, tuple(lines)).to_dict().get("padding") is not None) == found[min(found)]
        return [found[value] for value in lines.values()]

    assert below(uniform=7.6, bigram_table=4.7, oracle=0.5) == [False, False, True]
    assert below(uniform=7.6, bigram_table=4.7) == [False, False], "curves go below what counting reaches"
    assert below(uniform=7.6) == [False]
    assert below(uniform=7.6, window=1.5, oracle=1.4) == [False, False, True]


@pytest.mark.parametrize("highest", [4.0, 16.0, 70.0])
def test_no_axis_counts_below_a_loss_of_zero(highest):
    view = SimpleNamespace(references={"uniform": 7.6, "oracle": 0.49}, lang="en", size=1.0)
    rows = [{"step": 0, "y": highest}, {"step": 9, "y": 1.0}]
    y = alt.Y("y:Q", scale=charts.room(view, ("uniform", "oracle")))
    curve = alt.Chart(alt.Data(values=rows)).mark_line().encode(x="step:Q", y=y)
    drawn = alt.layer(*charts.rules(view, ("uniform", "oracle")), curve).properties(height=400).to_dict()
    assert not re.findall(">\N{MINUS SIGN}[^<]*</text>", vl_convert.vegalite_to_svg(drawn))


LINES = {"uniform": 7.6, "unigram": 4.32, "bigram": 1.47, "oracle": 1.34}  # lesson 5's, and where they stand on a desk


def named(lines: dict, highest: float, size: float = 1.0, moves: bool = True) -> tuple[list, list]:
    """(names, rules) of these lines as they are drawn with a curve from that loss down: (top, bottom) and height, px."""
    view = SimpleNamespace(references=lines, lang="en", size=size)
    y = alt.Y("y:Q", scale=charts.room(view, tuple(lines)))
    points = alt.Data(values=[{"step": 0, "y": highest}, {"step": 9, "y": 1.5}])
    curve = alt.Chart(points).mark_line().encode(x="step:Q", y=y)
    spec = alt.layer(*charts.rules(view, tuple(lines)), curve).properties(height=charts.height(view, 300)).to_dict()
    for layer in spec["layer"]:
        if not moves:
            layer["mark"].pop("yOffset", None)
    svg = vl_convert.vegalite_to_svg(spec)
    found = re.findall(r'<text[^>]*translate\([-\d.]+,([-\d.]+)\)"[^>]*fill="#727a82"[^>]*>([^<]*)<', svg)
    font = 12 * size
    names = sorted((float(baseline) - 0.79 * font, float(baseline) + 0.21 * font) for baseline, _ in found)
    drawn = re.findall(r'translate\([-\d.]+,([-\d.]+)\)" x2="[-\d.]+" y2="0" stroke="#727a82"', svg)
    return names, sorted(float(place) for place in drawn)


@pytest.mark.parametrize("size", [1.0, 1.5])
@pytest.mark.parametrize("highest", [20.0, 30.0, 45.0, 76.0, 4e15])
@pytest.mark.parametrize("lines", [LINES, LINES | {"oracle": 1.47}, {"uniform": 7.6, "unigram_table": 4.3}])
def test_names_stay_apart_however_long_the_axis_is(lines, highest, size):
    names, rules = named(lines, highest, size)
    assert len(names) == len(rules) == len(lines)
    assert all(b[0] - a[1] > -1 for a, b in zip(names, names[1:], strict=False)), names
    stood = named(lines, highest, size, moves=False)[0]
    if any(b[0] - a[1] < -1 for a, b in zip(stood, stood[1:], strict=False)):
        assert not [1 for top, bottom in names for place in rules if top + 1 < place < bottom - 1], "on a line"


@pytest.mark.parametrize("size", [1.0, 1.5])
def test_on_an_ordinary_axis_every_name_stands_at_its_own_line(size):
    names, rules = named(LINES, 8.0, size)
    assert names == named(LINES, 8.0, size, moves=False)[0]
    assert all(0 < place - bottom < 6 * size for (_, bottom), place in zip(names[:3], rules, strict=False))
    one = charts.rules(SimpleNamespace(references={"uniform": 7.6}, lang="en", size=size), ("uniform",))
    assert "yOffset" not in json.dumps([mark.to_dict() for mark in one]), "a single name needs no sums"


def test_a_loss_on_its_way_to_infinity_is_drawn_at_the_upper_edge_and_flattens_nothing(view):
    known = Started(STEPS, {"references": {"uniform": 7.6, "unigram": 4.3}})
    first = view.arms[0]
    begun = replace(view, arms=(replace(first, result=Result((known, *first.result.events))),), pinned=())
    layers = charts.loss_chart(begun).to_dict(validate=False)["layer"]
    drawn = [layer for layer in layers if "transform" in layer]
    lines = [layer for layer in drawn if layer["mark"]["type"] != "text"]
    assert len(lines) == 4 and {layer["encoding"]["y"]["field"] for layer in drawn} == {"drawn"}
    sums = [step["calculate"] for layer in lines for step in layer["transform"] if step.get("as") == "drawn"]
    assert sorted(sums) == ["isValid(datum.mean) ? min(datum.mean, 76) : null"] + 3 * [
        "isValid(datum.value) ? min(datum.value, 76) : null"
    ]
    assert "76" in drawn[-1]["encoding"]["text"]["value"] and drawn[-1]["transform"][0]["filter"] == "datum.value > 76"


@pytest.mark.parametrize(("chart", "edge"), [(figures_08.loss_chart, 76), (figures_20.race_chart, 15)])
def test_loss_charts_of_a_lesson_of_its_own_have_that_edge_too(view, chart, edge):
    known = Started(STEPS, {"references": {"uniform": 7.6}})
    arms = tuple(replace(a, result=Result((known, *a.result.events))) for a in view.arms)
    layers = chart(replace(view, arms=arms)).to_dict(validate=False)["layer"]
    of_runs = [layer for layer in layers if "field" in layer["encoding"].get("y", {}) and "transform" in layer]
    assert len(of_runs) >= 5 and {layer["encoding"]["y"]["field"] for layer in of_runs} <= {"drawn", "from"}
    sums = [
        step["calculate"]
        for layer in of_runs
        for step in layer["transform"]
        if step.get("as") in ("drawn", "from", "to")
    ]
    assert all(f", {edge})" in one or one == str(edge) for one in sums)
    assert any(f"▲ {edge} or more" in str(layer["encoding"].get("text", "")) for layer in of_runs)


def test_runs_that_diverged_are_named_one_below_the_other_and_inside(view):
    ends = (400, 500)
    arms = [
        replace(a, result=Result((*a.result.events, Finished(step, "diverged"))))
        for a, step in zip(view.arms, ends, strict=True)
    ]
    layers = [mark.to_dict(validate=False) for mark in charts.diverged(replace(view, arms=tuple(arms)))]
    texts = [layer for layer in layers if layer["mark"]["type"] == "text"]
    assert [t["data"]["values"][0]["step"] for t in texts] == list(ends)
    assert len({t["encoding"]["y"]["value"] for t in texts}) == 2 and all(layer["mark"]["clip"] for layer in layers)


def legend(names: list[str], width: int, size: float = 1.0) -> tuple[int, float, float]:
    """(columns, right end, width of the plot) of the legend above a chart so wide that names its arms, px."""
    arms = [ArmView(Arm(n, same(n), model1.Config()), n, Status("done"), Result(()), "live") for n in names]
    rows = alt.Data(values=[{"step": s, "value": s, "name": n} for n in names for s in (0, 9)])
    color = charts.arm_color(View(tuple(arms), {}, size=size))
    chart = alt.Chart(rows).mark_line().encode(x="step:Q", y="value:Q", color=color)
    chart = chart.properties(width=width, height=300, autosize=alt.AutoSizeParams(type="fit", contains="padding"))
    svg = vl_convert.vegalite_to_svg(chart.configure_legend(labelFontSize=13 * size).to_dict())
    plot = max(float(w) for w in re.findall(r'class="background"[^>]*d="M0.5,0.5h([\d.]+)v', svg))
    entry = r'translate\(([\d.]+),[\d.]+\)"><path class="background"[^>]*d="M0,0h([\d.]+)v[^>]*opacity="1"'
    places = [(float(x), float(w)) for x, w in re.findall(entry, svg)]
    assert len(places) == len(names)
    return len({x for x, _ in places}), max(x + w for x, w in places), plot


ASKED = ["your setting", "bias on real text", "clean (λ = 0)"]  # lesson 10's arms
AHEAD = ["next token", "two ahead (the course's loop)"]  # lesson 5's


@pytest.mark.parametrize("size", [1.0, 1.5])
@pytest.mark.parametrize("names", [ASKED, AHEAD, [*ASKED, "thiên lệch trên văn bản thật", "another"]])
def test_in_a_narrow_window_a_legend_has_as_many_columns_as_fit(names, size):
    """A window of 800 pixels leaves charts 285: the third of lesson 10's names was cut off there."""
    columns, right, plot = legend(names, round(285 * size), size)
    assert columns < min(3, len(names)) and right <= plot


@pytest.mark.parametrize(("width", "size"), [(694, 1.0), (1000, 1.0), (1050, 1.5)])
def test_in_an_ordinary_window_a_legend_has_three_columns(width, size):
    assert legend([*ASKED, "another"], width, size)[0] == 3 and legend(AHEAD, width, size)[0] == 2


def test_no_row_of_nothing_is_drawn_beside_the_rows(view):
    """In layers, side by side: the browser would name it "undefined"."""
    dots = alt.Chart().mark_point().encode(x="step:Q", color="name:N")
    rule = alt.Chart(alt.Data(values=[{"y": 1.0}])).mark_rule().encode(y="y:Q")
    for chart in (dots, dots + rule, dots | (dots + rule), dots & dots, charts.loss_chart(view)):
        spec = charts.specification(chart)
        assert "empty" in json.dumps(chart.to_dict(validate=False)) and "empty" not in json.dumps(spec)
        assert "datasets" not in spec and "data" not in spec
    assert charts.specification(dots + rule)["layer"][1]["data"] == {"values": [{"y": 1.0}]}
