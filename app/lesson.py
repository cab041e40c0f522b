"""What a lesson page is made of. A lesson is data: pages declare one Lesson, app/show.py renders all of them."""

import importlib.util
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path

from app.i18n import T

PAGES = Path(__file__).resolve().parent.parent / "pages"

# --- controls: each names a field; what the field belongs to decides what moving it does ------------------------
# A field of a playground's Config retrains. A field of a probe's Config reads the finished model again. Any other
# field is a view: it only redraws. Training fields take their default from the quick preset, never from here.


@dataclass(frozen=True)
class Slider:
    """A number. log: a geometric scale (`zero`: with 0 at its left end). values: exactly these stops instead.
    words: what to call a stop that is no plain number ((0, T("all", ...)),), where there are stops."""

    field: str
    label: T
    help: T
    low: float = 0
    high: float = 1
    step: float | None = None
    log: bool = False
    zero: bool = False
    values: tuple = ()
    unit: T | None = None
    default: float | None = None  # for view fields only
    words: tuple[tuple[float, T], ...] = ()


@dataclass(frozen=True)
class Choice:
    """One of a few. options: (code, label); the code is language-neutral and stands in the link. more(): options that
    only this machine has, asked whenever the control is drawn."""

    field: str
    label: T
    help: T
    options: tuple[tuple[str, T], ...]
    default: str | None = None
    more: Callable[[], tuple[tuple[str, T], ...]] | None = None


@dataclass(frozen=True)
class Toggle:
    field: str
    label: T
    help: T
    default: bool | None = None


@dataclass(frozen=True)
class Text:
    """A typed text (a prompt, letters). lines: above 1 a box of that height, for a whole page; it stays out of the link."""

    field: str
    label: T
    help: T
    max_chars: int = 200
    default: str | None = None
    lines: int = 1


@dataclass(frozen=True)
class Many:
    """Several of a few (which arms to draw). Its value is the codes, sorted, joined by commas."""

    field: str
    label: T
    help: T
    options: tuple[tuple[str, T], ...]
    default: str | None = None


@dataclass(frozen=True)
class Button:
    """Do it once more: a view field that counts presses (draw another mask, push again)."""

    field: str
    label: T
    help: T


Control = Slider | Choice | Toggle | Text | Many | Button


@dataclass(frozen=True)
class Preset:
    """Settings worth trying. values: training, probe and view fields over the quick preset. look_for: what will
    be seen. cost: None, or why it may not run here (a GPU, a download): shown beside it."""

    name: str  # quick | course | long | any word; broken ones set broken=True
    label: T
    values: dict
    look_for: T
    broken: bool = False
    needs: T | None = None


@dataclass(frozen=True)
class Arm:
    """One run of a comparison. color: index into the palette (theme.ARMS); the same thing keeps its colour."""

    label: str  # language-neutral, stands in frames
    name: T
    config: object
    color: int = 0
    dash: bool = False


def single(config, values) -> tuple[Arm, ...]:
    """The arms of a playground with one run and nothing beside it."""
    return (Arm("main", T("this setting", "thiết lập này"), config, 0),)


@dataclass(frozen=True)
class Figure:
    """A chart. rows(view): its data. chart(view): an Altair chart over those rows WITHOUT data (st draws it with the
    rows), so that the specification stays constant while the numbers change: encodings carry their types ("step:Q").
    It may use what is fixed during a run (references, arms, labels, language, size): never the rows' values. A tuple of
    charts is drawn one below the other, each as wide as the page (a concatenated chart cannot follow the page's width);
    with beside=True side by side, sharing that width.
    constant: it uses language and size alone, so a moved knob sends nothing but rows (what an inline lesson needs).
    """

    name: str
    title: T
    alt: T  # what a screen reader says; {now} is filled with the verdict
    rows: Callable[["object"], "object"]
    chart: Callable[["object"], "object"]
    help: T | None = None
    folded: bool = False  # in "Look inside" instead of on the first screen
    beside: bool = False  # the charts of a tuple stand next to each other
    constant: bool = False


@dataclass(frozen=True)
class Readout:
    """A number in words: label, value as it should be read aloud, and what it means."""

    label: T
    value: str | T
    help: T | None = None


@dataclass(frozen=True)
class Prediction:
    """A question the learner answers before Train. answer(view): the code (or number, or order) the run decided,
    None while it has not. kind: choice | number | ranking. decided_by: the preset whose run decides it; if that is not
    quick, the learner is told which one to try. given_by: what of a stored run already gives the answer, and is kept
    back: end | numbers (those of its beginning, too) | picture (whatever is seen of it)."""

    id: str
    question: T
    answer: Callable[["object"], object]
    why: Callable[["object"], T]
    options: tuple[tuple[str, T], ...] = ()
    kind: str = "choice"
    low: float = 0
    high: float = 1
    step: float = 0.1
    tolerance: float = 0.1
    unit: T | None = None
    decided_by: str = "quick"
    given_by: str = "end"


@dataclass(frozen=True)
class Probe:
    """A question put to a finished run. config(arm, values): the Config of a small "express" experiment (its `parent`
    field is core.experiment.encode(arm.config)), or None where it does not apply. Drawn with the view of its result."""

    name: str
    title: T
    config: Callable[[Arm, dict], object]
    controls: tuple[str, ...]  # fields, of the lesson's controls
    figures: tuple[Figure, ...] = ()
    samples: tuple[str, ...] = ()
    automatic: bool = False  # ask again whenever a control moves (else on a button)


