"""What the other side of a session says is taken for what it is: nothing that it writes is more than a crash of its own."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.course.specification import Limits
from grader.errors import SandboxFault, SubmissionCrashed, SubmissionOutOfMemory, SubmissionStopped, SubmissionTimedOut
from grader.sandbox.exchange import Answer, Failure, LoadReport, read_notes
from grader.sandbox.inventory import Entry, HookPlace, Method, Parameter
from grader.sandbox.session import Session
from grader.wire.channel import Channel
from grader.wire.values import Array, Bounds, Handle

READY = {"ready": True}
HOSTILE = Bounds(digits=10_000)  # writes integers that the judge just reads, and `str` refuses
REPORT = {
    "unreadable": "",
    "detail": "",
    "failures": [],
    "notes": [],
    "names": {
        "mean": {"kind": "function", "parameters": [{"name": "values", "required": True, "how": "positional"}], "own": True},
        "Net": {"kind": "class", "methods": {"forward": {"parameters": None, "static": True}}, "axes": 0},
    },
    "repeated": [],
    "evaluated": False,
    "hooks": [{"network": "resnet50", "layer": "layer4"}],
    "networks": ["resnet50"],
}


@dataclass
class FakeKeeper:
    """A template that tells how the process ended, and keeps what it was asked to end."""

    status: int | None = None
    ended: list[int] = field(default_factory=list)

    def end(self, pid: int, grace: float) -> int | None:
        """The status that was set."""
        self.ended.append(pid)
        return self.status

    def log_tail(self) -> str:
        """What the template wrote last."""
        return "the last line"


@dataclass
class Table:
    """A session, its keeper, and the other end of its socket."""

    session: Session
    keeper: FakeKeeper
    guest: Channel


Sit = Callable[..., Table]


@pytest.fixture
def sit() -> Iterator[Sit]:
    """`sit(*answers, status=...)`: a session whose other side has said all its answers in advance."""
    ends: list[socket.socket] = []

    def make(*answers: Any, status: int | None = None) -> Table:
        ours, theirs = socket.socketpair()
        ends.extend((ours, theirs))
        guest, keeper = Channel(theirs, HOSTILE), FakeKeeper(status)
        for answer in (READY, *answers):
            guest.send(answer)
        bounds = Limits(call_seconds=0.05, load_seconds=0.05)
        return Table(Session(keeper, 77, ours, bounds, ""), keeper, guest)

    yield make
    for end in ends:
        end.close()


def open_descriptors() -> int:
    """How many descriptors this process has."""
    return len(os.listdir("/proc/self/fd"))


# -- how it ends --------------------------------------------------------------------------------------------------------


def test_a_sandbox_that_is_never_ready() -> None:
    """Protects students from a sandbox that could not be built: that is the grader's fault, with the template's last words."""
    ours, theirs = socket.socketpair()
    theirs.close()
    with pytest.raises(SandboxFault, match=r"could not be built: .* the last line"):
        Session(FakeKeeper(), 77, ours, Limits(), "")


def test_no_answer(sit: Sit) -> None:
    """Protects the verdict `timed_out`: the session is over, and its process is ended."""
    table = sit()
    with pytest.raises(SubmissionTimedOut, match=r"no answer within 0.05 s"):
        table.session.load({"a.py": b""}, "a.py")
    assert (table.session.closed, table.keeper.ended) == (True, [77])


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (signal.SIGKILL, SubmissionOutOfMemory, "killed"),
        (signal.SIGXCPU, SubmissionTimedOut, "CPU time"),
        (signal.SIGSEGV, SubmissionCrashed, "SIGSEGV"),
        (signal.SIGRTMIN + 5, SubmissionCrashed, "ended by"),
        (3 << 8, SubmissionCrashed, "ended itself with status 3"),
        (0, SubmissionCrashed, "ended itself with status 0"),
        (None, SubmissionCrashed, "without an answer"),
        (0x137F, SubmissionCrashed, "its process"),
        (0xFFFF, SubmissionCrashed, "its process"),
    ],
)
def test_it_went(sit: Sit, status: int | None, kind: type[SubmissionStopped], said: str) -> None:
    """Protects the verdicts: how a process ended, as the template tells it, decides between memory, time and a crash."""
    table = sit(status=status)
    table.guest.close()
    with pytest.raises(kind, match=said):
        table.session.load({"a.py": b""}, "a.py")
    assert table.keeper.ended == [77]
    assert table.session.close() is None, "closing again asks nobody"
    assert table.keeper.ended == [77]


def test_a_guard_that_cannot_tell_is_closed(sit: Sit) -> None:
    """Protects the next submissions from the threads and the control group of one whose guard could not be asked."""

    class Broken:
        closed = False

        def verdict(self, *, ended: bool) -> None:
            raise OSError("no such device")

        def close(self) -> None:
            self.closed = True

    table = sit()
    table.session.guard = guard = Broken()
    with pytest.raises(OSError, match="no such device"):
        table.session.close()
    assert guard.closed


# -- what it says about itself ------------------------------------------------------------------------------------------


def test_a_fault_of_the_grader_inside(sit: Sit) -> None:
    """Protects students from a bug of the grader in what looks at their files: nobody's zero, in one plain line."""
    table = sit({"fault": "KeyError: 'a'\x1b[2J\n (inventory.py:7)"})
    with pytest.raises(SandboxFault, match=r"could not be described: KeyError: 'a' \[2J  \(inventory.py:7\)"):
        table.session.load({"a.py": b""}, "a.py")


