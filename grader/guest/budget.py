"""How long a submission's file may run: what one heavy cell takes is not taken from the definitions below it."""

from __future__ import annotations

import time

_SPARE = 0.85  # of the whole time, so that the answer still comes in time
_SHARE = 0.4  # of what is left, for one piece
_LEAST = 0.5  # seconds, so that many heavy cells still leave definitions a chance


class Budget:
    """Seconds for the pieces of a file: `piece` for each while there is enough, then a share of what is left."""

    def __init__(self, total: float, piece: float) -> None:
        self.piece = piece
        self.ends = time.monotonic() + total * _SPARE

    def next_piece(self) -> float:
        """The seconds of wall time that the next piece may take."""
        return max(_LEAST, min(self.piece, (self.ends - time.monotonic()) * _SHARE))

    @property
    def is_over(self) -> bool:
        """Whether nothing is left for what only may run."""
        return time.monotonic() >= self.ends
