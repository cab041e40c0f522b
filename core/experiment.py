"""An experiment is a Config and a generator of events. Its knobs, their limits and its identity live here.

A training experiment's Config holds everything that changes the run, and nothing else. Reading a finished
model (a new temperature, a new prompt) is a second, small experiment whose `needs` names the run it reads.
"""

import hashlib
import importlib
import json
import math
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from functools import cache

from core.events import Event
from core.problem import Problem


def knob(default, *, low=None, high=None, choices=None, pattern=None, corpus=False, later=False):
    """A Config field with its limits: what the command line and a pasted link are checked against.

    low, high: inclusive limits of a number. choices: the allowed values. pattern: a regular expression for a text
    that also fits when it is none of the choices. corpus: this field names a text; its content enters the run's
    identity, so that another edition of the same book is another run. With a pattern, whichever, it takes every text
    there is (corpora.OTHER); without one, only its choices. later: this field came after runs had been stored, and its
    default is what they did; at the default it is no part of the run's identity, so that they stay valid.
    """
    limits = {"low": low, "high": high, "choices": choices, "pattern": pattern, "corpus": corpus, "later": later}
    return field(default=default, metadata=limits)


def _never_extends(config) -> bool:
    return False


def _no_needs(config) -> dict:
    return {}


@dataclass(frozen=True)
class Experiment:
    """What `core/experiments/<name>.py` exports as EXPERIMENT.

    run(config, inputs, resume): yields events. `inputs`: {role: {tensor name: tensor}}, the snapshots of what
        `needs(config)` asked for. `resume`: None, or (step, {tensor name: tensor}) of this run's own snapshot.
    lane: "inline" (at most 50 ms, numpy only, in the page's own process) | "express" (a probe: any worker at
        once) | "train" (waits for a slot) | "alone" (timings: waits until it has the machine to itself).
    extends(config): True where the first n steps do not depend on `config.steps` (no schedule tied to the length):
        then "train longer" continues the same run, and `steps` is no part of its identity.
    machine: results belong to the machine they were measured on (timings), and never come from the gallery.
    build(config) -> (model, tokenizer), freshly initialised: for those who read this run's snapshot (a probe, a
        fine-tuning). None where there is no model. Experiments find each other by name, never by import.
    """

    name: str
    version: int
    Config: type
    run: Callable[..., Iterator[Event]]
    needs: Callable[[object], dict[str, object]] = _no_needs
    lane: str = "train"
    extends: Callable[[object], bool] = _never_extends
    machine: bool = False
    build: Callable[[object], tuple] | None = None


@cache
def names() -> tuple[str, ...]:
    """Every experiment there is: the files of core/experiments."""
    import core.experiments

    return tuple(sorted(m.name for m in pkgutil.iter_modules(core.experiments.__path__)))


def load(name: str) -> Experiment:
    """The experiment of that name. Raises Problem("unknown_experiment") naming the valid ones."""
    if name not in names():
        raise Problem("unknown_experiment", name=str(name)[:80], valid=", ".join(names()))
    return importlib.import_module(f"core.experiments.{name}").EXPERIMENT


def of(config) -> Experiment:
    """The experiment a Config belongs to (a Config class carries its experiment's name)."""
    return load(config.experiment)


def parent(config, wanted: str):
    """The Config that `config.parent` names (encode), where it is one of the experiment `wanted`; that experiment's
    default where it names none. Raises Problem("wrong_parent") where it is another experiment's."""
    found = decode(config.parent) if config.parent else load(wanted).Config()
    if found.experiment != wanted:
        raise Problem("wrong_parent", wanted=wanted, given=found.experiment)
    return found


# --- from the outside world to a Config -------------------------------------------------------------------------


def digits(value: float) -> int:
    """Significant digits that a setting keeps: three; six just below 1, where 0.9995 is no 1."""
    return 6 if 0.99 < abs(value) < 1 else 3


