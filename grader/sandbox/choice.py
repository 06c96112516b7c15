"""Which wall this machine can build, and what starts processes behind it."""

from __future__ import annotations

import sys
from collections.abc import Callable

from grader.errors import WallError
from grader.sandbox.alone import LoneTemplate
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.template import Template, TemplatePlan
from grader.sandbox.wall import NoWall, Wall


def _bubblewrap() -> Wall | None:
    return Bubblewrap.find()


def _landlock() -> Wall | None:
    from grader.sandbox.landlock_wall import LandlockWall  # other systems have none of what it imports

    return LandlockWall()


_FINDERS: dict[str, Callable[[], Wall | None]] = {"bubblewrap": _bubblewrap, "landlock": _landlock}
WALLS = tuple(_FINDERS)
"""Those behind which others' work may run, from the strongest to the weakest; `Sandbox` in `grader.cli.main` names them too."""

# A container's /proc is covered in places, and the kernel then lets nobody inside mount a whole one ("mount too revealing").
_HOW = (
    "on Ubuntu 24.04: sysctl kernel.apparmor_restrict_unprivileged_userns=0; in a container: --security-opt seccomp=unconfined "
    "--security-opt apparmor=unconfined --security-opt systempaths=unconfined, for Podman unmask=ALL in place of the last"
)
REMEDY = f"for the stronger wall, allow unprivileged user namespaces ({_HOW})"


def choose_wall(kind: str) -> Wall:
    """The wall of that kind; `auto` takes the strongest that works on this machine.

    Raises `WallError` with the remedy when it does not work here: grading others' work without a wall must be asked for.
    """
    if kind == "none":
        return NoWall()
    reasons = []
    for name in WALLS if kind == "auto" else (kind,):
        wall, problem = try_wall(name)
        if wall is not None:
            return wall
        reasons.append(f"{name}: {problem}")
    raise WallError(
        f"no wall can be built on this machine: {'; '.join(reasons)}",
        remedy=f"Linux is needed, with unprivileged user namespaces ({_HOW}), or from 6.2 on with Landlock. To grade without a "
        "wall, where submissions can read the hidden tests: --sandbox none",
    )


def try_wall(name: str) -> tuple[Wall | None, str]:
    """The wall of that name if it works here, else None and why not."""
    if sys.platform != "linux":
        return None, f"there is none on {sys.platform}"
    wall = _FINDERS[name]()
    problem = f"{name} was not found" if wall is None else wall.problem()
    return (None, problem) if problem else (wall, "")


def start_template(plan: TemplatePlan) -> Template | LoneTemplate:
    """What opens sessions for an assignment; it gets warm by itself. Raises `SandboxFault` when it cannot be started."""
    return Template(plan) if plan.wall.forks else LoneTemplate(plan)
