"""A GPU for a submission: CUDA is initialised in its own process, never in the template, because no fork survives it."""

from __future__ import annotations

import sys
from typing import Any


def claim(megabytes: int) -> bool:
    """Initialise CUDA here and bound what torch's allocator may take of each GPU; whether there is one that can be used.

    It binds honest code: a submission can lift it, and memory that is asked of the driver itself is not counted.
    """
    torch: Any = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return False
    try:
        for number in range(torch.cuda.device_count()):
            whole = torch.cuda.get_device_properties(number).total_memory
            torch.cuda.set_per_process_memory_fraction(min(1.0, (megabytes << 20) / whole), number)
    except RuntimeError:  # a driver that is too old, a GPU that others have filled: the CPU answers, and says so
        return False
    # Ten bits of mantissa in the place of 23: the tolerance of comparisons is that of float32.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    return True