def coerce(Config: type, name: str, value):
    """`value` (a number, or text from a link or the command line) as field `name` wants it.

    Raises Problem: unknown_field, not_a_number, not_text, out_of_range, not_a_choice. Floats keep three significant digits,
    so that 0.005, "5e-3" and a slider's 0.0050000001 are the same run (`digits`).
    """
    known = {f.name: f for f in fields(Config)}
    if name not in known:
        raise Problem("unknown_field", field=str(name)[:80], experiment=Config.experiment, valid=", ".join(known))
    default, limits = known[name].default, known[name].metadata
    if isinstance(default, bool):
        value = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}.get(
            str(value).lower(), value
        )
        if not isinstance(value, bool):
            raise Problem("not_a_choice", field=name, value=str(value)[:80], valid="true, false")
    elif isinstance(default, int | float):
        try:
            value = float(value)
        except OverflowError:  # a whole number of hundreds of digits: out of range, as 1e400 is
            value = math.inf if value > 0 else -math.inf
        except (TypeError, ValueError):
            raise Problem("not_a_number", field=name, value=str(value)[:80]) from None
        low, high = limits.get("low"), limits.get("high")
        off = not math.isfinite(value) or (low is not None and value < low) or (high is not None and value > high)
        if off or (isinstance(default, int) and value != int(value)):
            kind = "whole" if isinstance(default, int) else "real"
            raise Problem("out_of_range", field=name, value=f"{value:g}", low=low, high=high, number=kind)
        value = int(value) if isinstance(default, int) else float(f"{value:.{digits(value)}g}") + 0.0  # -0 is 0
    else:
        value = str(value)
        if any("\ud800" <= letter <= "\udfff" for letter in value):  # bytes that were no text: they have no UTF-8
            raise Problem("not_text", field=name)
    choices, pattern = limits.get("choices"), limits.get("pattern")
    if limits.get("corpus") and pattern:
        from core import corpora

        pattern = corpora.OTHER
    if choices is not None and value not in choices:
        import re

        if not (pattern and isinstance(value, str) and re.fullmatch(pattern, value)):
            code = "not_a_choice" if value != "" else "empty"
            raise Problem(code, field=name, value=str(value)[:80], valid=", ".join(map(str, choices)))
    return value


def make(Config: type, base=None, **values):
    """A Config with these values over `base` (or the defaults), each checked. Raises Problem on the first bad one."""
    return replace(base or Config(), **{name: coerce(Config, name, value) for name, value in values.items()})


# --- identity ---------------------------------------------------------------------------------------------------


def encode(config) -> str:
    """A Config as one line of canonical JSON: how a probe's Config names the run it reads."""
    return json.dumps({"experiment": config.experiment, **asdict(config)}, sort_keys=True, ensure_ascii=False)


def decode(text: str):
    """The Config that `encode` wrote. Fields it does not know are dropped, values out of range raise Problem."""
    try:
        values = json.loads(text)
        name = values.pop("experiment")
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        raise Problem("unknown_experiment", name=str(text)[:80], valid=", ".join(names())) from None
    Config = load(name).Config
    known = {f.name for f in fields(Config)}
    return make(Config, **{k: v for k, v in values.items() if k in known})


def run_id(config) -> str:
    """The name of the run: experiment and a hash of all that determines its numbers, parents' ids included."""
    from core import corpora

    experiment = of(config)
    values = dict(vars(config))  # Configs are flat; asdict would copy every value
    for f in fields(config):
        assert f.default is not MISSING, f"{config.experiment}.{f.name} has no default"
        if f.metadata.get("corpus"):
            values[f.name] = corpora.fingerprint(values[f.name])
        if f.metadata.get("later") and values[f.name] == f.default:
            values.pop(f.name)
    if experiment.extends(config):
        values.pop("steps")
    if experiment.machine:
        from core import device

        values["machine"] = device.machine()
    parents = {role: run_id(parent) for role, parent in experiment.needs(config).items()}
    payload = {"name": experiment.name, "version": experiment.version, "config": values, "parents": parents}
    text = json.dumps(payload, sort_keys=True, ensure_ascii=False)
    return f"{experiment.name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def grid(steps: int) -> list[int]:
    """The steps at which runs evaluate and may save: 0, 10, 20, 50, 100, then every 100. Never a share of the run."""
    return [s for s in (0, 10, 20, 50) if s <= steps] + list(range(100, steps + 1, 100))
