"""Train, pause, step, stop; and the picture that moves while a run trains. Both only read files: any number of people
may watch one run."""

import html
import math
import time

import pandas as pd
import streamlit as st
from altair.utils.schemapi import debug_mode

from app import charts, compare, predict, sentences, shared_rows, shell, theme, veil
from app.i18n import T
from app.probes import probe_box
from app.spot import Spot, arms_of, drawn, estimate, make_view
from core import experiment, jobs, queue, runs
from core.problem import Problem

__all__ = ["Spot", "estimate", "inside", "picture", "train_box"]

TICK, EAGER = 0.7, 0.15  # seconds between looks at a run in progress; while its first point is awaited
# Seconds between looks of (picture, buttons): of a few, and where more than CROWD look at one run. The buttons' step and time
# left may lag behind the picture, whose end redraws the page and them with it.
FEW, MANY, CROWD = (TICK, 1.0), (1.0, 3.0), 4
LONG = 10  # seconds at the head of the queue that want an explanation
SPECS = 300  # specifications of pictures that are kept, for all sessions together

TEXT = {
    "train": T("Train ({t})", "Huấn luyện ({t})"),
    "yourself": T("Train it yourself ({t})", "Tự huấn luyện ({t})"),
    "longer": T("Continue to {n} steps", "Chạy tiếp đến bước {n}"),
    "longer_all": T("Train all of them longer", "Huấn luyện tiếp tất cả"),
    "again": T("Try again", "Thử lại"),
    "on": T("Go on from there ({t})", "Chạy tiếp từ đó ({t})"),
    "pause": T("Pause", "Tạm dừng"),
    "resume": T("Resume", "Chạy tiếp"),
    "step": T("Step", "Một bước"),
    "step10": T("10 steps", "10 bước"),
    "stop": T("Stop", "Dừng"),
    "others": T(
        "Others are still watching this run ({n}): it goes on for them.",
        "Còn người khác đang xem lần chạy này ({n}): nó vẫn chạy cho họ.",
    ),
    "pin": T("Pin this run", "Ghim lần chạy này"),
    "head": T("3 · Train", "3 · Huấn luyện"),
    "watch": T("3 · Watch and compare", "3 · Xem và so sánh"),
    "instant": T(
        "Nothing to wait for: the picture follows every knob.", "Không phải chờ: hình đổi ngay theo từng núm chỉnh."
    ),
    "stored": T("A stored run of these settings, made beforehand.", "Lần chạy có sẵn với thiết lập này, làm từ trước."),
    "showing": T(
        "Still showing: {what}. Train to see your settings.",
        "Vẫn đang hiện: {what}. Hãy huấn luyện để thấy thiết lập của bạn.",
    ),
    "still": T("Still showing: {what}.", "Vẫn đang hiện: {what}."),
    "until": T(
        "Still showing: {what}, until this run has its first point.",
        "Vẫn đang hiện: {what}, cho đến khi lần chạy này có điểm đầu tiên.",
    ),
    "none": T("No run of these settings yet.", "Chưa có lần chạy nào với thiết lập này."),
    "queued": T("Waiting in the queue, {n} before you.", "Đang xếp hàng, trước bạn còn {n}."),
    "next": T("Next in the queue.", "Sắp đến lượt."),
    "behind": T("After your other runs.", "Sau các lần chạy khác của bạn."),
    "busy": T(
        "Next in the queue, asked for {t} ago: other runs or other programs keep this machine busy. It starts by itself.",
        "Sắp đến lượt, yêu cầu {t} trước: máy đang bận vì lần chạy khác hoặc chương trình khác. Nó sẽ tự bắt đầu.",
    ),
    "parent": T(
        "First the model it starts from: step {step} of {steps}.",
        "Trước hết là mô hình xuất phát: bước {step}/{steps}.",
    ),
    "working": T("Working{left}", "Đang chạy{left}"),
    "finished": T("Finished.", "Xong."),
    "rest": T("Train the others too", "Huấn luyện cả phần còn lại"),
    "untrained": T("{arm}: not trained yet with these settings.", "{arm}: chưa huấn luyện với thiết lập này."),
    "running": T("step {step} of {steps}{left}", "bước {step}/{steps}{left}"),
    "remaining": T(", {t} left", ", còn {t}"),
    "paused": T(
        "Paused at step {step}. Nothing is lost: it goes on from here.",
        "Tạm dừng ở bước {step}. Không mất gì: sẽ chạy tiếp từ đây.",
    ),
    "yielded": T(
        "Nobody was watching, so it let others go first; it continues by itself.",
        "Không ai xem nên nó nhường chỗ; nó sẽ tự chạy tiếp.",
    ),
    "interrupted": T(
        "Interrupted at step {step}. It is saved and will be taken up again.",
        "Bị ngắt ở bước {step}. Đã lưu và sẽ được chạy tiếp.",
    ),
    "left": T(
        "Interrupted at step {step}. It is saved and goes on when you resume it.",
        "Bị ngắt ở bước {step}. Đã lưu; bấm chạy tiếp để đi tiếp.",
    ),
    "stopped": T(
        "Stopped at step {step}. What it learned is kept.", "Đã dừng ở bước {step}. Những gì học được vẫn còn."
    ),
    "unbegun": T("Stopped at step 0: it has learned nothing yet.", "Đã dừng ở bước 0: nó chưa học được gì."),
    "done": T("Finished: {steps} steps.", "Xong: {steps} bước."),
    "shorter": T(
        "This run has {step} steps so far. Train goes on to {steps}.",
        "Lần chạy này mới có {step} bước. Bấm huấn luyện để đi tiếp đến {steps}.",
    ),
    "diverged": T(
        "Diverged at step {step}: the loss is no longer a number. Try a tenth of the learning rate.",
        "Phân kỳ ở bước {step}: loss không còn là số. Hãy thử tốc độ học bằng một phần mười.",
    ),
    "verdict": T("Verdict", "Kết luận"),
    "before": T("before training", "trước huấn luyện"),
    "now": T("now", "bây giờ"),
    "prompt": T("prompt: {p}", "câu mồi: {p}"),
    "nothing": T("Nothing folded away in this playground.", "Sân chơi này không có phần ẩn."),
}


