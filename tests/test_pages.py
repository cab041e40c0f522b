"""Every page under Streamlit's own test runner: both languages, projector mode, links old and hostile, no exception ever."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import all_runs, learner, shell
from app.lesson import discover, page_path, quick
from core import events, queue, runs
from core.events import Metric, Started
from core.experiments.model1 import Config

ROOT = Path(__file__).resolve().parent.parent
PAGES = {f"{n:02d}": page_path(n) for n in discover()} | {
    name: ROOT / "pages" / f"{name}.py" for name in ("home", "claims", "library")
}


@pytest.fixture(autouse=True)
def nobody_trains(monkeypatch, tmp_path):
    """A store of its own, and no workers: these are pages alone."""
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    monkeypatch.setenv("PLAYGROUND_WORKERS", "0")
    shell.pool.clear()


def opened(page: Path, **query) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page(str(page)).run()


def words(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.title, app.subheader, app.button, app.info, app.warning, app.error)
    return " ".join(str(getattr(e, "value", "") or getattr(e, "label", "")) for kind in kinds for e in kind)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_the_page_renders_in_both_languages(page):
    titles = {}
    for lang in ("en", "vi"):
        app = opened(page, lang=lang)
        assert not app.exception and not app.error
        titles[lang] = app.title[0].value
        assert titles[lang]
    assert titles["en"] != titles["vi"] or "AdamW" in titles["en"], "the title follows the language"


@pytest.mark.parametrize("number", discover())
def test_every_playground_and_every_fold_renders(number):
    lesson = discover()[number]
    for playground in lesson.playgrounds:
        app = opened(page_path(number), lang="vi", **{f"l{number:02d}_play": playground.slug})
        for section in ("code", "inside", "deeper", "runs", "claims"):
            app.session_state[f"l{number:02d}_section"] = section
            app.run()
            assert not app.exception and not app.error, (playground.slug, section)


@pytest.mark.parametrize("number", discover())
def test_projector_mode_renders_with_at_most_two_knobs(number):
    app = opened(page_path(number), lang="en", projector="1")
    assert not app.exception and not app.error
    assert len(app.slider) + len(app.select_slider) + len(app.selectbox) <= 2


def test_a_link_with_nonsense_is_answered_in_sentences():
    app = opened(page_path(5), lang="en", l05_lr="abc", l05_width="1e99", l05_nothing="7", l05_corpus="x" * 10_000)
    said = words(app)
    assert not app.exception
    assert "abc" in said and "1e99" in said.replace("1e+99", "1e99") and "l05_nothing" in said
    assert "x" * 500 not in said


@pytest.mark.parametrize("value", ["abc", "inf", "1e999", "nan"])
def test_a_button_in_a_link_that_is_no_count_is_answered_in_a_sentence(value):
    app = opened(page_path(14), lang="en", l14_again=value)
    assert not app.exception and not app.error
    assert value in words(app)


def test_a_link_from_another_time_still_opens():
    app = opened(page_path(5), lang="en", me="not an id", l05_play="gone", hide="lr,nothing", projector="yes")
    assert not app.exception and not app.error


def test_the_page_is_never_empty_before_the_first_run():
    app = opened(page_path(5), lang="en", l05_lr="2e-3")
    assert app.get("vega_lite_chart"), "the stored run stands in"
    assert "Still showing" in words(app)


def test_train_is_answered_at_once_and_the_picture_stays():
    """Where a run of these settings ships, and no worker has taken one's own up yet."""
    app = opened(page_path(5), lang="en")
    before = app.get("vega_lite_chart")
    next(b for b in app.button if b.key == "l05_yourself").click()
    app.run()
    assert "l05_pause" in [b.key for b in app.button] and "Next in the queue" in words(app)
    assert len(app.get("vega_lite_chart")) == len(before) > 0
    assert "Still showing: the stored run, until this run" in words(app)


def test_what_still_stands_there_goes_with_the_first_point():
    app = opened(page_path(5), lang="en", l05_lr="2e-3")
    next(b for b in app.button if b.key == "l05_train").click()
    app.run()
    assert "until this run has its first point" in words(app) and "Train to see" not in words(app)


def test_a_preset_outlives_a_change_of_language():
    app = opened(page_path(8), lang="en")
    name = next(p.name for p in discover()[8].playgrounds[0].presets if p.broken)
    app.selectbox(key="l08_preset_en").set_value(name).run()
    app.session_state["lang"] = "vi"
    app.run()
    assert not app.exception and app.selectbox(key="l08_preset_vi").value == name


def told(widget) -> tuple[list, list]:
    """The value that a browser is told once, and the one that it shows where that message never came."""
    proto, many = widget.proto, widget.proto.DESCRIPTOR.name in ("Slider", "ButtonGroup")
    once = next(getattr(proto, name) for name in ("raw_values", "raw_value", "value") if getattr(proto, name, None))
    default = list(proto.default) if many else [proto.default]
    if options := list(getattr(proto, "options", ())):
        default = [getattr(options[round(i)], "content", options[round(i)]) for i in default]
    return list(once) if many else [once], default


