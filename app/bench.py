"""How fast the page is, measured as a learner meets it: a server of its own, a real browser, an empty store."""

import math
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from app import bench_crowd
from core.bench import row

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync "
    "--no-first-run"
)
STILL = "[data-testid=stApp][data-test-script-state=notRunning]"


def rows() -> list[dict]:
    """Seconds and MiB of the page, then the quick presets, each in a fresh store."""
    with tempfile.TemporaryDirectory() as store:
        return browsing(store) + instant() + presets()


@contextmanager
def server(store: str):
    """`streamlit run` on a free loopback port with its own store: yields (process, address)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py")]
    command += [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    command += ["--server.fileWatcherType=none"]  # who edits while it measures does not disturb it
    environment = os.environ | {"PLAYGROUND_HOME": store}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, **quiet)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(address: str, seconds: float = 60) -> None:
    """Return when the server accepts connections. Raises TimeoutError."""
    host, port = address.removeprefix("http://").split(":")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            socket.create_connection((host, int(port)), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"no server at {address} within {seconds} s")


@contextmanager
def browser():
    """A headless Chromium, or None where there is none."""
    found = next((path for path in BROWSERS if Path(path).exists()), None)
    if found is None:
        yield None
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=ARGUMENTS.split())
        yield chromium
        chromium.close()


# Clicks `target` and waits, inside the page and frame by frame, until `done` holds: what a learner's eye would wait.
WATCH = """([target, done]) => new Promise((resolve, reject) => {
    const began = performance.now(), holds = eval(done);
    document.querySelector(target).click();
    const look = () => holds() ? resolve((performance.now() - began) / 1000)
        : performance.now() - began > 20000 ? reject(done) : requestAnimationFrame(look);
    look(); })"""


def clock(page, target: str, done: str, *, give_up: bool = False) -> float:
    """Seconds from a click on the selector `target` until the JavaScript function `done` says true. After 20 that is an
    error; to who can give up, infinity: while other fragments redraw, one redraw in some hundreds never comes."""
    from playwright.sync_api import Error

    try:
        return page.evaluate(WATCH, [target, done])
    except Error:
        if not give_up:
            raise
        return math.inf


def browsing(store: str) -> list[dict]:
    with browser() as chromium:
        if chromium is None:
            return [row("page", "–", "no chromium here", "")]
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        began = time.perf_counter()
        with server(store) as (process, address):
            wait_for(address)
            page.goto(address)
            page.wait_for_selector(".st-key-first_step")
            start = time.perf_counter() - began
            out = [row("streamlit run to first usable page", round(start, 2), "s", "≤ 3")]
            time.sleep(15)  # the workers import torch and warm up meanwhile
            out.append(row("server at rest", round(resident(process.pid)), "MiB", "< 400"))
            out += switching(page) + dragging(page, address) + training(page, address)
            return out + bench_crowd.rows(page, address, process.pid)


def switching(page) -> list[dict]:
    links = page.locator("[data-testid=stSidebarNavLink]")
    lessons = [place for place, name in enumerate(links.all_inner_texts()) if name[:2].isdigit()]
    for place in lessons:  # once each, so that nothing is loaded for the first time
        links.nth(place).click()
        page.wait_for_selector(STILL)
        page.wait_for_timeout(800)
    taken = []
    for place in lessons * 3:
        name = links.nth(place).inner_text()[:2]
        links.nth(place).evaluate("link => link.id = 'next'")
        there = f"document.querySelector('h1')?.textContent.startsWith('{name}')"
        taken.append(clock(page, "#next", f"() => {there} && document.querySelector('{STILL}')"))
        page.evaluate("document.querySelector('#next')?.removeAttribute('id')")
        page.wait_for_timeout(500)
    return [row(f"page switch, median of {len(taken)}", round(statistics.median(taken), 2), "s", "≤ 0.3")]


# Waits for a key, and then for another picture in the first figure of lesson 4.
ARMED = """picture => { const look = eval(picture), before = look(); window.began = window.drawn = null;
    addEventListener('keydown', () => { window.began = performance.now() }, {once: true, capture: true});
    const again = () => look() !== before ? window.drawn = performance.now() : requestAnimationFrame(again); again(); }"""


def dragging(page, address: str) -> list[dict]:
    """A slider of lesson 4 one notch on, whose picture is computed at once: there and back."""
    page.goto(f"{address}/04-sgd-adam-adamw")
    page.wait_for_selector(STILL)
    page.wait_for_timeout(2000)
    slider, taken = page.locator("[data-testid=stSlider] input").first, []
    for key in ["ArrowRight"] * 6 + ["ArrowLeft"] * 6:
        slider.focus()
        page.evaluate(ARMED, PICTURE.replace(".st-key-l05_fig_loss", "[class*=st-key-l04_fig_]"))
        page.keyboard.press(key)
        page.wait_for_function("() => window.drawn")
        taken.append(page.evaluate("(window.drawn - window.began) / 1000"))
        page.wait_for_timeout(400)
    return [row("slider moved to redrawn picture, median of 12", round(statistics.median(taken), 3), "s", "≤ 0.15")]


# What the main chart of lesson 5 looks like now: changed as soon as a new point is drawn.
PICTURE = """() => { const box = document.querySelector('.st-key-l05_fig_loss');
    const canvas = box?.querySelector('canvas'), marks = box?.querySelector('svg.marks');
    return canvas ? canvas.toDataURL() : marks ? marks.outerHTML : '' }"""


def training(page, address: str) -> list[dict]:
    """Train in lesson 5 with settings nobody has run, three times; meanwhile move another control; then come back."""
    first, other = [], []
    for lr in ("2e-3", "3e-3", "4e-3"):
        page.goto(f"{address}/05-train-model-1?l05_lr={lr}&l05_steps=1500")
        page.wait_for_selector(STILL)
        page.wait_for_function(f"() => ({PICTURE})() !== ''")
        page.wait_for_timeout(1500)
        page.evaluate(f"window.before = ({PICTURE})()")
        first.append(clock(page, ".st-key-l05_train button", f"() => ({PICTURE})() !== window.before"))
        page.wait_for_timeout(1500)
        for place, content in ((2, "[data-testid=stCode]"), (4, ".katex"), (2, "[data-testid=stCode]"), (4, ".katex")):
            tab = f".st-key-l05_section button:nth-of-type({place})"
            other.append(clock(page, tab, f"() => document.querySelector('{content}')"))  # only that section has it
            page.wait_for_timeout(300)
        page.locator(".st-key-l05_stop button").click()
        page.wait_for_timeout(800)
    again = []
    for _ in range(5):
        page.goto(address)
        page.wait_for_selector(".st-key-first_step")
        page.wait_for_timeout(1500)
        page.locator("[data-testid=stSidebarNavLink]").filter(has_text="05").evaluate("link => link.id = 'next'")
        again.append(clock(page, "#next", f"() => ({PICTURE})() !== ''"))
    return [
        row("Train to first point on screen, median of 3", round(statistics.median(first), 2), "s", "≤ 0.5"),
        row("another control while training, median of 12", round(statistics.median(other), 2), "s", "≤ 0.3"),
        row("finished run re-opened, median of 5", round(statistics.median(again), 2), "s", "≤ 0.25"),
    ]


def resident(pid: int) -> float:
    """Resident memory of a process, MiB."""
    text = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
    return int(text) / 1024


def instant() -> list[dict]:
    """What is computed while a slider moves: every preset of every inline playground, the slowest of each lesson."""
    from app import controls
    from app.lesson import discover, start
    from core import experiment
    from core.problem import Problem

    out = []
    for number, lesson in discover().items():
        taken = []
        for playground in lesson.playgrounds:
            for preset in playground.presets:
                try:
                    values = start(lesson, playground) | preset.values
                    arms = playground.arms(controls.config_of(playground, values), values)
                except Problem:  # refused with a sentence: that is quick enough
                    continue
                configs = [arm.config for arm in arms if experiment.of(arm.config).lane == "inline"]
                if configs:
                    taken.append(
                        (min(_clocked(configs) for _ in range(3)), f"“{playground.heading.en}”, {preset.name}")
                    )
        if taken:
            seconds, where = max(taken)
            out.append(row(f"slowest picture at once, lesson {number} {where}", round(1000 * seconds), "ms", "≤ 50"))
    return out


def _clocked(configs: list) -> float:
    """Seconds until all these inline runs are computed."""
    from core import experiment
    from core.problem import Problem

    began = time.perf_counter()
    for config in configs:
        try:
            list(experiment.of(config).run(config, {}))
        except Problem:
            pass
    return time.perf_counter() - began


def presets() -> list[dict]:
    """Every quick preset with all its arms, trained anew by the workers, warm; and how large its largest run is."""
    from app.lesson import discover, quick
    from core import experiment, runs
    from core.bench import arms as bench_arms

    out, largest = [], 0
    with bench_arms.workers():
        for number, lesson in discover().items():
            for playground in lesson.playgrounds:
                arms = quick(lesson, playground)
                configs = [a.config for a in arms if experiment.of(a.config).lane != "inline"]
                if configs:
                    name = f"quick preset, lesson {number} “{playground.heading.en}”, {len(arms)} runs"
                    out.append(row(name, round(bench_arms.clock(configs), 1), "s", "≤ 15"))
                    if failed := [c for c in configs if runs.Run(experiment.run_id(c)).status().state == "failed"]:
                        out.append(row("  of these failed", len(failed), "runs", "none"))
        for run in runs.all_runs():
            largest = max(largest, sum(p.stat().st_size for p in run.dir.rglob("*") if p.is_file()))
    return [*out, row("largest run folder of a quick preset", round(largest / 2**20, 1), "MiB", "< 20")]
