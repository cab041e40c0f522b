"""Start here: `streamlit run app/main.py`. Finds the pages and shows the one the address asks for."""

import os
import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)
# Streamlit reloads what it finds on PYTHONPATH when a file changes; workers inherit it.
os.environ["PYTHONPATH"] = ROOT
# A page's arithmetic is small. OpenBLAS's own threads would only slow it down, and can block each other for ever when
# one script thread after another multiplies matrices. It reads this once, when numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import streamlit as st  # noqa: E402

from app import shell  # noqa: E402
from core import network  # noqa: E402

network.stay_offline()  # before anything imports the Hub's client


def main() -> None:
    st.set_page_config(page_title="Pretraining Playground", layout="wide", initial_sidebar_state=shell.sidebar_state())
    shell.begin()
    page = st.navigation(shell.pages(), position="hidden" if shell.projector() else "sidebar", expanded=True)
    shell.guarded(shell.sidebar)
    shell.guarded(page.run)


if __name__ == "__main__":
    main()
