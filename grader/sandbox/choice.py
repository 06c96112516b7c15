"""Which wall this machine can build, and what starts processes behind it."""

from __future__ import annotations

from grader.errors import WallError
from grader.sandbox.alone import LoneTemplate
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.template import Template, TemplatePlan
from grader.sandbox.wall import NoWall, Wall


def choose_wall(kind: str) -> Wall:
    """The wall of that kind; `auto` takes the strongest that works on this machine.

    Raises `WallError` with the remedy when it does not work here: grading others' work without a wall must be asked for.
    """
    if kind == "none":
        return NoWall()
    wall = Bubblewrap.find()
    problem = "bubblewrap was not found" if wall is None else wall.problem()
    if wall is None or problem:
        raise WallError(
            f"no wall can be built on this machine: {problem}",
            remedy="Linux with unprivileged user namespaces is needed (on Ubuntu 24.04: sysctl "
            "kernel.apparmor_restrict_unprivileged_userns=0; in a container: run it with --security-opt seccomp=unconfined or "
            "--privileged). To grade without a wall, where submissions can read the hidden tests: --sandbox none",
        )
    return wall


def start_template(plan: TemplatePlan) -> Template | LoneTemplate:
    """What opens sessions for an assignment. Raises `SandboxFault` when it does not start."""
    return Template(plan) if plan.wall.forks else LoneTemplate(plan)
