"""How things grow: the exponents, the curves at sizes of a test, the report; and that no work is done twice. Work is counted,
never timed."""

import math

import pytest

from app import bench_report, charts, shell, view
from app import growth as page_growth
from app.i18n import same
from app.lesson import Arm
from core import events, experiment, files, jobs, runs
from core.bench import growth, row, run_logs, run_stores
from core.events import Metric
from core.experiments import model1

CONFIG = model1.Config(width=8, steps=40)  # of a width that the gallery does not hold
TRIED = "- Something else: 3 % slower.\n"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def line(what, power, xs=(1, 10, 100), curve="store", mib=None):
    return [growth.point(curve, what, x, 0.001 * x**power, mib and mib * x) for x in xs]


@pytest.fixture
def counted(monkeypatch):
    """counted(module, name): from now on a list with one entry a call."""

    def count(module, name):
        calls, original = [], getattr(module, name)

        def counting(*arguments, **options):
            calls.append(arguments)
            return original(*arguments, **options)

        monkeypatch.setattr(module, name, counting)
        return calls

    return count


# --- the measure -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("power", [0, 0.5, 1, 2])
def test_an_exponent_is_the_slope_of_the_last_two_points_on_logarithmic_axes(power):
    found = growth.exponents([growth.point("store", "a", 1, 5.0), *line("a", power, (10, 100))][::-1])
    assert found == {("store", "a"): pytest.approx(power)}


def test_one_point_has_no_exponent_and_memory_has_its_own():
    points = [*line("a", 2, mib=3), *line("b", 1, (7,))]
    assert math.isnan(growth.exponents(points)["store", "b"])
    assert growth.exponents(points, "mib")["store", "a"] == pytest.approx(1)


def test_the_table_has_a_row_a_series_and_says_what_may_grow():
    rows = growth.rows([*line("listing", 1, mib=2), *line("cache hit", 0)])
    assert [r["figure"] for r in rows] == [0.1, 200, 0.001]
    assert rows[0]["what"] == "listing, 100 runs in the store" and rows[0]["bar"] == "grows as x^1.00, at most x^1"
    assert rows[2]["bar"] == "grows as x^0.00, at most x^0"


def test_every_curve_is_measured_in_a_store_of_its_own(home):
    points = page_growth.points(small=True)
    assert {p["curve"] for p in points} == set(growth.CURVES)
    assert all(p["seconds"] > 0 for p in points)
    assert all(len(found) == 2 for found in growth.series(points).values())
    assert set(growth.series(points)) >= growth.CONSTANT
    assert not (home / "runs").exists() and not (home / "texts").exists()


# --- the report --------------------------------------------------------------------------------------------------------


def test_the_report_keeps_what_was_tried_and_writes_small_pictures(tmp_path):
    path = tmp_path / "BENCH.md"
    points = [*line("listing", 1, mib=2), *line("cache hit", 0), *line("a run", 1, curve="sessions")]
    bench_report.write([row("a | b", 1.5, "s", "≤ 2"), row("  half of it", 0.75, "s", "")], points, path)
    text = path.read_text()
    assert "| a \\| b | 1.5 | s | ≤ 2 |" in text and "| &emsp;half of it | 0.75 | s |  |" in text
    text_of_hand = text.replace("<!-- tried -->\n", "<!-- tried -->\n" + TRIED)
    path.write_text(text_of_hand.replace("<!-- profile -->\n", "<!-- profile -->\nproducts, mostly\n"))
    bench_report.write([row("c", 1, "s", "")], points, path)
    again = path.read_text()
    assert TRIED in again and "products, mostly\n" in again and "a \\| b" not in again
    for curve in ("store", "sessions"):
        assert f"](app/static/bench/{curve}.svg)" in text
        picture = (tmp_path / "app" / "static" / "bench" / f"{curve}.svg").read_text()
        assert picture.startswith("<svg") and 'fill="white"' in picture and len(picture.encode()) < 60_000
    assert "cache hit, x^0.0" in (tmp_path / "app" / "static" / "bench" / "store.svg").read_text()


