"""The template between its sessions."""

from __future__ import annotations

import os
import sys

import pytest

if sys.platform != "linux":
    pytest.skip("templates are Linux's", allow_module_level=True)

from grader.guest import pages, processes
from grader.guest import template as module


def test_memory_is_collapsed_for_a_class_and_not_for_one_student(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects who checks his own work from a second that only a class gets back, and a class from forks that copy every page."""
    collapsed: list[int] = []
    template = object.__new__(module.Template)  # without what is warm: what is counted are sessions
    template.ended = 0
    monkeypatch.setattr(pages, "collapse", lambda: collapsed.append(template.ended))
    monkeypatch.setattr(processes, "end_descendants", lambda: None)  # these would be the other tests' processes
    for _ in range(2 * module._SESSIONS_BEFORE_COLLAPSE):
        pid = os.fork()
        if pid == 0:
            os._exit(3)
        assert template.end(pid, 10.0) == 3 << 8
    assert collapsed == [module._SESSIONS_BEFORE_COLLAPSE]
    assert collapsed[0] > 1