@dataclass(frozen=True)
class Claim:
    """A statement of the course (source) or of ours (source=None), and how it is checked here.

    kind: arithmetic | exact | training | device | citation. needs(seed): {label: Config}, the runs it looks at, shared
    with every other page by identity. measure({label: Result}) -> one number per seed. judge([numbers]) ->
    core.claims.Verdict about the *statement*. Only kind "training" uses more than one seed. requires: what must be
    present ("gpt2", "gulliver", "gpu"), else "not measured here".
    """

    id: str
    text: T
    source: T | None
    reported: T
    kind: str
    measure: Callable[[dict], float] | None = None
    judge: Callable[[list[float]], object] | None = None
    needs: Callable[[int], dict] = lambda seed: {}
    seeds: tuple[int, ...] = (10, 11, 12)
    requires: tuple[str, ...] = ()
    unit: T = T("", "")
    explain: T = T("", "")  # why it is so: shown under the verdict
    digits: int = 3


@dataclass(frozen=True)
class Playground:
    """One experiment to play with.

    config: the quick preset (a Config with overrides). arms(config, values) -> tuple of Arm, the main one first; each
    is its own cached run. presets[0] is quick with values {}. verdict(view) -> sentences from rules on the numbers.
    front: the fields of the two or three controls in view. follow(values): fields whose controls come into view behind the
    first of them, by what it is set to (the threshold of the chosen rule). code: names of functions as "models.Model1", read from
    core by text, never imported.
    """

    slug: str
    heading: T
    prose: T
    config: object
    presets: tuple[Preset, ...]
    arms: Callable[[object, dict], tuple[Arm, ...]]
    figures: tuple[Figure, ...]
    front: tuple[str, ...]
    verdict: Callable[["object"], list[T]]
    predictions: tuple[Prediction, ...] = ()
    readouts: Callable[["object"], list[Readout]] = lambda view: []
    samples: tuple[str, ...] = ()
    probes: tuple[Probe, ...] = ()
    code: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()  # fields the arms set themselves: no control is shown for them
    sample_names: dict = field(default_factory=dict)  # {sample: T}, for those that no arm trained
    follow: Callable[[dict], tuple[str, ...]] | None = None
    against: Callable[[object, object], T] | None = None  # (pinned Result, Result in front): how they compare, in words

    def __post_init__(self):
        _check_tuples(self)


GROUPS = {  # of the home page, in its order
    "foundations": T("Foundations", "Nền tảng"),
    "training": T("Train a model", "Huấn luyện mô hình"),
    "signal": T("Shape the signal", "Điều khiển tín hiệu"),
    "data": T("Data and speed", "Dữ liệu và tốc độ"),
}


@dataclass(frozen=True)
class Lesson:
    """Number and order come from the file name (lesson_05_train_model_1.py)."""

    slug: str
    group: str  # one of GROUPS
    title: T
    question: T
    after: tuple[T, ...]  # what a learner can say afterwards
    minutes: int
    controls: tuple[Control, ...]
    playgrounds: tuple[Playground, ...]
    claims: tuple[Claim, ...]
    deeper: T
    further: tuple[T, ...] = ()
    formula: T | None = None
    extra: dict = field(default_factory=dict)

    def __post_init__(self):
        _check_tuples(self)
        if self.group not in GROUPS:
            raise ValueError(f"{self.slug}: group {self.group!r} is none of {', '.join(GROUPS)}")


def _check_tuples(declared) -> None:
    """The commonest slip in a declaration is a missing comma: (one) is no tuple of one."""
    for f in fields(declared):
        value = getattr(declared, f.name)
        if str(f.type).startswith("tuple[") and not isinstance(value, tuple):
            raise TypeError(
                f"{declared.slug}: {f.name} must be a tuple, not {type(value).__name__}: is a comma missing?"
            )


def default(control: Control, playground: Playground):
    """Where a control starts: training fields at the quick preset; others carry their own."""
    if hasattr(playground.config, control.field):
        return getattr(playground.config, control.field)
    if getattr(control, "default", None) is not None:
        return control.default
    match control:
        case Choice():
            return control.options[0][0]
        case Many():
            return ",".join(sorted(code for code, _ in control.options))
        case Button():
            return 0
        case Toggle():
            return False
        case Text():
            return ""
    return control.low


def quick(lesson: Lesson, playground: Playground) -> tuple[Arm, ...]:
    """The arms of the quick preset, every control where it starts."""
    return playground.arms(playground.config, start(lesson, playground))


def start(lesson: Lesson, playground: Playground) -> dict:
    """{field: value} of the quick preset: the Config's fields and the controls' own."""
    return {c.field: default(c, playground) for c in lesson.controls} | vars(playground.config)


@cache
def _module(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def discover() -> dict[int, Lesson]:
    """{number: Lesson}, in order: the files of pages/ that are lessons. Nothing is registered anywhere. One that cannot
    be read costs nobody the others: it is left out, and `unreadable` says why."""
    return _read()[0]


def unreadable() -> dict[int, Exception]:
    """{number: what its file raised}, for the lessons that cannot be read."""
    return _read()[1]


def _read() -> tuple[dict[int, Lesson], dict[int, Exception]]:
    lessons, broken = {}, {}
    for path in sorted(PAGES.glob("lesson_*.py")):
        if match := re.fullmatch(r"lesson_(\d\d)_\w+", path.stem):
            try:
                lessons[int(match[1])] = _module(path).LESSON
            except Exception as slip:  # whatever a page in the making does wrong; mended, the next reload reads it
                logging.getLogger(__name__).exception("%s cannot be read", path.name)
                broken[int(match[1])] = slip
    return lessons, broken


def page_path(number: int) -> Path:
    return next(PAGES.glob(f"lesson_{number:02d}_*.py"))
