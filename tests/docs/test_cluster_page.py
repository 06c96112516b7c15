"""The templates for clusters: in the right form, as far as that can be seen without such a cluster."""

from __future__ import annotations

import re
import signal
import sys
import types
from functools import partial
from pathlib import Path

import pytest
import yaml


def block(repository: Path, title: str) -> str:
    """A titled block of the page."""
    page = (repository / "docs" / "cluster.md").read_text()
    found = re.search(rf'^```\w+ title="{re.escape(title)}"\n(.*?)^```$', page, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_kubernetes(repository: Path) -> None:
    """Protects who applies it from a selector that selects nothing, and from workers that look for another scheduler."""
    service, scheduler, worker = yaml.safe_load_all(block(repository, "grader-cluster.yaml"))
    for one in (scheduler, worker):
        assert one["spec"]["selector"]["matchLabels"] == one["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"] == scheduler["spec"]["selector"]["matchLabels"]
    (container,) = worker["spec"]["template"]["spec"]["containers"]
    assert f"tcp://{service['metadata']['name']}:{service['spec']['ports'][0]['port']}" in container["args"]
    # The three that a kubelet needs for the wall, and the one without which the API refuses the last of them.
    context = container["securityContext"]
    assert (context["seccompProfile"], context["appArmorProfile"]) == ({"type": "Unconfined"}, {"type": "Unconfined"})
    assert (context["procMount"], worker["spec"]["template"]["spec"]["hostUsers"]) == ("Unmasked", False)
    mounted = {one["name"] for one in container["volumeMounts"]}
    assert mounted == {one["name"] for one in worker["spec"]["template"]["spec"]["volumes"]}


def test_slurm(repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Protects who copies it from a script that does not run: workers that grade one submission at a time each, whose scheduler's
    address is in the command that it prints. Slurm itself is not here."""
    made: list[SLURMCluster] = []
    monkeypatch.setitem(sys.modules, "dask_jobqueue", types.SimpleNamespace(SLURMCluster=partial(SLURMCluster, made)))
    monkeypatch.setattr(signal, "pause", lambda: None)
    script = compile(block(repository, "slurm_cluster.py"), "slurm_cluster.py", "exec")
    exec(script, {"__name__": "__main__"})
    (cluster,) = made
    assert (cluster.options["cores"], cluster.options["processes"]) == (1, 1)
    assert cluster.jobs > 0
    command = capsys.readouterr().out.split()
    assert command[-2:] == ["--cluster", cluster.scheduler_address]
    assert command[0] == "grade"


class SLURMCluster:
    """What dask-jobqueue has under that name, as far as the script goes."""

    scheduler_address = "tcp://10.0.0.1:8786"

    def __init__(self, made: list[SLURMCluster], **options: object) -> None:
        self.options = options
        self.jobs = 0
        made.append(self)

    def scale(self, *, jobs: int) -> None:
        """Ask for so many."""
        self.jobs = jobs
