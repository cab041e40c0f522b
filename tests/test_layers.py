"""What may import what, and what may not be written: bans, read off the source."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = sorted((ROOT / "core").rglob("*.py"))
EXPERIMENTS = sorted((ROOT / "core" / "experiments").glob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))
APP = sorted((ROOT / "app").glob("*.py"))


def imported(path: Path, *, everywhere: bool = True) -> set[str]:
    """Dotted names a file imports; everywhere=False: only when the file itself is imported."""
    tree = ast.parse(path.read_text())
    nodes = ast.walk(tree) if everywhere else tree.body
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def offenders(paths, banned: tuple[str, ...], **how) -> list[str]:
    def bad(name):
        return any(name == b or name.startswith(b + ".") for b in banned)

    return [f"{p.relative_to(ROOT)}: {name}" for p in paths for name in imported(p, **how) if bad(name)]


def test_core_knows_neither_streamlit_nor_charts_nor_the_app():
    assert offenders(CORE, ("streamlit", "altair", "app", "pages")) == []


def test_pages_never_touch_torch():
    assert offenders(PAGES + APP, ("torch",)) == []


def test_pictures_are_made_with_the_chart_whose_channels_cost_little():
    assert [p.name for p in PAGES + APP if "alt.Chart(" in p.read_text()] == [], "app.charts.Chart"


def test_no_run_depends_on_which_python_it_is_trained_with():
    """What a Python brings along (its manual, its modules' docstrings) is read only where files that ship are made of it."""
    makers = {"core/manual.py", "core/docstrings.py"}
    found = {slip.split(":")[0] for slip in offenders(CORE + APP + PAGES, ("pydoc_data", "sysconfig", "pydoc"))}
    assert found == makers
    users = {slip.split(":")[0] for slip in offenders(CORE + APP + PAGES, ("core.docstrings",))}
    assert users == {"core/house.py"}


def test_experiments_do_not_import_experiments():
    assert offenders(EXPERIMENTS, ("core.experiments",)) == []


def test_experiments_import_torch_only_while_they_run():
    assert offenders(EXPERIMENTS, ("torch",), everywhere=False) == []


@pytest.mark.parametrize("package", ["pickle", "joblib", "dill"])
def test_nothing_is_unpickled(package):
    assert offenders(CORE + APP + PAGES, (package,)) == []
    assert not [p for p in CORE + APP + PAGES if "allow_pickle=True" in p.read_text()]


def test_torch_opens_a_file_in_one_place_only_and_only_as_weights():
    """Lesson 2 shows torch's own refusal of a pickle: its experiment alone may ask for it, of files it wrote itself a
    moment ago into a temporary folder, and only with weights_only=True, which runs nothing."""
    found = {}
    for path in CORE + APP + PAGES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and ast.unparse(node) == "torch.load":
                found.setdefault(path.name, [0, 0])[0] += 1
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                only = {k.arg: ast.unparse(k.value) for k in node.keywords}.get("weights_only")
                found.setdefault(path.name, [0, 0])[1] += only == "True"
        assert "from torch import load" not in path.read_text()
    assert set(found) == {"opening.py"}
    mentions, safe = found["opening.py"]
    assert mentions == safe == 2


def test_the_server_process_stays_free_of_torch():
    """Every lesson declared, every claim's runs named, and torch is still not imported: the page starts in seconds."""
    code = (
        "import sys; from app.lesson import discover; from core import claims;"
        "[claims.stamp(c) for lesson in discover().values() for c in lesson.claims];"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