def test_names_at_the_ends_of_lines_keep_apart_and_inside():
    ys = [1.0, 1.01, 1.02, 99.0, 100.0]
    places = [math.log(y) / math.log(100) * bench_report.HEIGHT for y in bench_report.spread(ys, 1.0, 100.0)]
    assert places == sorted(places) and places[-1] <= bench_report.HEIGHT + 1e-6
    assert all(b - a >= bench_report.GAP - 1e-6 for a, b in zip(places, places[1:], strict=False))


# --- a run that many look at -------------------------------------------------------------------------------------------


def look():
    return view.look(Arm("run", same("run"), CONFIG), [])


def test_a_line_is_parsed_once_for_all_who_look(counted):
    run = run_logs.write(CONFIG)
    parsed = counted(run_logs.events, "from_json")
    first = look()
    assert len([p for p in parsed if p[0]]) > CONFIG.steps
    parsed.clear()
    assert look().result is first.result
    run_logs.append(run, [Metric(CONFIG.steps, "test_loss_after", 2.0)])
    assert look().result.metrics["test_loss_after"][CONFIG.steps] == 2.0
    assert len([p for p in parsed if p[0]]) < 10  # the new line, and the last ones for the status


def test_another_look_at_a_long_run_goes_through_the_new_events_only(monkeypatch):
    seen, of = [], view.Result._of
    monkeypatch.setattr(view.Result, "_of", lambda self, kind: seen.append(len(self.events)) or of(self, kind))
    run = run_logs.write(CONFIG)
    config = model1.Config(width=8, steps=1000)
    for step in (41, 42, 43):
        seen.clear()
        shown = view.View((view.look(Arm("run", same("run"), config), []),), {})
        assert len(charts.loss_rows(shown)) > 40
        run_logs.append(run, [Metric(step, "train_loss", 1.0, 1.0)])
    assert seen and max(seen) == 1


def test_a_status_reads_the_end_of_the_log_and_does_not_ask_who_watches(counted):
    run = run_logs.write(CONFIG)
    for one in range(30):
        jobs.watch(run.id, f"{one:08x}")
    parsed, asked = counted(events, "from_json"), counted(runs.Run, "watchers")
    assert (run.status().state, run.status().step) == ("done", CONFIG.steps)
    assert len(parsed) <= 4 and not asked


# --- a store that is full ----------------------------------------------------------------------------------------------


@pytest.fixture
def full():
    configs = [model1.Config(seed=seed, steps=run_stores.STEPS) for seed in range(12)]
    for config in configs:
        run_stores.fill(config)
    return configs


def test_making_room_weighs_the_store_once_and_lists_it_once(full, counted):
    weighed, listed, waiting = (counted(*at) for at in ((files, "size"), (runs, "all_runs"), (runs, "waiting")))
    before = runs.storage()
    runs.evict(before - 4 * run_stores.WEIGHTS)
    assert (len(weighed), len(listed), len(waiting)) == (2, 1, 1)
    assert before - runs.storage() == 4 * run_stores.WEIGHTS
    assert runs.clear() == 12 and len(waiting) == 2


def test_a_cache_hit_lists_nothing(full, counted):
    listed = counted(runs.os, "listdir")
    assert runs.find(full[3]).status([]).state == "done"
    assert not listed


def test_the_home_page_opens_no_run(full, monkeypatch):
    monkeypatch.setattr(runs.Run, "info", None)
    monkeypatch.setattr(runs.os, "stat", None)
    (runs.store() / ".aside").mkdir()
    assert runs.counts() == {"model1": 12}


def test_the_sidebar_weighs_the_store_once_for_everybody(full, counted):
    shell._bytes.clear()
    weighed = counted(files, "size")
    assert shell._megabytes() == shell._megabytes() == f"{runs.storage() / 1e6:.0f}"
    assert len(weighed) == 2  # one of them is this test's own
    shell._bytes.clear()


def test_the_newest_run_is_listed_first_and_a_folder_without_a_config_not_at_all(full, home):
    import os

    run = runs.Run(experiment.run_id(full[5]))
    os.utime(run.dir, (4e9, 4e9))
    (home / "runs" / "empty").mkdir()
    listed = runs.all_runs()
    assert listed[0] == run and len(listed) == 12
