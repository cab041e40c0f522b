"""How the page's work grows: with the steps of the run it draws, and with how many people look at it at once."""

import time
from dataclasses import replace

from app import charts
from app.i18n import T
from app.lesson import Arm
from app.view import View, look
from core import jobs, queue
from core.bench import growth, run_logs
from core.events import Metric
from core.experiments import model1
from core.locks import try_lock

SESSIONS, LENGTHS = (1, 3, 10, 30), (1_000, 10_000)  # how many look on; steps of the run they look at
RATE, TICKS = 200, 5  # steps a second by which the run goes on; ticks measured
WIDTH = 8  # no run of this width ships in the gallery
RUN = T("a run", "một lần chạy")


def points(*, small: bool = False) -> list[dict]:
    """All curves: of what has no page, of the drawing, and of a class that looks on. About a minute on two cores."""
    return growth.points(small=small) + drawing(small=small) + sessions(small=small)


def drawing(*, small: bool = False) -> list[dict]:
    """The loss chart's rows of a run, for the first who looks and, whenever it has gone one step further, again."""
    out = []
    with growth.private_store():
        for place, steps in enumerate((10, 10, 100) if small else (10, *run_logs.SIZES)):
            config = model1.Config(steps=2 * steps, width=WIDTH, seed=place)
            run, taken = run_logs.write(replace(config, steps=steps)), []
            for step in range(steps + 1, steps + 2 * TICKS + 1):
                taken.append(growth.seconds(lambda config=config: tick(config), most=1))
                run_logs.append(run, [Metric(step, "train_loss", 1.0, 1.0)])
            out.append(growth.point("log", "first look", steps, taken[0]))
            out.append(growth.point("log", "another look", steps, sorted(taken[1:])[TICKS]))
    return out[2:]  # the first run only warmed up


def sessions(*, small: bool = False) -> list[dict]:
    """Seconds of the server for each second of a run that so many people watch: reading it and making the rows of its
    loss chart, as app/run_panel.py does at every tick. What Streamlit and the browsers add is no part of it."""
    from app.run_panel import TICK

    out = []
    for length in (20, 50) if small else LENGTHS:
        for count in (1, 2) if small else SESSIONS:
            with growth.private_store():
                config = model1.Config(steps=2 * length, width=WIDTH, seed=count)
                run = run_logs.write(replace(config, steps=length))
                with open(run.dir / "lock", "a") as lock:  # somebody trains it
                    assert try_lock(lock)
                    taken, step = [], length
                    for _ in range(TICKS + 1):
                        run_logs.append(run, run_logs.training(step, step := step + int(RATE * TICK)))
                        began = time.process_time()
                        for one in range(count):
                            jobs.watch(run.id, f"{one:08x}")
                            look(Arm("run", RUN, config), queue.waiting())  # the buttons
                            tick(config)  # the picture
                        taken.append(time.process_time() - began)
            busy = sum(taken[1:]) / TICKS / TICK  # the first tick read the whole log
            out.append(growth.point("sessions", f"a run of {length:,} steps", count, busy))
    return out


def tick(config):
    """What is drawn anew of a run of this config: the loss chart's rows."""
    return charts.loss_rows(View((look(Arm("run", RUN, config), queue.waiting()),), {}))