@pytest.mark.parametrize("page", [*PAGES.values()], ids=PAGES.keys())
def test_what_the_state_says_is_every_widgets_default_too(page):
    """The state is told once; a run of the page that follows at once takes that message's place, and knobs fell to the left."""
    app = opened(page, lang="en", section="tokens")
    kinds = (app.slider, app.select_slider, app.selectbox, app.toggle, app.button_group, app.text_area, app.text_input)
    set_here = [w for kind in kinds for w in kind if w.proto.set_value and w.value not in (None, "", False, [])]
    assert len(set_here) > 1 or page.stem in ("home", "claims")
    for widget in set_here:
        once, default = told(widget)
        assert once == default, widget.key


def test_a_run_that_nobody_has_queued_is_not_promised_but_offered():
    """Its process died without a ticket, or its log lost its end."""
    for arm in quick(discover()[5], discover()[5].playgrounds[0]):
        run = runs.create(arm.config)
        lines = (Started(600), Metric(100, "test_loss", 2.0))
        run.log.write_text("".join(events.to_json(e) + "\n" for e in lines))
    app = opened(page_path(5), lang="en")
    assert "goes on when you resume it" in words(app) and "taken up again" not in words(app)
    next(b for b in app.button if b.key == "l05_resume").click()
    app.run()
    assert len(queue.waiting()) == 2 and "l05_pause" in [b.key for b in app.button]


def test_a_run_whose_settings_cannot_be_read_costs_nobody_the_list_of_all():
    whole, torn = (runs.create(Config(seed=seed)) for seed in (1, 2))
    (torn.dir / "config.json").write_text("{}")
    app = opened(page_path(5), lang="en")
    app.session_state["l05_section"] = "runs"
    app.run()
    assert not app.exception and not app.error
    assert [run for table in app.dataframe for run in table.value.get("run", [])] == [whole.id]


def test_the_list_of_all_runs_speaks_the_language_and_knows_every_state():
    assert set(re.findall(r"\w+", runs.Status.__doc__.removeprefix("state: "))) == set(all_runs.STATES)
    runs.create(Config(seed=3, optimizer="sgd"))
    app = opened(page_path(5), lang="vi")
    app.session_state["l05_section"] = "runs"
    app.run()
    table = app.dataframe[0].value
    assert list(table.columns) == [head.vi for head in all_runs.HEADS]
    assert table.iloc[0, 1] == "thuật toán tối ưu SGD, hạt giống (seed) 3" and table.iloc[0, 2] in {
        s.vi for s in all_runs.STATES.values()
    }
    assert table.iloc[0].isna().tolist() == [False] * 4 + [True] and app.dataframe[0].proto.placeholder == "–"


def test_where_nothing_was_trained_the_list_says_that_stored_runs_are_not_in_it():
    app = opened(page_path(5), lang="en")
    app.session_state["l05_section"] = "runs"
    app.run()
    assert all_runs.NONE.en in [c.value for c in app.caption]


def test_what_goes_wrong_inside_a_page_becomes_a_sentence(monkeypatch):
    from app import show

    def slip(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(show, "header", slip)
    app = opened(page_path(5), lang="vi")
    assert not app.exception
    assert "ZeroDivisionError" in app.error[0].value and "an toàn" in app.error[0].value


def test_a_slip_in_a_part_that_redraws_itself_becomes_a_sentence(monkeypatch):
    from app import run_panel

    def slip(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(run_panel, "draw_figure", slip)
    app = opened(page_path(5), lang="en")
    assert not app.exception
    assert "ZeroDivisionError" in app.error[0].value
    assert app.button, "the rest of the page is there"


def test_no_page_brings_torch_into_the_server():
    """In a process of its own: other tests here may have imported it."""
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(ROOT / "app" / "main.py")!r}, default_timeout=60).run()
for page in {[str(p) for p in PAGES.values()]!r}:
    app.switch_page(page).run()
print("torch" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_store_that_is_too_full_sheds_weights_but_not_those_of_pinned_runs(monkeypatch, tmp_path):
    (tmp_path / "big").write_bytes(b"x" * 100)
    learner.save("a1b2c3d4", {"pins": {"5": [{"run": "model1-abc"}]}})
    asked = []
    monkeypatch.setattr(runs, "evict", lambda limit, keep: asked.append((limit, keep)))
    for limit, expected in ((10**9, []), (50, [(50, frozenset({"model1-abc"}))])):
        monkeypatch.setattr(shell, "LIMIT", limit)
        shell._bytes.clear()
        opened(PAGES["home"])
        assert asked[:1] == expected
