"""A session whose tests share its one process, where that must not be forked: see `grader.guest.alone`."""

from __future__ import annotations

from grader.sandbox.session import CallProcess, Session

_GRACE_SECONDS = 0.5  # for the exit status of a process that has broken the conversation


class SharedSession(Session):
    """A process that loads a submission and answers the calls of all of its tests, with fresh networks for each."""

    forks = False

    def fork(self) -> CallProcess:
        """The same process, with fresh networks."""
        self._ask({"op": "fresh"}, float(self.limits.call_seconds))
        return _SharedProcess(self, self.pid, self.outbound.connection)

    def end_of(self, pid: int, sweep: bool) -> int | None:
        """A test that went wrong ends the process; one that is over leaves it to the next."""
        return self.close(_GRACE_SECONDS) if sweep else None


class _SharedProcess(CallProcess):
    def _end(self, sweep: bool) -> int | None:
        self.over = True
        return self.session.end_of(self.pid, sweep)