def test_an_honest_report(sit: Sit) -> None:
    """Protects what the judge learns of a file that loaded."""
    report = sit(REPORT).session.load({"a.py": b""}, "a.py")
    assert report.names["mean"] == Entry("function", (Parameter("values"),))
    assert report.names["Net"] == Entry("class", None, {"forward": Method(None, static=True)}, own=False)
    assert (report.hooks, report.networks) == ((HookPlace("resnet50", "layer4"),), ("resnet50",))


_LONG = st.sampled_from([4400]).map(lambda digits: 10**digits)  # such an integer cannot even be shown
_NAMES = [
    *REPORT,
    "kind",
    "parameters",
    "methods",
    "name",
    "required",
    "how",
    "own",
    "static",
    "axes",
    "network",
    "layer",
    "code",
    "types",
    "message",
    "cell",
    "line",
]
_KEYS = st.sampled_from([*_NAMES, 1, True, b"bytes", None, 0.5]) | _LONG
_ODD = (
    st.none()
    | st.booleans()
    | st.integers()
    | _LONG
    | st.sampled_from([float("inf"), float("nan"), 1 + 2j, b"bytes", Handle(1, "x")])
    | st.text(max_size=5)
    | st.builds(lambda n: Array(np.zeros(n)), st.integers(0, 3))
)
_ANYTHING = st.recursive(
    _ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=12,
)
odd = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def test_an_inventory_without_end(sit: Sit) -> None:
    """Protects the judge's time from a submission that says of itself that it defines classes without end."""
    names = {f"C{number}": {"kind": "class"} for number in range(2_500)}
    assert len(sit({**REPORT, "names": names}).session.load({"a.py": b""}, "a.py").names) == 2000


def assert_described(report: LoadReport) -> None:
    """Every field has the type that the judge's code relies on."""
    assert type(report.unreadable) is type(report.detail) is str
    assert type(report.evaluated) is bool
    assert all(type(place) is HookPlace and type(place.network) is type(place.layer) is str for place in report.hooks)
    assert all(type(name) is str for name in report.networks)
    assert all(type(failure) is Failure for failure in report.failures)
    assert all(type(text) is str for note in report.notes for item in note.items() for text in item)
    for name, entry in report.names.items():
        assert type(name) is type(entry.kind) is str
        assert (type(entry.own), type(entry.axes)) == (bool, int)
        for parameters in (entry.parameters, *(method.parameters for method in entry.methods.values())):
            assert parameters is None or all(type(one.name) is type(one.how) is str for one in parameters)
            assert parameters is None or all(type(one.required) is bool for one in parameters)


