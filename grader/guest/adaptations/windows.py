"""Windows that nobody will see: `plt.show`, `cv2.imshow`, and the keys that would close them. What they would show is kept."""

from __future__ import annotations

import functools
import itertools
from typing import Any

from grader.guest.adaptations.importing import Watch
from grader.guest.drawings import Drawings

# Escape, q, Enter, Space, no key: whatever a loop waits for comes soon.
_KEYS = (27, ord("q"), 13, 32, -1)


def install(watch: Watch, drawings: Drawings) -> None:
    """Let pyplot show by closing, as a notebook does, and OpenCV without a window."""
    watch.when_imported("matplotlib.pyplot", functools.partial(_adapt_pyplot, drawings=drawings))
    watch.when_imported("cv2", functools.partial(_adapt_opencv, drawings=drawings))


def _adapt_pyplot(pyplot: Any, drawings: Drawings) -> None:
    pyplot.switch_backend("agg")
    switch = pyplot.switch_backend

    def show(*_args: Any, **_kwargs: Any) -> None:
        drawings.show_figures()

    vars(pyplot)["show"] = show
    vars(pyplot)["pause"] = _nothing
    vars(pyplot)["switch_backend"] = lambda *_args, **_kwargs: switch("agg")


def _adapt_opencv(opencv: Any, drawings: Drawings) -> None:
    def imshow(*arguments: Any, **named: Any) -> None:
        drawings.show_array(named.get("mat", arguments[-1] if arguments else None))

    opencv.imshow = imshow
    for name in ("namedWindow", "destroyAllWindows", "destroyWindow", "moveWindow", "resizeWindow", "setMouseCallback"):
        setattr(opencv, name, _nothing)
    keys = itertools.cycle(_KEYS)
    for name in ("waitKey", "waitKeyEx", "pollKey"):
        setattr(opencv, name, lambda *_args, **_kwargs: next(keys))


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    return None
