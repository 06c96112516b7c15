"""The specification of an assignment, `assignment.yaml`, as frozen records.

Strict: an unknown key, a wrong type or points that do not add up are errors, never a default. `grader.course.reader` reads such
a file. What an attribute is for stands in the class's docstring: `docs/reference/assignment.md` is made from it.

Left out on purpose: tests, references and comparisons, which are Python files beside it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PositiveFloat,
    PositiveInt,
    StrictBool,
    StrictStr,
    model_validator,
)

from grader.course.rules import Counting, Late, Moment
from grader.course.strict import Specification
from grader.errors import SpecificationError
from grader.record import JSON_SCHEMA, explained

LANGUAGES = ("en", "ru")

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=64)]
PartIdentifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]


# Cyrillic letters that the other keyboard layout puts into a Latin name; folded in both names, so that Russian ones match too.
_LOOK_ALIKES = str.maketrans("авеікмнорстухѕј", "abeikmhopctyxsj")


@functools.lru_cache(maxsize=4096)
def same_name(name: str) -> str:
    """Names compare without case and underscores, and by how their letters look: a Cyrillic о is an o."""
    return name.replace("_", "").lower().translate(_LOOK_ALIKES)


class Text(Specification):
    """A sentence in each of the languages; a bare string stands for all of them.

    Attributes:
        en: in English.
        ru: in Russian; a text that is missing is shown in the other language.
    """

    en: str = ""
    ru: str = ""

    @model_validator(mode="before")
    @classmethod
    def _accept_string(cls, value: Any) -> Any:
        return dict.fromkeys(LANGUAGES, value) if isinstance(value, str) else value

    def in_language(self, language: str) -> str:
        """The text in `language`, else in any."""
        return getattr(self, language, "") or self.en or self.ru


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
Pattern = Annotated[str, Field(min_length=1)]
Style = Literal["call", "method", "module_class", "forward_hook", "variable"]
Form = Literal["torch", "numpy", "list", "tuple"]


class Parameter(Specification):
    """An argument of a part.

    Attributes:
        role: what it is, which is also the canonical parameter name.
        aliases: other names that a student's parameter may have; no other parameter of the part may have one of them.
        optional: whether a submission may take it from its own globals (a model) instead of as an argument.
        words: words that a parameter's name may have, where the whole name is none of the above: of an optional number.
        strangers: words in names of parameters that are something else. With words or strangers an optional number goes to a
            parameter with a default: one that has such a word, else the first whose default is a fraction and no stranger's.
    """

    role: PartIdentifier
    aliases: Names = ()
    optional: bool = False
    words: Names = ()
    strangers: Names = ()


class Setting(Specification):
    """What an optional parameter of a submission's function is given where its default asks for other arguments than the task's:
    `box_format: midpoint` of a function that can take corners too. One without a default is given its names' values in turn.

    Attributes:
        names: the parameter's possible names, compared without case and underscores.
        default: its default, a word or a flag; with another one the parameter is left alone.
        value: what it is given in the place of that.
    """

    names: Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
    default: StrictBool | Annotated[StrictStr, Field(min_length=1, max_length=50)]
    value: StrictBool | StrictStr

    def is_of(self, name: str, default: str) -> bool:
        """Whether a parameter has this name and this default (`true` and `false` of a flag)."""
        own = str(self.default).lower() if isinstance(self.default, bool) else self.default
        return default == own and self.is_called(name)

    def is_called(self, name: str) -> bool:
        """Whether a parameter has one of its names."""
        return same_name(name) in map(same_name, self.names)


class Part(Specification):
    """One graded part: what it is called, what it takes, and which styles of answering count.

    Attributes:
        id: the name in tests and results: `check.<id>(...)`, `compare_<id>`; lower case.
        title: what the report calls it.
        points: what it is worth; its tests share them by their weights.
        names: accepted names in order of preference, the canonical one first; compared without case and underscores; no other
            part may have one of them.
        parameters: in canonical order.
        settings: of optional parameters that a submission's function may have beside these.
        styles: `call` (a function), `method` (of a class of the submission), `module_class` (a class to make and call),
            `forward_hook` (registered at top level), `variable` (a value, or an attribute of an object, instead of a function).
        accepts: forms in which arrays are offered, in order.
        batch_axis: roles whose leading axis of length one may be dropped or added when a call fails.
        one_by_one: roles whose items are given one at a time when a call on the batch fails.
        index_forms: roles tried as an int, then as a list or an array of one.
        keywords: words in a function's name that tell what it is for, where nothing has one of the names.
        variable_model: the model that a submission's own network stands for: a function that takes no model, and a `variable`,
            are compared with its fixture.
        variable_axes: of the arrays that could be the `variable`, those with so many axes come first.
        hook_layer: the layer whose forward hook answers the part, where several were registered.
        call_seconds: for one call of it, where that is to be another time than the assignment's limit.
    """

    id: PartIdentifier
    title: Text
    points: PositiveFloat | PositiveInt
    names: Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
    parameters: Annotated[tuple[Parameter, ...], BeforeValidator(_as_tuple)] = ()
    settings: Annotated[tuple[Setting, ...], BeforeValidator(_as_tuple)] = ()
    styles: Annotated[tuple[Style, ...], BeforeValidator(_as_tuple), Field(min_length=1)] = ("call",)
    accepts: Annotated[tuple[Form, ...], BeforeValidator(_as_tuple), Field(min_length=1)] = ("list",)
    batch_axis: Names = ()
    one_by_one: Names = ()
    index_forms: Names = ()
    keywords: Names = ()
    variable_model: str = ""
    variable_axes: Annotated[int, Field(ge=0)] = 0
    hook_layer: str = ""
    call_seconds: PositiveFloat | PositiveInt | None = None

    @model_validator(mode="after")
    def _check_roles(self) -> Part:
        roles = [parameter.role for parameter in self.parameters]
        for role in (*self.batch_axis, *self.one_by_one, *self.index_forms):
            if role not in roles:
                raise ValueError(f"{role!r} is no role of part {self.id!r}; its roles are {', '.join(roles)}")
        return self

    @model_validator(mode="after")
    def _check_parameters(self) -> Part:
        """Exactly, since a student's `W` and `w` may be told apart."""
        for one, other in combinations(self.parameters, 2):
            if one.role == other.role:
                raise ValueError(f"parameters: the role {one.role!r} is used twice")
            both = {one.role, *one.aliases} & {other.role, *other.aliases}
            if both:
                raise ValueError(f"parameters: {one.role!r} and {other.role!r} have the same name {min(both)!r}")
        return self

    def check_count(self, arguments: Sequence[Any]) -> None:
        """Raises `SpecificationError` where a test gives another number of arguments than the part has."""
        if len(arguments) != len(self.parameters):
            roles = ", ".join(parameter.role for parameter in self.parameters)
            raise SpecificationError(
                f"a test calls {self.id}({roles}) with {len(arguments)} of its {len(self.parameters)} arguments"
            )


