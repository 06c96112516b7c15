"""How many threads the judge's libraries take on a machine that others work on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SCRIPT = """
from grader.cli.main import main

try:
    main(["--version"])
finally:
    import torch

    print(torch.get_num_threads())
"""


@pytest.mark.torch
@pytest.mark.parametrize(("own", "threads"), [({}, "1"), ({"OMP_NUM_THREADS": "2"}, "2")])
def test_the_judge_takes_one_thread(own: dict[str, str], threads: str) -> None:
    """Protects busy machines: threads that wait for a core take it from whoever works. Whoever sets a number keeps it."""
    unset = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, env={**unset, **own}, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == threads
