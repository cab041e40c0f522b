"""Is there an internet here? Asked once, in the background: no page ever waits for the answer."""

import socket
import threading

HOST, PORT, PATIENCE = "huggingface.co", 443, 2.0  # where texts and weights would come from

_answer: list[bool] = []
_asked = threading.Lock()


def online() -> bool | None:
    """Whether the internet answered; None while nobody knows yet. The first call asks."""
    if not _answer and _asked.acquire(blocking=False):
        threading.Thread(target=probe, daemon=True).start()
    return _answer[-1] if _answer else None


def probe(host: str = HOST, port: int = PORT) -> bool:
    """Ask again, waiting up to two seconds: does a TCP connection open?"""
    try:
        socket.create_connection((host, port), PATIENCE).close()
        found = True
    except OSError:
        found = False
    _answer[:] = [found]
    return found