class ModelSpecification(Specification):
    """A network for tests and submissions.

    Attributes:
        factory: dotted name of a function or class that builds it without arguments; `networks.<name>` is one of the
            assignment's own `networks.py`, which submissions see too. A class may have a static method
            `convert(published) -> state dictionary`.
        weights: `seeded` (drawn from `seed`), `imagenet` (torchvision's, downloaded once), `file`.
        seed: of torch's generator while it is built.
        version: of torchvision's weights.
        file: path from the assignment's folder, or `package:<package>/<path within it>`.
        sha256: of that file, hexadecimal.
        hub: file names under which torchvision looks for its weights.
    """

    factory: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*\.[A-Za-z_]\w*$")]
    weights: Literal["seeded", "imagenet", "file"] = "seeded"
    seed: Annotated[int, Field(ge=0)] = 0
    version: Literal["IMAGENET1K_V1", "IMAGENET1K_V2"] = "IMAGENET1K_V1"
    file: str = ""
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    hub: Names = ()

    @model_validator(mode="after")
    def _check_file(self) -> ModelSpecification:
        if (self.weights == "file") is not bool(self.file and self.sha256):
            raise ValueError("file and sha256 must be given with weights: file, and with nothing else")
        return self


class Limits(Specification):
    """What one submission may use. Times are wall-clock seconds; sizes are 2**20 bytes.

    Attributes:
        load_seconds: for running all of its cells or its module.
        cell_seconds: for one cell; time in which a busy machine ran others is not counted.
        call_seconds: for one call, unless its part says otherwise; a part that hung twice gets a tenth of it from then on.
        total_seconds: for everything together.
        memory_mb: of all its processes.
        processes: at the same time, threads included.
        disk_mb: of files that it writes.
        answer_mb: of one returned value.
        submission_mb: of what was handed in; beyond that the main file goes alone, or is refused.
        gpu: whether a submission is given the machine's NVIDIA GPU; without it, or where there is none, the CPU answers.
        gpu_mb: of a GPU's memory, for torch's tensors.
    """

    load_seconds: PositiveFloat | PositiveInt = 60
    cell_seconds: PositiveFloat | PositiveInt = 20
    call_seconds: PositiveFloat | PositiveInt = 10
    total_seconds: PositiveFloat | PositiveInt = 180
    memory_mb: PositiveInt = 2048
    processes: PositiveInt = 64
    disk_mb: PositiveInt = 256
    answer_mb: PositiveInt = 64
    submission_mb: PositiveInt = 20
    gpu: bool = False
    gpu_mb: PositiveInt = 4096

    @property
    def submission_bytes(self) -> int:
        """`submission_mb` in bytes."""
        return self.submission_mb << 20


