"""Thread pools of libraries, kept at one thread.

A submission's process is forked for every test, and a pool does not survive that: the child would wait for threads that it does
not have. One thread per worker is also what is fastest when several submissions are graded at once.
"""

from __future__ import annotations

import sys
from typing import Any

from grader.guest.adaptations.importing import Watch


def install(watch: Watch) -> None:
    """Let a submission ask torch and OpenCV for more threads without getting them."""
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads = torch.set_num_interop_threads = _stay
    watch.when_imported("cv2", _adapt_opencv)


def _adapt_opencv(opencv: Any) -> None:
    opencv.setNumThreads(0)
    opencv.setNumThreads = _stay


def _stay(*_args: Any, **_kwargs: Any) -> None:
    return None
