"""A figure's rows, made once for all who look at the same run: a class of thirty asks for them forty times a second."""

import threading
import time
from collections import OrderedDict

AGE = 0.5  # seconds for which rows of a run in progress are new enough for somebody else
KEEP = 64

_lock = threading.Lock()
_made: OrderedDict[tuple, tuple[tuple, float, object]] = OrderedDict()  # key -> (version, when, rows)


def rows(place: tuple, figure, view):
    """figure.rows(view), computed now or not long ago. place: what tells the figure from all others (lesson, playground).
    While a run trains, rows of a moment ago serve; once it has ended only those of its end do. Not to be changed."""
    key, version = (*place, figure.name, *_key(view)), tuple(len(a.result.events) for a in _all(view))
    now = time.monotonic()
    with _lock:
        had, when, found = _made.get(key, (None, 0.0, None))
        if had == version or (had is not None and view.active and now - when < AGE):
            return found
        if had is not None:
            _made[key] = had, now, found  # whoever asks while new rows are made gets these
    found = figure.rows(view)
    with _lock:
        _made[key] = version, now, found
        _made.move_to_end(key)
        while len(_made) > KEEP:
            _made.popitem(last=False)
    return found


def _all(view) -> tuple:
    return (*view.arms, *view.pinned, *view.last)


def _key(view) -> tuple:
    """Everything of a view that rows may depend on, but how far its runs are."""
    arms = tuple((a.run_id, a.arm.label, a.arm.name(view.lang), a.arm.color, a.source) for a in _all(view))
    states = tuple(a.status.state for a in view.arms)
    values = tuple(sorted((name, str(value)) for name, value in view.values.items()))
    return view.lang, view.size, len(view.arms), len(view.pinned), arms, states, values, view.shown