def train_box(spot: Spot) -> None:
    view = make_view(spot)
    shell.fragment(_train_box, run_every=pace(view)[1] if view.active else None)(spot, view.active)


def picture(spot: Spot) -> None:
    view = make_view(spot)
    waits = view.active and not any(a.result.metrics for a in view.arms)
    every = (EAGER if waits else pace(view)[0]) if view.active else None
    shell.fragment(_picture, run_every=every)(spot, view.active, waits)


def pace(view) -> tuple[float, float]:
    """Seconds between two looks of the picture and of the buttons at what these arms are doing."""
    return MANY if len(runs.Run(view.arms[0].run_id).watchers()) > CROWD else FEW


# --- the buttons ----------------------------------------------------------------------------------------------------


def _train_box(spot: Spot, was_active: bool) -> None:
    lang, view = spot.lang, make_view(spot)
    st.subheader(TEXT["watch" if spot.inline else "head"](lang), anchor=False)
    if spot.inline:
        st.caption(TEXT["instant"](lang))
        _pin(spot, view)
        return
    if was_active != view.active:  # ended; or begun by somebody else, and nobody here would look again
        st.rerun()
    mine = [a for a in view.arms if a.source != "none" or a.status.state != "absent"]
    busy = [a for a in mine if a.status.active and not a.status.left]
    paused = [a for a in mine if a.status.state == "paused" or a.status.left]
    for a in busy:
        if a.run_id not in _let_go():  # or who has stopped would count as watching a moment later
            jobs.watch(a.run_id, spot.me)
    buttons = st.container(horizontal=True)
    if busy:
        if any(
            a.source == "none" and a.status.state == "absent" for a in view.arms
        ):  # of a run shared with other settings
            _button(buttons, spot, "rest", lambda: _train(spot))  # Space pauses, as ever while something trains
        _button(buttons, spot, "pause", lambda: [jobs.pause(a.run_id) for a in busy])
        _button(buttons, spot, "stop", lambda: _stop(spot, busy))
    elif paused:
        ids = [a.run_id for a in paused]
        _button(buttons, spot, "resume", lambda: _resume(ids, spot.me), primary=True)
        _button(buttons, spot, "step", lambda: [jobs.single_step(id) for id in ids])
        _button(buttons, spot, "step10", lambda: [jobs.single_step(id, 10) for id in ids])
        _button(buttons, spot, "stop", lambda: _stop(spot, paused, everybody=True))  # it goes on for nobody
    else:
        complete = all(a.source == "live" and a.complete for a in view.arms)
        if complete and (steps := further(spot, view)):
            ends = {
                getattr(arm.config, "steps", steps) for arm in arms_of(spot.playground, spot.values | {"steps": steps})
            }
            key = (
                "longer" if ends == {steps} else "longer_all"
            )  # where every arm has steps of its own, none is the number
            _button(buttons, spot, key, lambda: _longer(spot, steps), facts={"n": f"{steps:,}"})
        elif not complete:
            stored = any(a.source == "stored" for a in view.arms)
            states = {a.status.state for a in view.arms}
            begun = any(a.status.state == "stopped" and (a.result.step or a.status.step) for a in view.arms)
            ended = "again" if "failed" in states else "on" if begun else None
            name = ended or ("yourself" if stored else "train")
            facts = {"t": theme.duration(estimate(spot.lesson, spot.playground, spot.arms))}
            _button(buttons, spot, name, lambda: _train(spot), primary=True, facts=facts)
    if any(a.result.metrics for a in view.arms):
        _pin(spot, view, buttons)
    for sentence in status_lines(spot, view, drawn(spot, view).shown):
        st.caption(sentence(lang))
    running = [a for a in view.arms if a.status.active]
    if running:
        total = sum(max(1, a.status.steps) for a in view.arms)
        st.progress(min(1.0, sum(min(a.result.step, a.status.steps) for a in view.arms) / total))
    problem = st.session_state.pop("problem", None)
    if problem:
        st.warning(sentences.say(*problem)(lang))


