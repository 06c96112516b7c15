"""Other ways in which a part may honestly be asked, as an assignment's own `calling.py` describes them.

Some functions answer the right question with other arguments: a class activation map from one row of weights, a suppression that
takes boxes and scores in one table. What these are is the assignment's knowledge. Its file `calling.py`, or a package so
called, which may be absent, has for such a part a function::

    def alternatives_<part>(arguments: tuple, situation: Situation) -> list[Alternative]

with the arguments of the test. An alternative is tried first where a function's parameters do not fit the part's own roles, or
are named after the alternative's and not after those; else only after every call by the own roles has raised an error. So it
never rescues a wrong answer. The ids are the same for all arguments.

Where code can be written for arrays with an axis more than the part's and still answers to the part's, wrongly, the file may have
a question that tells, of the part's own roles::

    def axes_of_<part>() -> Probe

Who answers it wrongly, and rightly with an axis of one in front, is asked so from then on: by what this question tells and no
test, and once.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from grader.course.specification import Part
from grader.errors import SpecificationError
from grader.judge.answers import Answers
from grader.judge.text import AnyText
from grader.wire.values import Model

Read = Callable[[Any], "Any | Reading"]


@dataclass(frozen=True)
class Situation:
    """What an alternative may build on: the `reference`, and the `model` that the submission's own network stands for."""

    reference: Answers
    model: Model


@dataclass(frozen=True)
class Reading:
    """An answer to be judged as the answer to other canonical arguments than the alternative's."""

    answer: Any
    asked: tuple[Any, ...]


@dataclass(frozen=True)
class Probe:
    """A question whose answer tells whether a function reads its arguments as an alternative gives them, where it would answer
    to others too: which column has the scores. It is the same for all tests, and asked once per submission.

    Attributes:
        roles: as of the alternative.
        fits: whether the plain answer is that of a function which reads them so; another alternative is tried where it is not.
    """

    roles: Mapping[str, Any]
    fits: Callable[[Any], bool]


@dataclass(frozen=True)
class Alternative:
    """One other way to ask.

    Attributes:
        id: names it among the part's alternatives.
        roles: what a function of this style takes, in the usual order, with the value of each; a role of any part brings its
            aliases along, and an optional one (a model) may be left out. Arrays of one axis by their names are the columns of a
            table of pandas, which only a function is given that is written for one; an array (H, W, 3) of bytes under the name
            `pixels` alone is a picture of Pillow's.
        note: what the student is told.
        aliases: other names of roles that no part has.
        asked: the canonical arguments that the answer belongs to, when they are not the test's.
        read: makes of the plain answer the one to be judged, or a `Reading`.
        probe: a `Probe` that a function must pass before it is asked in this way.
        named: whether only a function is asked so whose parameters are all named after these roles; where the order decides, too,
            an error of a function that takes the part's own arguments would be no error to this way.
        shown: a batch that the submission's own network is run on first, where a function is given no network and looks at what
            hooks have stored. What the file has kept of a layer's output then stands for what the `Model` among the roles gives.
    """

    id: str
    roles: Mapping[str, Any]
    note: AnyText
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked: tuple[Any, ...] | None = None
    read: Read | None = None
    probe: Probe | None = None
    named: bool = False
    shown: Any = None


@dataclass(frozen=True)
class AxesQuestion:
    """The question that tells how many axes a function is written for: `arguments` are canonical ones, `fits` as of a `Probe`."""

    arguments: tuple[Any, ...]
    fits: Callable[[Any], bool]


class Listed(Mapping[str, Alternative]):
    """Alternatives that are made when somebody looks: most questions are answered in the way that worked before."""

    def __init__(self, make: Callable[[], dict[str, Alternative]]) -> None:
        self._make = make

    @functools.cached_property
    def _made(self) -> dict[str, Alternative]:
        return self._make()

    def __getitem__(self, identifier: str) -> Alternative:
        return self._made[identifier]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


class Alternatives:
    """Those of an assignment: what its `calling.py`, or a package so called, has; none where there is neither."""

    def __init__(self, module: ModuleType | None, reference: Answers) -> None:
        self.module = module
        self.reference = reference
        self._axes: dict[str, AxesQuestion | None] = {}

    def of(self, part: Part, arguments: tuple[Any, ...], model: Model) -> Mapping[str, Alternative]:
        """The alternatives of a part by id, in order. A look at them raises `SpecificationError` for a list that is none."""
        return Listed(lambda: self._listed(part, arguments, model))

    def axes(self, part: Part) -> AxesQuestion | None:
        """The part's, if it has one. Raises `SpecificationError` for one that is none."""
        if part.id not in self._axes:
            function = getattr(self.module, f"axes_of_{part.id}", None)
            self._axes[part.id] = None if function is None else _of_own_roles(part, function())
        return self._axes[part.id]

    def _listed(self, part: Part, arguments: tuple[Any, ...], model: Model) -> dict[str, Alternative]:
        function = getattr(self.module, f"alternatives_{part.id}", None)
        if function is None:
            return {}
        listed = function(arguments, Situation(self.reference, model))
        if not isinstance(listed, list) or not all(isinstance(one, Alternative) for one in listed):
            raise SpecificationError(f"calling: alternatives_{part.id} must return a list of Alternative")
        return {one.id: one for one in listed}


def _of_own_roles(part: Part, probe: Any) -> AxesQuestion:
    roles = [parameter.role for parameter in part.parameters]
    if not isinstance(probe, Probe) or set(probe.roles) != set(roles):
        raise SpecificationError(f"calling: axes_of_{part.id} must return a Probe of the part's own roles")
    return AxesQuestion(tuple(probe.roles[role] for role in roles), probe.fits)
