"""Windows that nobody will see: `plt.show`, `cv2.imshow`."""

from __future__ import annotations

import sys
from typing import Any

from grader.guest.notes import Notes


def install(notes: Notes) -> None:
    """Let pyplot show by closing, as a notebook does, and OpenCV by doing nothing. Only for libraries already imported."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.switch_backend("agg")
        vars(pyplot)["show"] = lambda *_args, **_kwargs: pyplot.close("all")
    opencv = sys.modules.get("cv2")
    if opencv is not None:
        for name in ("imshow", "namedWindow", "destroyAllWindows", "destroyWindow", "moveWindow", "resizeWindow"):
            setattr(opencv, name, _nothing)
        for name in ("waitKey", "waitKeyEx"):
            setattr(opencv, name, lambda *_args: 27)  # the Escape key ends the usual loop


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    return None
