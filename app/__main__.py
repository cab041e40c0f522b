"""The same laboratory from a terminal: python -m app lessons | run | claims | warm | bench."""

import argparse
import json
import logging
import math
import os
import sys
import time
from dataclasses import fields
from pathlib import Path

from app import sentences
from app.lesson import discover, quick, unreadable
from core import claims, device, events, experiment, export, files, jobs, network, runner, runs, workers
from core.problem import Problem
from core.result import Result


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0, 1 when a run failed or diverged, 2 with one sentence when the question makes no sense."""
    network.stay_offline()
    parser = argparse.ArgumentParser(prog="python -m app", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, help in (
        ("lessons", "what there is to learn"),
        ("run", "train one experiment and stream its events"),
        ("claims", "measure what the course says"),
        ("warm", "train every lesson's quick runs"),
        ("bench", "measure how fast all this is"),
    ):
        command = commands.add_parser(name, help=help)
        command.add_argument("--json", action="store_true", help="for machines")
        if name == "run":
            command.add_argument("experiment")
            command.add_argument("settings", nargs="*", metavar="field=value")
            command.add_argument("--fresh", action="store_true", help="train anew, whatever is stored")
        if name == "claims":
            command.add_argument("lessons", nargs="*", type=int)
            command.add_argument("--write", action="store_true", help="store the verdicts with the app")
            command.add_argument("--report", action="store_true", help="write them into CLAIMS.md")
        if name == "warm":
            command.add_argument("lessons", nargs="*", type=int)
            command.add_argument("--gallery", action="store_true", help="put the runs into the gallery that ships")
        if name == "bench":
            command.add_argument("--part", choices=("engine", "page", "growth", "all"), default="all")
            command.add_argument("--report", action="store_true", help="write the whole table into BENCH.md")
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.command == "run":  # argparse takes no more positionals once it has met an option between them
        chosen.settings += [r for r in rest if not r.startswith("-")]
        rest = [r for r in rest if r.startswith("-")]
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        return {"lessons": lessons, "run": run, "claims": measure, "warm": warm, "bench": bench}[chosen.command](chosen)
    except Problem as problem:
        return refuse(problem)
    except (PermissionError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        place, home = Path(error.filename or "/").absolute(), files.home().absolute()
        if not (place.is_relative_to(home) or home.is_relative_to(place)):
            raise
        return refuse(Problem("read_only", path=str(place)))  # a home that is none


def refuse(problem: Problem) -> int:
    print(sentences.say(problem.code, problem.facts).en, file=sys.stderr)
    return 2


def known() -> dict:
    """The lessons; where one cannot be read, on standard error which and why. Raises Problem where none can."""
    logging.getLogger("app.lesson").setLevel(logging.CRITICAL)  # its tracebacks are for a server's terminal
    found, slips = discover(), unreadable()
    if slips and not found:
        raise Problem("no_lessons", error=str(next(iter(slips.values()))))
    for number, slip in slips.items():
        print(f"Lesson {number} cannot be read: {type(slip).__name__}: {slip}", file=sys.stderr)
    return found


def lessons(chosen) -> int:
    found = [
        {
            "number": number,
            "slug": lesson.slug,
            "title": {"en": lesson.title.en, "vi": lesson.title.vi},
            "playgrounds": len(lesson.playgrounds),
            "controls": len(lesson.controls),
            "presets": sum(len(p.presets) for p in lesson.playgrounds),
            "claims": [claim.id for claim in lesson.claims],
        }
        for number, lesson in known().items()
    ]
    if chosen.json:
        print(json.dumps({"lessons": found}, ensure_ascii=False))
        return 0
    rows = [
        [f["number"], f["title"]["en"], f["playgrounds"], f["controls"], f["presets"], len(f["claims"])] for f in found
    ]
    _table(["", "lesson", "playgrounds", "controls", "presets", "claims"], rows)
    return 0


KEPT = "Stopped. What was trained is kept: the same command goes on."
GIVEN_UP = "Stopped. A run that was there before is back; without --fresh the command goes on with what there is."


def run(chosen) -> int:
    """Stream the events as JSON lines; last comes one line with the final numbers."""
    found = experiment.load(chosen.experiment)
    values = {}
    for setting in chosen.settings:
        name, sign, value = setting.partition("=")
        if not sign:
            raise Problem("no_value", field=name, valid=", ".join(f.name for f in fields(found.Config)))
        values[name] = value
    config = experiment.make(found.Config, **values)
    wanted = getattr(config, "device", "cpu")
    if wanted != "cpu" and (reason := device.available().get(wanted, "no_gpu")):
        raise Problem("no_device", device=wanted, reason=sentences.say(reason).en)
    began, seen = time.perf_counter(), []
    answering, following = runner.begin(config, fresh=chosen.fresh)
    try:
        for event in following:
            seen.append(event)
            if (
                chosen.json
                or event.kind in ("started", "finished", "note")
                or (event.kind == "metric" and event.name != "train_loss")
            ):
                print(events.to_json(event), flush=True)
    except KeyboardInterrupt:
        print(GIVEN_UP if chosen.fresh else KEPT, file=sys.stderr)
        return 130
    result = Result(tuple(seen), getattr(config, "steps", None))
    end = result.finished
    if end is not None:
        status, facts = end.reason, end.facts
    else:  # paused: by somebody who watches it, or because the disk has no room for it
        now = answering.status()
        status, facts = now.state, now.facts | {"path": str(answering.dir)}
    last = {name: _plain(result.final(name)) for name in result.metrics}
    last |= {f"floor_{name}": _plain(value) for name, value in result.facts.get("references", {}).items()}
    trained = next(reversed(result.seconds.values()), 0.0) or 0.0
    tokens = getattr(config, "batch", 0) * getattr(config, "context", 0) * result.step
    summary = {
        "run": answering.id,
        "status": status,
        "final": last,
        "seconds": round(trained or time.perf_counter() - began, 3),
        "tokens_per_second": round(tokens / trained) if trained else None,
    }
    if status == "failed" or "code" in facts:
        summary["reason"] = sentences.say(facts.get("code", "internal"), facts).en
    print(json.dumps(summary, ensure_ascii=False), flush=True)
    return 0 if status in ("done", "stopped") else 1


def measure(chosen) -> int:
    """Train what the claims look at, on all cores, and judge."""
    wanted = [(n, claim) for n, lesson in _named(chosen.lessons).items() for claim in lesson.claims]
    configs = longest(c for _, claim in wanted if not claims.missing(claim) for c in claims.runs_of(claim))
    train = [c for c in configs if experiment.of(c).lane != "inline" and not runs.complete(c)]
    began = time.perf_counter()
    if train:
        pool = workers.Pool().start()
        try:
            for done, (config, _) in enumerate(runner.results(train), 1):
                if not chosen.json:
                    print(
                        f"{done}/{len(train)}  {experiment.run_id(config)}  {time.perf_counter() - began:.0f} s",
                        file=sys.stderr,
                    )
        finally:
            pool.close()
    rows, unkept = [], None
    for number, claim in wanted:
        verdict = claims.evaluate(claim, _result)
        try:
            claims.remember(claim, verdict)
        except Problem as problem:  # measured it is: shown, and said that it is not kept
            unkept = problem
        rows.append(
            {
                "lesson": number,
                "id": claim.id,
                "statement": claim.text.en,
                "reported": claim.reported.en,
                "measured": _plain(verdict.measured),
                "spread": _plain(verdict.spread),
                "seeds": len(verdict.numbers),
                "state": verdict.state,
                "missing": list(verdict.missing),
                "seconds": round(verdict.seconds, 1),
                "unit": claim.unit.en,
            }
        )
    if unkept:
        refuse(unkept)
    if chosen.write:
        _write(wanted)
    if chosen.report:
        from app import claims_report

        shown = [(n, claim, claims.recall(claim)) for n, lesson in discover().items() for claim in lesson.claims]
        claims_report.write(shown, chosen.lessons, time.perf_counter() - began)
    if chosen.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        figure = (
            "needs " + ", ".join(row["missing"])
            if row["missing"]
            else "–"
            if row["measured"] is None
            else f"{row['measured']:.4g}"
        )
        if row["seeds"] > 1:
            figure += f" ± {row['spread']:.2g}"
        row["figure"] = f"{figure} {row['unit']}"
    _table(
        ["claim", "statement", "the course", "measured here", "seeds", "state"],
        [
            [
                r["id"],
                r["statement"][:70],
                r["reported"][:24],
                r["figure"][:100],
                r["seeds"],
                r["state"].replace("_", " "),
            ]
            for r in rows
        ],
    )
    print(f"{len(rows)} claims, {time.perf_counter() - began:.0f} s")
    return 0


def _named(numbers: list[int]) -> dict:
    """The lessons of these numbers, all where none is named. Raises Problem("unknown_lesson")."""
    found = known()
    strange = [n for n in numbers if n not in found]
    if strange:
        raise Problem("unknown_lesson", number=strange[0], valid=", ".join(map(str, found)))
    return {n: found[n] for n in numbers or found}


def _result(config):
    if experiment.of(config).lane == "inline":
        return Result(tuple(experiment.of(config).run(config, {})))
    run = runs.find(config)  # None: somebody stopped it on a page before its first step
    return run.result(getattr(config, "steps", None)) if run else Result(())


def _write(wanted: list) -> None:
    """The verdicts of the store into the gallery that ships, one file a lesson."""
    for number in {n for n, _ in wanted}:
        found = {c.id: runs.read_json(files.home() / "claims" / f"{c.id}.json") for n, c in wanted if n == number}
        text = json.dumps({id: data for id, data in found.items() if data}, indent=0, ensure_ascii=False)
        files.write_atomic(claims.ledger_path(number), (text + "\n").encode())


def warm(chosen) -> int:
    """Every quick preset (of the lessons named, else of all) with all its arms, so that no first visit waits."""
    began, first = time.perf_counter(), []
    for lesson in _named(chosen.lessons).values():
        for playground in lesson.playgrounds:
            first += [arm.config for arm in quick(lesson, playground)]
    first = longest(config for config in first if experiment.of(config).lane != "inline")
    lines = [parent for config in first for parent in jobs.lineage(config)[:-1]]
    parents = list(
        {(experiment.run_id(p), getattr(p, "steps", 0)): p for p in lines}.values()
    )  # every length asked for
    wanted = longest([*parents, *first])
    if chosen.gallery and not chosen.lessons:  # all lessons: nothing starts from what shipped before
        for old in (*runs.GALLERY.glob("runs/*.gz"), *runs.GALLERY.glob("weights/*.safetensors")):
            old.unlink()
    pool = workers.Pool().start()
    try:
        for config, result in runner.results(wanted):
            reason = result.finished.reason if result.finished else "?"
            print(f"{experiment.run_id(config)}  {reason}  {time.perf_counter() - began:.0f} s")
    finally:
        pool.close()
    if chosen.gallery:
        shipped = [config for config in (*parents, *first) if not experiment.of(config).machine]  # timings stay at home
        for id in {experiment.run_id(config) for config in shipped}:
            export.run(runs.Run(id))
        for config in first:
            runner.provide(config)  # a parent that has gone on since to another length
        for parent in parents:
            export.weights(parent)
    return 0


def longest(configs) -> list:
    """One config a run: where several ask for different lengths of the same run, the longest."""
    found: dict[str, object] = {}
    for config in configs:
        id = experiment.run_id(config)
        if id not in found or getattr(config, "steps", 0) > getattr(found[id], "steps", 0):
            found[id] = config
    return list(found.values())


def bench(chosen) -> int:
    from app import bench as page_bench
    from app import bench_report
    from app import growth as page_growth
    from core import bench as engine_bench
    from core.bench import growth

    def asked(part: str) -> bool:
        return chosen.part in (part, "all")

    points = page_growth.points() if asked("growth") else []
    parts = (
        *((engine_bench.rows,) if asked("engine") else ()),
        *((page_bench.rows,) if asked("page") else ()),
        *((lambda: growth.rows(points),) if points else ()),
    )
    rows = []
    for part in parts:
        for row in part():
            rows.append(row)
            print(f"{row['what']}: {row['figure']} {row['unit']}", file=sys.stderr)  # it takes a quarter of an hour
    if chosen.report:
        bench_report.write(rows, points)
    if chosen.json:
        print(json.dumps(rows, ensure_ascii=False))
    else:
        _table(["what", "figure", "unit", "bar"], [[r["what"], r["figure"], r["unit"], r["bar"]] for r in rows])
    return 0


def _plain(value: float | None):
    return None if value is None or not math.isfinite(value) else round(value, 6)


def _table(head: list, rows: list[list]) -> None:
    cells = [[str(c) for c in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    for i, row in enumerate(cells):
        print("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip())
        if i == 0:
            print("  ".join("-" * w for w in widths))


def terminal() -> int:
    """`main` for a shell: UTF-8 whatever the locale, and no traceback where the reader has gone or pressed Ctrl-C."""
    for stream in filter(None, (sys.stdout, sys.stderr)):  # None: closed from the start
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    runner.stoppable()
    try:
        code = main()
        if sys.stdout:
            sys.stdout.flush()
        return code
    except BrokenPipeError:  # `| head`: what is still in the buffer has nowhere to go
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(terminal())
