"""The code that ran, read as text: showing it never imports it (that would bring torch into the page's process)."""

import ast
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "core"


@lru_cache(maxsize=256)
def _tree(path: Path, stamp: float) -> tuple[str, ast.Module]:
    text = path.read_text(encoding="utf-8")
    return text, ast.parse(text)


def source(name: str) -> tuple[str, str]:
    """(where it stands, its text) of "models.Model1" or "experiments.like_x.mixed_loss". Raises KeyError if absent."""
    *module, thing = name.split(".")
    path = ROOT.joinpath(*module).with_suffix(".py")
    if not path.exists():
        raise KeyError(name)
    text, tree = _tree(path, path.stat().st_mtime)
    for node in tree.body:
        if getattr(node, "name", None) == thing:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            lines = text.splitlines()[first - 1 : node.end_lineno]
            return f"core/{path.relative_to(ROOT)}:{first}", "\n".join(lines)
    raise KeyError(name)
