"""CLAIMS.md: the ledger of all claims as a file, made by `make claims`."""

from pathlib import Path

from app import claims_panel, ledger
from core import device, files

PATH = Path(__file__).resolve().parent.parent / "CLAIMS.md"

HEAD = """# Is the course right?

Every statement of the lessons, measured. `make claims` makes this file; the page “Is the course right?” shows the same and
measures any of them again. A verdict is about the statement as it stands; intervals are 95 % t-intervals of the mean over
seeds, and what lies inside the noise is called unclear.

{counts}.
Measured on {machine}. {time}

"""


def write(shown: list, lessons: list[int], seconds: float) -> None:
    """CLAIMS.md from all verdicts there are. lessons: those just measured ([] for all), in so many seconds; of the others the
    verdicts that were stored or that ship stand."""
    trained = sum(hit[0].seconds for *_, hit in shown if hit)
    machine = f"{device.processor()}, {device.cores()} cores"
    what = "This" if not lessons else "The last part, lesson " + ", ".join(map(str, lessons)) + ","
    time = (
        f"{what} took {seconds / 60:.0f} minutes; the runs behind it all hold {trained / 60:.0f} minutes of training."
    )
    files.write_atomic(PATH, text(shown, machine, time).encode())


def text(shown: list, machine: str, time: str) -> str:
    """shown: [(lesson number, Claim, (Verdict, facts) or None)]. What disagrees with the course stands on top."""
    shown = sorted(shown, key=lambda row: claims_panel.ORDER.index(ledger.state(row[2])))
    table = ledger.frame(shown, "en")
    states = [ledger.state(hit) for _, _, hit in shown]
    counts = ", ".join(
        f"{states.count(name)} {claims_panel.STATES[name].en}" for name in claims_panel.ORDER if name in states
    )
    lines = ["| " + " | ".join(table.columns) + " |", "|" + " --- |" * len(table.columns)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in table.itertuples(index=False)]
    return HEAD.format(counts=f"{len(shown)} claims: {counts}", machine=machine, time=time) + "\n".join(lines) + "\n"


def _cell(value: str) -> str:
    """A Markdown table takes no bars or line ends inside a cell."""
    return str(value).replace("|", "\\|").replace("\n", " ")