def _button(place, spot: Spot, name: str, act, *, primary: bool = False, facts: dict | None = None) -> None:
    label = TEXT[name].format(**facts)(spot.lang) if facts else TEXT[name](spot.lang)
    key = f"{spot.prefix}{name}"
    shortcut = "Space" if name in ("pause", "resume") or primary else None
    if place.button(label, key=key, type="primary" if primary else "secondary", shortcut=shortcut):
        try:
            act()
        except (Problem, OSError) as problem:
            code, facts = (
                (problem.code, problem.facts) if isinstance(problem, Problem) else ("internal", {"error": str(problem)})
            )
            st.session_state["problem"] = (code, facts)
        st.rerun()


def _train(spot: Spot) -> None:
    _submit(spot, spot.arms)


def _submit(spot: Spot, arms: tuple) -> None:
    _let_go().difference_update(jobs.submit([arm.config for arm in arms], spot.me))


def _resume(ids: list[str], me: str) -> None:
    _let_go().difference_update(ids)
    for id in ids:
        jobs.resume(id, me)


def _let_go() -> set[str]:
    """Runs that this session has stopped, and that go on for others."""
    return st.session_state.setdefault("let_go", set())


def further(spot: Spot, view) -> int:
    """What the knob of the steps would say of these runs continued: twice as much, or as far as it goes. 0: no further."""
    steps = int(spot.values.get("steps") or getattr(spot.config, "steps", 0))
    if not steps or "steps" in spot.playground.fixed or not experiment.of(spot.config).extends(spot.config):
        return 0
    if all(a.result.diverged for a in view.arms):
        return 0
    high = type(spot.config).__dataclass_fields__["steps"].metadata["high"]
    most = 2 * steps if high is None else min(2 * steps, int(high))
    return most if most > steps else 0


def _longer(spot: Spot, steps: int) -> None:
    """Train what the page will show at so many steps. An arm whose first steps depend on its length, by a schedule, is
    then a run of its own, trained from its start; the others go on."""
    _submit(spot, arms_of(spot.playground, spot.values | {"steps": steps}))
    spot.values["steps"] = steps
    st.session_state.pop(f"{spot.prefix}steps", None)


def _stop(spot: Spot, arms: list, *, everybody: bool = False) -> None:
    goes_on = [a for a in arms if not jobs.stop(a.run_id, spot.me, everybody=everybody)]
    _let_go().update(a.run_id for a in goes_on)
    if goes_on:
        count = max(len(runs.Run(a.run_id).watchers()) for a in goes_on)
        st.toast(TEXT["others"].format(n=count)(spot.lang))


def _pin(spot: Spot, view, place=None) -> None:
    label = TEXT["pin"](spot.lang)
    if (place or st).button(label, key=f"{spot.prefix}pin", disabled=compare.is_pinned(spot, view)):
        compare.pin(spot, view)
        st.rerun()


