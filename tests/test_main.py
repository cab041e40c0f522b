"""Where the app starts: what must be settled before anything else is imported."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_numpy_gets_one_thread_because_nobody_imports_it_earlier():
    """With OpenBLAS's own threads a second script thread hung for ever in a matrix product."""
    code = (
        "import os, sys; import streamlit.web.cli, streamlit.web.bootstrap; early = 'numpy' in sys.modules;"
        "import app.main; print(early, os.environ['OPENBLAS_NUM_THREADS'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "1"]