class Assignment(Specification):
    """The whole of `assignment.yaml`.

    Attributes:
        schema: the form of this file.
        id: the assignment's name, as its folder's.
        title: what the report calls it.
        language: of the feedback, unless `--lang` says otherwise.
        points: the sum of the parts' points, written down as a check.
        pass_score: points from which the assignment counts as passed; none by default.
        boundaries: points at which the grade changes, rising; the report tells who is near one.
        deadline: until when work is in time, for the gradebook.
        late: what coming later costs there.
        attempts: which of a student's attempts counts there.
        reference: path of the reference implementation, from the assignment's folder.
        files: patterns of the files that may be graded, the most wanted first; case does not matter.
        preload: modules that are imported before any submission, so that none pays for it; where submissions train networks also
            `torch._dynamo`, a second's import that optimizers ask for.
        models: networks for tests and submissions, by name.
        pictures: the folder of pictures, which tests and submissions see.
        limits: what one submission may use.
        seed: of the random inputs that tests draw: another one gives other inputs, and grades everybody again. It stays out of
            what students are given.
        parts: what is graded, in the order of the report.
    """

    schema_: Literal["grader/assignment/1"] = Field(alias="schema")
    id: Identifier
    title: Text
    language: Literal["en", "ru"] = "en"
    points: PositiveFloat | PositiveInt
    pass_score: PositiveFloat | PositiveInt | None = None
    boundaries: Annotated[tuple[PositiveFloat | PositiveInt, ...], BeforeValidator(_as_tuple)] = ()
    deadline: Moment | None = None
    late: Late = Late()
    attempts: Counting = "last"
    reference: str
    files: Annotated[tuple[Pattern, ...], BeforeValidator(_as_tuple), Field(min_length=1)] = ("*.ipynb", "*.py")
    preload: Names = ()
    models: dict[PartIdentifier, ModelSpecification] = {}  # noqa: RUF012  pydantic copies it
    pictures: str = ""
    limits: Limits = Limits()
    seed: Annotated[int, Field(ge=0, lt=1 << 32)] = 0
    parts: Annotated[tuple[Part, ...], BeforeValidator(_as_tuple), Field(min_length=1)]

    @model_validator(mode="after")
    def _check_parts(self) -> Assignment:
        ids = [part.id for part in self.parts]
        twice = {name for name in ids if ids.count(name) > 1}
        if twice:
            raise ValueError(f"parts: the id {twice.pop()!r} is used twice")
        for one, other in combinations(self.parts, 2):
            both = {same_name(name) for name in one.names} & {same_name(name) for name in other.names}
            if both:
                name = next(name for name in other.names if same_name(name) in both)
                raise ValueError(f"parts: {one.id!r} and {other.id!r} have the same name {name!r} among their names")
        total = math.fsum(part.points for part in self.parts)
        if not math.isclose(total, self.points):
            raise ValueError(f"points: the parts add up to {total:g}, but points is {self.points:g}")
        for part in self.parts:
            if part.variable_model and part.variable_model not in self.models:
                raise ValueError(f"part {part.id!r}: no model {part.variable_model!r}; there are {', '.join(self.models)}")
        return self

    @model_validator(mode="after")
    def _check_boundaries(self) -> Assignment:
        if self.pass_score is not None and self.pass_score > self.points:
            raise ValueError(f"pass_score: {self.pass_score:g} is more than the {self.points:g} points that there are")
        for low, high in pairwise(self.boundaries):
            if low >= high:
                raise ValueError(f"boundaries: must rise from one to the next, but {high:g} follows {low:g}")
        if self.boundaries and self.boundaries[-1] > self.points:
            raise ValueError(f"boundaries: {self.boundaries[-1]:g} is more than the {self.points:g} points that there are")
        return self

    @model_validator(mode="after")
    def _check_late(self) -> Assignment:
        if self.deadline is None and "late" in self.model_fields_set:
            raise ValueError("late: there is no deadline that anybody could miss; give one with the key deadline")
        return self

    @functools.cached_property
    def role_aliases(self) -> Mapping[str, tuple[str, ...]]:
        """The other names of every role, of all parts together."""
        aliases: dict[str, tuple[str, ...]] = {}
        for parameter in (parameter for part in self.parts for parameter in part.parameters):
            aliases[parameter.role] = tuple(dict.fromkeys((*aliases.get(parameter.role, ()), *parameter.aliases)))
        return aliases

    def part(self, identifier: str) -> Part:
        """The part of that id. Raises `KeyError`."""
        return {part.id: part for part in self.parts}[identifier]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `assignment.yaml`, for editors; shipped as `schemas/assignment-1.schema.json`."""
    schema = explained(Assignment.model_json_schema(by_alias=True), Assignment)
    text = schema["$defs"]["Text"]
    schema["$defs"]["Text"] = {"anyOf": [{"type": "string"}, text]}
    return {"$schema": JSON_SCHEMA, **schema, "title": "Assignment of a course for `grade`"}