def status_lines(spot: Spot, view, shown: str = "") -> list[T]:
    """What the runs are doing, in words; one line where all arms do the same. shown: what the picture shows instead."""
    partly = len({a.source == "none" for a in view.arms}) > 1 and not view.active
    own = {a.run_id for a in view.arms}
    tickets = queue.waiting() if any(a.status.position for a in view.arms) else []
    told = [
        (
            a,
            _status_line(a, own, tickets)
            if not partly or a.source != "none"
            else TEXT["untrained"].format(arm=a.arm.name),
        )
        for a in view.arms
    ]
    if not any(a.status.state == "running" for a in view.arms):  # else it is plain what the next one waits for
        told = [(a, _busy(a) if line == TEXT["next"] else line) for a, line in told]
    apart = any(line != told[0][1] for _, line in told) or (view.active and len(told) > 1)
    lines: list[T] = []
    for a, line in told:
        name = a.arm.name
        if line is not None and apart and not (partly and a.source == "none"):
            line = T(f"{name.en}: {line.en}", f"{name.vi}: {line.vi}")
        notes = [sentences.say(note.code, note.facts) for note in a.result.notes]
        lines += [said for said in (line, *notes) if said is not None and said not in lines]
    if shown:
        begun = any(a.status.active or a.status.state == "paused" for a in view.arms)
        failed = any(a.status.state == "failed" for a in view.arms)  # says itself what to do
        said = TEXT["until" if begun else "still" if failed else "showing"]
        lines.insert(0, said.format(what=sentences.plain(shown)))
    return lines


def _busy(a) -> T:
    """Of a run that is next: if that takes long, why."""
    waited = time.time() - (a.status.asked or math.inf)
    return TEXT["busy"].format(t=theme.duration(waited)) if waited > LONG else TEXT["next"]


def _status_line(a, own: set[str], tickets: list) -> T | None:
    """What this arm's run is doing. own: the runs of the page's arms; tickets: the queue."""
    state, step, steps = "left" if a.status.left else a.status.state, a.result.step or a.status.step, a.status.steps
    if a.source == "stored":
        return TEXT["stored"]
    if state == "queued":
        for parent in experiment.of(a.arm.config).needs(a.arm.config).values():
            first = runs.exact(parent).status()
            if first.state in ("running", "queued"):
                return TEXT["parent"].format(step=first.step, steps=first.steps)
        ahead = [ticket.run for ticket in tickets[: a.status.position]]
        if others := set(ahead) - own:
            return TEXT["queued"].format(n=len(others))
        return TEXT["behind" if ahead else "next"]
    if state == "running":
        seconds = a.result.seconds.get(step)
        left = (
            TEXT["remaining"].format(t=theme.duration(seconds / step * (steps - step)))
            if seconds and step >= 20
            else T("", "")
        )
        return TEXT["running" if steps else "working"].format(step=step, steps=steps, left=left)
    if state == "failed":
        facts = dict(a.status.facts)
        return sentences.say(facts.pop("code", "internal"), facts)
    if state == "paused" and a.status.facts.get("code"):
        return sentences.say(a.status.facts["code"], {"path": str(runs.store())})
    if state == "absent" and a.source == "none":
        return None
    if state == "stopped" and not step:
        return TEXT["unbegun"]
    if state == "done" and not a.complete:
        return TEXT["shorter"].format(step=step, steps=a.arm.config.steps)
    if state == "done" and not getattr(a.arm.config, "steps", steps):
        return TEXT["finished"]
    return TEXT[state].format(step=step, steps=getattr(a.arm.config, "steps", steps)) if state in TEXT else None


# --- the picture ------------------------------------------------------------------------------------------------------


def _picture(spot: Spot, was_active: bool, waited: bool) -> None:
    view = make_view(spot)
    if was_active != view.active:
        st.rerun()
    _draw(spot, drawn(spot, view))
    if waited and any(a.result.metrics for a in view.arms):
        st.rerun()  # the first point is on the screen: from now on look less often


