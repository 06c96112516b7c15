"""Run a function in an interpreter of its own: what these tests do to a process cannot be undone."""

from __future__ import annotations

import inspect
import json
import os
import struct
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import grader

NOBODY = 65534
_MARK = "result of the isolated function: "


class Isolated:
    """Calls functions in fresh interpreters, as the present user or, when that is root, as `nobody`."""

    def __init__(self, directory: Path, user: str) -> None:
        self.directory = directory
        self.user = user

    def start(self, function: Callable[..., Any], *arguments: Any) -> subprocess.CompletedProcess[str]:
        """The finished process. `function` is sent as source, so it imports what it uses; arguments are JSON."""
        source = textwrap.dedent(inspect.getsource(function))
        call = f"{function.__name__}(*json.loads({json.dumps(arguments)!r}))"
        program = f"import json\n\n{source}\n\nprint({_MARK!r} + json.dumps({call}), flush=True)\n"
        account = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if self.user == "nobody" else {}
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            cwd=self.directory,
            env={
                "HOME": str(self.directory),
                "TMPDIR": str(self.directory),
                "PATH": os.environ.get("PATH", ""),
                "PYTHONPATH": str(Path(grader.__file__).parents[1]),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            **account,
        )

    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What `function` returned, as JSON gives it back; its traceback if it raised."""
        done = self.start(function, *arguments)
        answers = [line for line in done.stdout.splitlines() if line.startswith(_MARK)]
        assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert answers, done.stdout
        return json.loads(answers[-1].removeprefix(_MARK))


def _directory(tmp_path: Path, user: str) -> Path:
    # tmp_path lies in a directory that only its owner may enter.
    if user == "nobody":
        for ancestor in (tmp_path, *tmp_path.parents[:2]):
            ancestor.chmod(0o755)
        os.chown(tmp_path, NOBODY, NOBODY)
    return tmp_path


@pytest.fixture(params=["present", "nobody"])
def isolated(request: pytest.FixtureRequest, tmp_path: Path) -> Isolated:
    """An `Isolated`, once as the present user and once as `nobody`."""
    if request.param == "nobody" and os.geteuid() != 0:
        pytest.skip("only root can become nobody; the other variant runs as an ordinary user already")
    return Isolated(_directory(tmp_path, request.param), request.param)


@pytest.fixture
def unprivileged(tmp_path: Path) -> Isolated:
    """An `Isolated` as an ordinary user, whoever runs the tests."""
    user = "nobody" if os.geteuid() == 0 else "present"
    return Isolated(_directory(tmp_path, user), user)


@pytest.fixture(scope="session")
def interpret() -> Callable[[bytes, str, int, tuple[int, ...]], int]:
    """`interpret(program, machine, number, arguments)`: what the kernel would answer to a call under a filter.

    An interpreter of its instructions, written apart from the assembler (`Documentation/networking/filter.rst`).
    """
    return _interpret


def _interpret(program: bytes, machine: str, number: int, arguments: tuple[int, ...]) -> int:
    architecture = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "i386": 0x40000003}[machine]
    data = struct.pack("=IIQ6Q", number, architecture, 0, *arguments)
    accumulator, position = 0, 0
    while True:
        code, jump_true, jump_false, operand = struct.unpack_from("=HBBI", program, 8 * position)
        position += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, operand)
        elif code == 0x54:
            accumulator &= operand
        elif code == 0x05:
            position += operand
        elif code == 0x15:
            position += jump_true if accumulator == operand else jump_false
        elif code == 0x35:
            position += jump_true if accumulator >= operand else jump_false
        elif code == 0x06:
            return operand
        else:
            raise AssertionError(f"no instruction of the assembler: {code:#x}")
