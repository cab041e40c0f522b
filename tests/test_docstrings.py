"""Docstrings as a text: what is read, what is left out."""

import pytest

from core import docstrings, manual
from core.problem import Problem

LONG = "A paragraph of prose that is long enough to count as one, and that ends with a full stop."


@pytest.fixture
def folder(tmp_path):
    for name in ("a.py", "test/b.py", "site-packages/c.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f'"""{LONG} ({name})."""\n')
    docstrings.text.cache_clear()
    return tmp_path


def test_docstrings_of_modules_classes_and_functions_are_read_and_tests_are_not(folder):
    code = f'''
class A:
    """{LONG} (class)."""
    def f(self):
        """{LONG} (method).

        >>> code = 1
        """
        "{LONG} (no docstring)."
async def g():
    """{LONG} (function)."""
def h():
    """{LONG} (method)."""
'''
    (folder / "d.py").write_text(code)
    (folder / "e.py").write_text("this is no Python")
    found = docstrings.text(folder).splitlines()
    assert found == [f"{LONG} ({place})." for place in ("a.py", "class", "function", "method")]


def test_what_the_manual_says_is_left_out(folder):
    paragraph = manual.text().splitlines()[3]
    (folder / "a.py").write_text(f"{paragraph!r}\n")
    (folder / "d.py").write_text(f'"""{LONG}"""\n')
    assert docstrings.text(folder) == LONG + "\n"


def test_a_python_without_sources_is_a_problem(tmp_path):
    with pytest.raises(Problem, match="docstrings_missing"):
        docstrings.text(tmp_path)


def test_the_standard_library_has_three_times_the_prose_of_the_manual():
    docstrings.text.cache_clear()
    text = docstrings.text()
    assert len(text) > 3 * len(manual.text())
    assert not set(text.splitlines()) & set(manual.text().splitlines())