def _draw(spot: Spot, view) -> None:
    front = [f for f in spot.playground.figures if not f.folded]
    if not any(a.result.events for a in (*view.arms, *view.pinned)):
        st.caption(TEXT["none"](spot.lang))
        return
    hidden = veil.hides(spot, view)
    if hidden:
        if hidden == "picture":
            st.markdown(f"**{front[0].title(spot.lang)}**")
        else:
            draw_figure(front[0], veil.behind(view), spot, [], numbers=hidden != "numbers")
        veil.say(spot, hidden)
        _dim(spot, view, f"fig_{front[0].name}")  # not the button that lifts the veil
        return
    said = spot.playground.verdict(view)
    draw_figure(front[0], view, spot, said)
    if said:
        st.markdown(f"**{TEXT['verdict'](spot.lang)}** &nbsp; " + "  \n".join(line(spot.lang) for line in said))
    predict.reveal(spot, view)
    samples(view, spot)
    numbers(view, spot)
    compare.chips(spot, view)
    for figure in front[1:]:
        draw_figure(figure, view, spot, said)
    _dim(spot, view, "picture")  # last, so that nothing above it changes its place


def _dim(spot: Spot, view, place: str) -> None:
    """What stands in for the run of these settings is drawn pale."""
    if view.shown:
        # Nothing but a style would be put outside the fragment, where the fragment's next run could not take it away.
        st.html(f"<span></span><style>.st-key-{spot.prefix}{place}{{opacity:.5}}</style>")


@st.cache_resource
def _specs() -> dict:
    """Of all sessions: any of them may empty it at any moment."""
    return {}


def specifications(figure, view, key: tuple) -> list[dict]:
    """The Vega-Lite specifications of this figure's parts. key: all that they depend on."""
    specs = _specs()
    parts = specs.get(key)
    if parts is None:
        with debug_mode(False):  # the tests validate every chart; here it would double the time to the first point
            chart = figure.chart(view)
            made = chart if isinstance(chart, tuple) else (chart,)
            parts = [_styled(charts.specification(one), view.size) for one in made]
        if len(specs) > SPECS:
            specs.clear()
        specs[key] = parts
    return parts


def draw_figure(figure, view, spot: Spot, said: list[T], *, numbers: bool = True) -> None:
    """The rows change, the specification stays: then the browser redraws without a flicker. numbers: or only the shape."""
    lang, place = spot.lang, (spot.number, spot.playground.slug)
    rows = shared_rows.rows(place, figure, view)
    if rows is None or (isinstance(rows, pd.DataFrame) and rows.empty):
        return
    key = (*place, figure.name, lang, view.size)
    if not figure.constant:
        arms = tuple((a.run_id, a.arm.name(lang), a.arm.color) for a in (*view.arms, *view.pinned))
        ends = tuple(a.result.finished.reason if a.result.finished else "" for a in view.arms)
        key = (*key, arms, tuple(view.references.items()), ends)
        key = (*key, tuple(sorted((k, str(v)) for k, v in view.values.items())))
    parts = specifications(figure, view, key)
    if not numbers:
        parts = [charts.numberless(part) for part in parts]
    if figure.title(lang):
        st.markdown(f"**{figure.title(lang)}**", help=figure.help(lang) if figure.help else None)
    words = " ".join(line(lang) for line in said)
    alt = figure.alt(lang).replace("{now}", words)
    with st.container(key=f"{spot.prefix}fig_{figure.name}"):
        for i, place in enumerate(st.columns(len(parts)) if figure.beside else [st] * len(parts)):
            place.vega_lite_chart(rows, parts[i], width="stretch", alt=alt, key=f"{spot.prefix}chart_{figure.name}_{i}")


def _styled(spec: dict, size: float) -> dict:
    """Type sizes a last row can read, on top of the page's theme."""
    label, title = round(13 * size), round(14 * size)
    config = spec.setdefault("config", {})
    _widen(spec, size)  # Vega's own limits, 180 and 160, are for its own size of type
    config["axis"] = {"labelFontSize": label, "titleFontSize": title, "labelLimit": 180 * size} | config.get("axis", {})
    legend = {"labelFontSize": label, "titleFontSize": title, "symbolStrokeWidth": 3, "labelLimit": 160 * size}
    config["legend"] = legend | config.get("legend", {})
    config["text"] = {"fontSize": label, "color": theme.GREY} | config.get(
        "text", {}
    )  # Vega's is 11, and black on black
    config["axisDiscrete"] = {
        "labelFlush": False
    }  # the page's theme moves the outermost labels away from their columns and rows
    config["header"] = {"labelFontSize": label} | config.get("header", {})
    config.pop("view", None)
    spec.setdefault(
        "autosize",
        {"type": "fit", "contains": "padding"}
        if "vconcat" not in spec
        and "hconcat" not in spec
        and "facet" not in spec
        and "row" not in spec.get("encoding", {})
        else {"type": "pad"},
    )
    return spec


