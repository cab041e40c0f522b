"""The end of a process that was started for one task."""

import os
import sys
from collections.abc import Callable


def run(main: Callable[[], None]) -> None:
    """`main()`, then out, without taking the interpreter down: threads that a library never lets go of abort a process that
    has done all its work. Gloo's did in 14 of 225 under load, those that read a parquet file ahead in 1 of 40."""
    code = 0
    try:
        main()
        sys.stdout.flush()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stderr.flush()
    os._exit(code)
