"""The prose of the standard library's docstrings: the largest English text that every Python carries."""

import ast
import re
import sysconfig
from functools import cache
from pathlib import Path

from core import manual
from core.problem import Problem

ELSEWHERE = {"site-packages", "dist-packages", "test", "tests", "idlelib", "turtledemo", "lib2to3", "pydoc_data"}


@cache
def text(root: Path | None = None) -> str:
    """One paragraph a line, none twice and none that Python's manual has too, so that a model pretrained on this has
    never read the manual. About a million characters, read in ten seconds; it differs between Python versions.

    root: the folder of modules, the standard library's by default. Raises Problem("docstrings_missing") where it holds
    no source files (a frozen Python).
    """
    root = root or Path(sysconfig.get_path("stdlib"))
    known, seen = set(manual.text().splitlines()), {}
    for path in sorted(root.rglob("*.py")):
        if ELSEWHERE.isdisjoint(path.relative_to(root).parts):
            for docstring in docstrings(path):
                for block in re.split(r"\n\s*\n", docstring):
                    if (paragraph := manual.prose(block)) is not None and paragraph not in known:
                        seen.setdefault(paragraph)
    if not seen:
        raise Problem("docstrings_missing", folder=str(root))
    return "".join(paragraph + "\n" for paragraph in seen)


def docstrings(path: Path) -> list[str]:
    """Every docstring of a source file, [] where it cannot be read (templates, other encodings)."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, OSError):
        return []
    places = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, places)]
    return [docstring for docstring in found if docstring]
