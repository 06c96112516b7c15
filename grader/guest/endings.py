"""A process that ends itself while its file is read, as notebooks do that restart their runtime after `pip install`."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

_DEADLY = {signal.SIGTERM, signal.SIGINT, getattr(signal, "SIGKILL", signal.SIGTERM), getattr(signal, "SIGHUP", signal.SIGTERM)}


@contextmanager
def as_exceptions() -> Iterator[None]:
    """In the body `os._exit`, and a deadly signal that the process sends itself, are a `SystemExit`, so that what stands below
    still counts. Processes that it starts end as ever: they would go on with what is not theirs.

    A courtesy, not a limit, for code that calls them by these names.
    """
    here = os.getpid()
    leave, kill = os._exit, os.kill

    def exit_here(status: Any = 0) -> NoReturn:
        if os.getpid() == here:
            raise SystemExit(status)
        leave(status)

    def kill_here(process: Any, number: Any) -> None:
        if process == here == os.getpid() and number in _DEADLY:
            raise SystemExit(f"signal {int(number)}")
        kill(process, number)

    ours: dict[str, Callable[..., Any]] = {"_exit": exit_here, "kill": kill_here}
    before = {name: getattr(os, name) for name in ours}
    vars(os).update(ours)
    try:
        yield
    finally:
        vars(os).update({name: before[name] for name, function in ours.items() if vars(os).get(name) is function})
