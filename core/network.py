"""Is there an internet here? Asked once, in the background: no page ever waits for the answer."""

import os
import socket
import threading

HOST, PORT, PATIENCE = "huggingface.co", 443, 2.0  # where texts and weights would come from
# Without a network the Hub's client tries five times, some 23 seconds. It reads these when it is first imported.
SILENT = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}

_answer: list[bool] = []
_asked = threading.Lock()


def stay_offline() -> None:
    """Keep the Hub's client in this process, and in those it starts, from using the network by itself: pages and
    training never download. What a learner asks for goes through core.download, or a child with `environment`."""
    for name, value in SILENT.items():
        os.environ.setdefault(name, value)


def environment() -> dict[str, str]:
    """The environment for a child process that is to use the network."""
    return {name: value for name, value in os.environ.items() if name not in SILENT} | {"HF_HUB_DOWNLOAD_TIMEOUT": "15"}


def online() -> bool | None:
    """Whether the internet answered; None while nobody knows yet. The first call asks."""
    if not _answer and _asked.acquire(blocking=False):
        threading.Thread(target=probe, daemon=True).start()
    return _answer[-1] if _answer else None


def look_again() -> None:
    """Ask anew, in the background: `online` says None until the answer is there."""
    _answer.clear()
    threading.Thread(target=probe, daemon=True).start()


def probe(host: str = HOST, port: int = PORT) -> bool:
    """Ask again, waiting up to two seconds: does a TCP connection open?"""
    try:
        socket.create_connection((host, port), PATIENCE).close()
        found = True
    except OSError:
        found = False
    _answer[:] = [found]
    return found
