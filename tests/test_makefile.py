"""`make` on a machine that cannot run the dashboard: a sentence with the remedy, and nothing is installed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="this system has no make")
TEXT = {"capture_output": True, "text": True, "timeout": 60}


def set_up(tmp_path, pretend: str) -> subprocess.CompletedProcess:
    """`make` sets up an environment with a Python for which `pretend` holds."""
    (tmp_path / "sitecustomize.py").write_text(f"import platform, sys\n{pretend}")
    command = ["make", "-f", str(ROOT / "Makefile"), "app", f"VENV={tmp_path / 'venv'}", f"PYTHON={sys.executable}"]
    made = subprocess.run(command, cwd=ROOT, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path)}, **TEXT)
    assert made.returncode == 2 and not (tmp_path / "venv").exists()
    return made


@pytest.mark.parametrize("version", [(3, 10, 13), (3, 14, 0)])
def test_another_python_is_refused_with_the_versions_that_work(tmp_path, version):
    made = set_up(tmp_path, f"sys.version_info = {version}")
    assert "This needs Python 3.11, 3.12 or 3.13: make app PYTHON=python3.12" in made.stdout


@pytest.mark.parametrize(("machine", "mac"), [("x86_64", "14.5"), ("arm64", "13.6.1")])
def test_a_mac_for_which_there_is_no_pytorch_is_told_so(tmp_path, machine, mac):
    made = set_up(tmp_path, f"platform.machine = lambda: {machine!r}\nplatform.mac_ver = lambda: ({mac!r}, (), '')")
    assert "macOS 14 or newer" in made.stderr and f"{machine}, on macOS {mac}." in made.stderr


FITS = "platform.machine = lambda: 'arm64'\nplatform.mac_ver = lambda: ('14.5', (), '')\n"


@pytest.mark.parametrize("system", ["", FITS])
def test_a_python_without_venv_is_told_how_to_get_it(tmp_path, system):
    made = set_up(tmp_path, f"{system}sys.modules['venv'] = None")
    assert "sudo apt install python3-venv" in made.stdout