@odd
@given(st.fixed_dictionaries({}, optional={key: _ANYTHING | st.just(value) for key, value in REPORT.items()}) | _ANYTHING)
def test_any_report(sit: Sit, answer: Any) -> None:
    """Protects the judge's code from a report of any shape: it is described in the judge's own types, or it is a crash."""
    session = sit(answer).session
    try:
        report = session.load({"a.py": b""}, "a.py")
    except SubmissionCrashed:
        return
    assert_described(report)


@odd
@given(st.dictionaries(st.sampled_from(["value", "failure", "notes", "digest", "training"]), _ANYTHING, max_size=4) | _ANYTHING)
def test_any_answer_to_a_call(sit: Sit, answer: Any) -> None:
    """Protects the judge from an answer of any shape: an `Answer`, or a crash of the submission."""
    table = sit({"pid": 5})
    process = table.session.fork()
    # The call's own socket went to a guest that is not there; this one answers in its place.
    ours, theirs = socket.socketpair()
    process.channel.close()
    process.channel.connection = process.outbound.connection = ours
    ours.setblocking(False)
    guest = Channel(theirs, HOSTILE)
    guest.send(answer)
    table.guest.send({"status": 0})
    try:
        came = process.call({"via": "name", "name": "f"}, [np.zeros(2), 1], {}, "list")
    except SubmissionCrashed:
        pass
    else:
        assert type(came) is Answer
        assert came.failure is None or type(came.failure) is Failure
    finally:
        process.close()
        ours.close()
        theirs.close()


@pytest.mark.parametrize("value", [None, 5, [], "text", Array(np.zeros(3))])
def test_a_failure_that_is_none(value: Any) -> None:
    """Protects the difference between a failure that is described and an answer that is nothing."""
    with pytest.raises(SubmissionCrashed):
        Failure.from_wire(value)


def test_a_failure_is_bounded() -> None:
    """Protects results from a message of a megabyte and a class hierarchy of a thousand."""
    long = "m" * 10**6
    failure = Failure.from_wire({"types": [long] * 1000, "message": long, "cell": 2**40, "line": -1, "code": long})
    assert (len(failure.types), len(failure.types[0]), len(failure.message), len(failure.code)) == (10, 100, 500, 500)
    assert (failure.cell, failure.line) == (0, 0)
    assert Failure((), "", 0, 0, "").type_name == "Exception"


def test_notes_are_bounded() -> None:
    """Protects messages: a hundred notes, of text alone."""
    notes = read_notes([{"code": "c" * 999, "n": 10**4400, "k" * 99: "v" * 999}] * 300 + [{"no code": "x"}, 5, {"code": 7}])
    assert len(notes) == 100
    assert notes[0] == {"code": "c" * 200, "n": "", "k" * 50: "v" * 200}
    assert read_notes("text") == ()


@pytest.mark.parametrize("pid", [None, 0, 1, -5, 2.0, "7", True, [5]])
def test_a_fork_that_is_none(sit: Sit, pid: Any) -> None:
    """Protects the judge's descriptors, and process 1, from a submission that cannot be forked."""
    table = sit({"pid": pid})
    before = open_descriptors()
    with pytest.raises(SubmissionCrashed, match="could not be forked"):
        table.session.fork()
    assert open_descriptors() == before


@pytest.mark.parametrize("status", [None, "9", 2**40, -(2**40), 9.0, True, [9]])
def test_a_status_that_is_none(sit: Sit, status: Any) -> None:
    """Protects the verdict from a status that the submission's own first process made up."""
    table = sit({"pid": 5}, {"status": status})
    with pytest.raises(SubmissionTimedOut):
        table.session.fork().call({"via": "name", "name": "f"}, [], {}, "list")


def test_being_ended_is_not_running_out_of_memory(sit: Sit) -> None:
    """Protects the words for a call that closed its connection: the kill that follows is the judge's own."""
    table = sit({"pid": 5})
    process = table.session.fork()
    ours, theirs = socket.socketpair()
    process.channel.close()
    process.channel.connection = process.outbound.connection = ours
    ours.setblocking(False)
    theirs.close()
    table.guest.send({"status": int(signal.SIGKILL)})
    with pytest.raises(SubmissionCrashed, match="without an answer"):
        process.call({"via": "name", "name": "f"}, [], {}, "list")
