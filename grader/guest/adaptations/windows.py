"""Windows that nobody will see: `plt.show`, `cv2.imshow`, and the keys that would close them."""

from __future__ import annotations

import itertools
from typing import Any

from grader.guest.adaptations.importing import Watch

# Escape, q, Enter, Space, no key: whatever a loop waits for comes soon.
_KEYS = (27, ord("q"), 13, 32, -1)


def install(watch: Watch) -> None:
    """Let pyplot show by closing, as a notebook does, and OpenCV by doing nothing."""
    watch.when_imported("matplotlib.pyplot", _adapt_pyplot)
    watch.when_imported("cv2", _adapt_opencv)


def _adapt_pyplot(pyplot: Any) -> None:
    pyplot.switch_backend("agg")
    switch = pyplot.switch_backend

    def show(*_args: Any, **_kwargs: Any) -> None:
        pyplot.close("all")

    vars(pyplot)["show"] = show
    vars(pyplot)["pause"] = _nothing
    vars(pyplot)["switch_backend"] = lambda _name: switch("agg")


def _adapt_opencv(opencv: Any) -> None:
    for name in ("imshow", "namedWindow", "destroyAllWindows", "destroyWindow", "moveWindow", "resizeWindow", "setMouseCallback"):
        setattr(opencv, name, _nothing)
    keys = itertools.cycle(_KEYS)
    for name in ("waitKey", "waitKeyEx", "pollKey"):
        setattr(opencv, name, lambda *_args: next(keys))


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    return None
