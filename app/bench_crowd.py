"""A class that looks at one run: sessions that speak Streamlit's protocol as a browser does, without drawing anything."""

import asyncio
import contextlib
import math
import os
import threading
import time
from pathlib import Path

from websockets.asyncio.client import connect

from core.bench import row

CLASS, SECONDS = 20, 10  # sessions beside the browser; how long the server is watched
PAGE, QUERY = "08-train-model-5", "l08_lr=2e-3&l08_steps=5000"  # a run that is still going at the end


def rows(page, address: str, server: int) -> list[dict]:
    """What a live run costs the server (process id) for each session attached to it; and how soon a control answers in a
    real browser, `page`, among them."""
    from app.bench import STILL, clock

    page.goto(f"{address}/{PAGE}?{QUERY}")
    page.wait_for_selector(STILL)
    page.wait_for_timeout(1500)
    page.locator(".st-key-l08_train button").click()
    page.wait_for_timeout(3000)
    answers = []
    with Crowd(address, PAGE, QUERY, CLASS) as crowd:
        until = time.monotonic() + 30
        while crowd.seated < CLASS and time.monotonic() < until:
            time.sleep(0.1)
        seated, before, looks, began = crowd.seated, busy(server), crowd.ticks, time.monotonic()
        time.sleep(SECONDS)
        spent, looks, passed = busy(server) - before, crowd.ticks - looks, time.monotonic() - began
        for _ in range(10):
            for place, content in ((2, "[data-testid=stCode]"), (4, ".katex")):  # two sections of the lesson
                tab = f".st-key-l08_section button:nth-of-type({place})"
                answers.append(clock(page, tab, f"() => document.querySelector('{content}')", give_up=True))
                page.wait_for_timeout(200)
    page.locator(".st-key-l08_stop button").click()
    share = 100 * spent / passed / (seated + 1)
    each = looks / passed / max(1, seated)
    return [
        row(
            f"a live run, {seated} sessions attached, {each:.1f} looks/s each: server",
            round(share, 2),
            "% each",
            "≤ 1.5",
        ),
        row("  a control's answer among them, 95th of 100", round(sorted(answers)[-2], 2), "s", "≤ 0.5"),
        row("  clicks without an answer", f"{sum(map(math.isinf, answers))} of {len(answers)}", "", ""),
    ]


def busy(process: int) -> float:
    """Seconds of CPU this process has used (Linux; nan elsewhere)."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Crowd:
    """`count` sessions on a page of the server at `address`, attached until the end of the with block. Each answers the
    page's timers as a browser would: fragments that redraw every so often are asked for again every so often."""

    def __init__(self, address: str, page: str, query: str, count: int):
        self.address = address.replace("http://", "ws://") + "/_stcore/stream"
        self.page, self.query, self.count = page, query, count
        self.ticks, self.seated = 0, 0  # fragments redrawn so far; sessions that have drawn the page once

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.everybody.cancel)
        self.thread.join()

    def _run(self):
        async def sit():
            await asyncio.gather(*(self._session() for _ in range(self.count)))

        self.everybody = self.loop.create_task(sit())
        with contextlib.suppress(asyncio.CancelledError):
            self.loop.run_until_complete(self.everybody)

    async def _session(self):
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        timers, page_hash, drawn = {}, "", False
        async with connect(self.address, subprotocols=["streamlit"], max_size=None, ping_interval=None) as socket:
            await socket.send(self._ask("", ""))
            try:
                async for data in socket:
                    message = ForwardMsg.FromString(data)
                    kind = message.WhichOneof("type")
                    if kind == "new_session":
                        page_hash = message.new_session.page_script_hash
                    elif kind in ("auto_rerun", "stop_auto_rerun"):
                        of = getattr(message, kind).fragment_id
                        if of in timers:
                            timers.pop(of).cancel()
                        if kind == "auto_rerun":
                            every = message.auto_rerun.interval
                            timers[of] = asyncio.create_task(self._tick(socket, page_hash, of, every))
                    elif kind == "script_finished" and not drawn:
                        drawn, self.seated = True, self.seated + 1
            finally:
                for timer in timers.values():
                    timer.cancel()
                await asyncio.gather(*timers.values(), return_exceptions=True)

    async def _tick(self, socket, page_hash: str, fragment: str, every: float):
        while True:
            await asyncio.sleep(every)
            self.ticks += 1
            await socket.send(self._ask(page_hash, fragment))

    def _ask(self, page_hash: str, fragment: str) -> bytes:
        from streamlit.proto.BackMsg_pb2 import BackMsg

        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash, state.fragment_id = self.query, page_hash, fragment
        state.page_name, state.is_auto_rerun = ("" if page_hash else self.page), bool(fragment)
        return message.SerializeToString()