def _widen(part, size: float) -> None:
    """Labels as long as a chart allows them to be, in larger type too."""
    if isinstance(part, dict):
        if "labelLimit" in part:
            part["labelLimit"] *= size
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            _widen(one, size)


def samples(view, spot: Spot) -> None:
    """The same prompt and the same luck: before training, and now, for each arm."""
    for name in spot.playground.samples:
        found = cards(view, spot, name)
        if not found:
            continue
        if found[0][1].prompt:
            st.caption(TEXT["prompt"].format(p=" ".join(found[0][1].prompt.split())[-120:])(spot.lang))
        for start in range(0, len(found), 3):
            row = found[start : start + 3]
            for column, (title, sample) in zip(st.columns(min(3, len(found))), row, strict=False):
                # Not as Markdown: a model's asterisks are its own.
                column.html(f"<span class='cap'>{html.escape(title)}</span><div class='sample'>{marked(sample)}</div>")


def cards(view, spot: Spot, name: str) -> list[tuple]:
    """(title, Sample) of what stands next to each other: one text under its own name where no arm trained it."""
    lang, named = spot.lang, spot.playground.sample_names.get(name)
    if named and (shared := common(view, name)):
        return [(named(lang), shared)]
    out = []
    whole = [(a, a.result.samples[name]) for a in view.arms if a.result.samples.get(name)]
    begun = {stages[min(stages)].text for _, stages in whole}
    for i, (a, stages) in enumerate(whole):
        first, last = min(stages), max(stages)
        if i == 0 and first != last:
            # Arms that are born differently write differently.
            whose = "" if len(begun) == 1 else f"{a.arm.name(lang)}: "
            out.append((f"{whose}{TEXT['before'](lang)}", stages[first]))
        title = a.arm.name(lang) if len(view.arms) > 1 else TEXT["now"](lang)
        trains = hasattr(a.arm.config, "steps")  # who only reads a finished model takes no steps of its own
        out.append((f"{title} · {charts.STEP(lang)} {last:,}" if trains else title, stages[last]))
    return out


def common(view, name: str):
    """What is the same for all arms and all time (a text written by a counted table): shown once, from the first moment."""
    texts = [s for a in view.arms for s in a.result.samples.get(name, {}).values()]
    once = all(set(a.result.samples.get(name, {0: 0})) == {0} for a in view.arms)
    return texts[0] if texts and once and len({s.text for s in texts}) == 1 else None


def marked(sample, limit: int = 420) -> str:
    """The text as HTML, liked tokens marked, cut to a length a class can read (`limit` in its facts: another)."""
    limit = sample.facts.get("limit", limit)
    pieces, hits = sample.facts.get("pieces"), set(sample.facts.get("hits", ()))
    if not pieces:
        return html.escape(sample.text[:limit]).replace("\n", "<br>").replace("$", "&#36;")
    out, length = [], 0
    for i, piece in enumerate(pieces):
        text = html.escape(piece).replace("\n", "<br>").replace("$", "&#36;")
        out.append(f"<mark class='hit'>{text}</mark>" if i in hits else text)
        length += len(piece)
        if length > limit:
            break
    return "".join(out)


def numbers(view, spot: Spot) -> None:
    """Readouts in one line each, said so that they can be read aloud."""
    found = spot.playground.readouts(view)
    if not found:
        return
    lang = spot.lang
    for start in range(0, len(found), 4):  # row by row, so that neighbours stay on one line
        for column, readout in zip(st.columns(4), found[start : start + 4], strict=False):
            value = readout.value(lang) if isinstance(readout.value, T) else readout.value
            column.markdown(
                f"<span class='cap'>{readout.label(lang)}</span><br><b>{html.escape(value)}</b>",
                unsafe_allow_html=True,
                help=readout.help(lang) if readout.help else None,
            )


def inside(spot: Spot) -> None:
    """The folded figures, and questions to the finished model."""
    view, lang = drawn(spot, make_view(spot)), spot.lang
    folded = [f for f in spot.playground.figures if f.folded]
    if not folded and not spot.playground.probes:
        st.caption(TEXT["nothing"](lang))
    said = spot.playground.verdict(view) if any(a.result.events for a in view.arms) else []
    for figure in folded:
        draw_figure(figure, view, spot, said)
    for probe in spot.playground.probes:
        st.subheader(probe.title(lang), anchor=False)
        probe_box(spot, view, probe)
