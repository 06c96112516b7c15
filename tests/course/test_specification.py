"""A specification that is wrong is refused with file, key, value and what was meant; nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml

from grader.course.reader import read_specification
from grader.course.specification import Assignment, json_schema
from grader.errors import SpecificationError, UsageError

Read = Callable[[str | bytes], Assignment]


@pytest.fixture
def text(tiny_course: Path) -> str:
    """A specification that is right."""
    return (tiny_course / "assignments" / "tiny" / "assignment.yaml").read_text("utf-8")


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a specification and read it."""

    def read_text(content: str | bytes) -> Assignment:
        path = tmp_path / "assignment.yaml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_specification(path)

    return read_text


def refusal(read: Read, content: str | bytes) -> str:
    """What the user reads about a specification that is wrong."""
    with pytest.raises(SpecificationError) as raised:
        read(content)
    assert isinstance(raised.value, UsageError), "it must end with exit status 2"
    return str(raised.value)


def test_a_right_one(read: Read, text: str) -> None:
    """Protects the plain case, in both languages, and the defaults of what may be left out."""
    assignment = read(text)
    assert [(part.id, part.points, part.names[0]) for part in assignment.parts] == [
        ("mean", 40, "mean"),
        ("clamp", 30, "clamp"),
        ("words", 30, "count_words"),
    ]
    assert assignment.title.in_language("ru") == "Числа и слова"
    assert assignment.parts[0].styles == ("call",)
    assert assignment.models == {}


def test_a_text_in_one_language_serves_for_all(read: Read, text: str) -> None:
    """Protects courses in one language: a bare string, or a mapping that has only one of them."""
    assert read(text.replace('{en: "Mean", ru: "Среднее"}', "Mean")).parts[0].title.in_language("ru") == "Mean"
    assert read(text.replace('{en: "Mean", ru: "Среднее"}', "{ru: Среднее}")).parts[0].title.in_language("en") == "Среднее"


def test_it_cannot_be_changed(read: Read, text: str) -> None:
    """Protects a run from code that adjusts the specification on the way."""
    with pytest.raises(ValueError, match="frozen"):
        read(text).points = 5


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("language: en", "langage: en", ["langage: unknown key 'langage' (found 'en')", "did you mean 'language'?"]),
        ("memory_mb: 256", "memory_md: 256", ["limits.memory_md", "(found 256)", "did you mean 'memory_mb'?"]),
        ("points: 40", "pionts: 40", ["parts.mean.pionts", "did you mean 'points'?", "parts.mean.points: the key is missing"]),
        ("role: values", "rol: values", ["parts.mean.parameters.0.rol", "did you mean 'role'?"]),
        ('{en: "Mean"', '{eng: "Mean"', ["parts.mean.title.eng", "did you mean 'en'?"]),
        ("language: en", "language: en\nzzz: 1", ["unknown key 'zzz'", "known keys: schema, id, title"]),
        ("language: en", "language: en\n5: 1", ["5: "]),
    ],
)
def test_an_unknown_key(read: Read, text: str, old: str, new: str, said: list[str]) -> None:
    """Protects a mistyped key from being passed over in silence, wherever it stands; the nearest one is offered."""
    assert text.count(old) >= 1
    message = refusal(read, text.replace(old, new, 1))
    assert [words for words in ["assignment.yaml: ", *said] if words not in message] == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points: 100", 'points: "100"', "points: Input should be a valid number (found '100')"),
        ("points: 100", "points: true", "points: Input should be a valid number (found True)"),
        ("points: 100", "points: -100", "points: Input should be greater than 0 (found -100)"),
        ("points: 100", "points: .inf", "points: Input should be a finite number (found inf)"),
        ("points: 100", "points: .nan", "points: Input should be a finite number (found nan)"),
        ("call_seconds: 3", "call_seconds: .inf", "limits.call_seconds: Input should be a finite number"),
        ("memory_mb: 256", "memory_mb: 2.5", "limits.memory_mb: Input should be a valid integer (found 2.5)"),
        ("names: [mean, average]", "names: mean", "parts.mean.names: must be a list (found 'mean')"),
        ("names: [mean, average]", "names: []", "parts.mean.names: "),
        ("accepts: [list]", "accepts: []", "parts.mean.accepts: "),
        ("accepts: [list]", "styles: []", "parts.mean.styles: "),
        ('files: ["*tiny*.ipynb"', 'files: [""', "files.0: String should have at least 1 character (found '')"),
        (
            "names: [mean, average]",
            "names: [1]",
            "parts.mean.names.0: must be text: YAML takes this for something else, so put it in quotes",
        ),
        ("names: [mean, average]", "names: [true]", "parts.mean.names.0: must be text: YAML takes this for something else"),
        ("names: [mean, average]", "names: [2026-01-01]", "parts.mean.names.0: must be text: YAML takes this for something else"),
        ("names: [mean, average]", "names: [[mean]]", "parts.mean.names.0: must be text"),
        ('{en: "Mean", ru: "Среднее"}', "[Mean]", "parts.mean.title: must be a mapping of keys to values"),
        ("limits:", "limits: null\nother:", "limits: must be a mapping of keys to values (found None)"),
        ("id: tiny", "id: ../tiny", "id: String should match pattern"),
        ("id: mean", "id: Mean value", "parts.0.id: String should match pattern"),
    ],
)
def test_a_wrong_type_or_range(read: Read, text: str, old: str, new: str, said: str) -> None:
    """Protects against a value being converted or taken for another: key and value are named."""
    assert f"assignment.yaml: {said}" in refusal(read, text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("language: en", "language: rus", "language: not a possible value (found 'rus'); did you mean 'ru'?"),
        ("accepts: [list]", "accepts: [lists]", "accepts.0: not a possible value (found 'lists'); did you mean 'list'?"),
        ("language: en", "language: klingon", "language: not a possible value (found 'klingon'); possible: en, ru"),
        ("grader/assignment/1", "grader/assignment/9", "did you mean 'grader/assignment/1'?"),
        ("language: en", "language:", "language: not a possible value (found None)"),
    ],
)
def test_a_value_that_is_not_one_of_the_possible(read: Read, text: str, old: str, new: str, said: str) -> None:
    """Protects choices: the nearest possible value is offered, else all of them."""
    assert said in refusal(read, text.replace(old, new, 1))


@pytest.mark.parametrize("key", ["id", "schema", "title", "points", "reference", "parts"])
def test_a_missing_key(read: Read, text: str, key: str) -> None:
    """Protects against a default where the course must decide."""
    tree = yaml.safe_load(text)
    del tree[key]
    assert refusal(read, yaml.safe_dump(tree, allow_unicode=True)).endswith(f"assignment.yaml: {key}: the key is missing")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points: 100", "points: 99", "points: the parts add up to 100, but points is 99"),
        ("points: 40", "points: 40.5", "points: the parts add up to 100.5, but points is 100"),
        ("id: clamp", "id: mean", "the id 'mean' is used twice"),
        ("[clamp]", "[clamp, Ave_rage]", "parts: 'mean' and 'clamp' have the same name 'Ave_rage' among their names"),
        ("aliases: [minimum]", "aliases: [x]", "parts.clamp: parameters: 'value' and 'low' have the same name 'x'"),
        ("aliases: [minimum]", "aliases: [high]", "parts.clamp: parameters: 'low' and 'high' have the same name 'high'"),
        ("role: low", "role: value", "parts.clamp: parameters: the role 'value' is used twice"),
        ("accepts: [list]", "batch_axis: [value]", "'value' is no role of part 'mean'; its roles are values"),
        ("accepts: [list]", "index_forms: [value]", "'value' is no role of part 'mean'"),
        ("accepts: [list]", "variable_model: resnet", "part 'mean': no model 'resnet'"),
    ],
)
def test_what_does_not_fit_together(read: Read, text: str, old: str, new: str, said: str) -> None:
    """Protects grades from points that do not add up, parts from names of nothing, and students from names of two things."""
    assert said in refusal(read, text.replace(old, new, 1))


def test_names_of_parameters_differ_by_case(read: Read, text: str) -> None:
    """Protects labs that tell a student's `X` from `x`: parameters are told apart as they are written."""
    assert read(text.replace("aliases: [minimum]", "aliases: [X]")).parts[1].parameters[1].aliases == ("X",)


def test_fractions_of_points_add_up(read: Read, text: str) -> None:
    """Protects honest decimals: 33.3 + 33.3 + 33.4 are 100, although not in binary."""
    for part, points in (("40", "33.3"), ("30", "33.3"), ("30\n", "33.4\n")):
        text = text.replace(f"points: {part}", f"points: {points}", 1)
    assert sum(part.points for part in read(text).parts) == pytest.approx(100)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points: 100", "points: -100", "points: Input should be greater than 0 (found -100)"),
        ("points: 100", "points: many", "points: Input should be a valid number (found 'many')"),
        ("points: 30", "points: 0", "parts.clamp.points: Input should be greater than 0 (found 0)"),
    ],
)
def test_one_mistake_is_told_once(read: Read, text: str, old: str, new: str, said: str) -> None:
    """Protects the author from two sentences on one value, which may be a whole number or a fraction."""
    assert refusal(read, text.replace(old, new, 1)).partition("assignment.yaml: ")[2] == said


@pytest.mark.parametrize("wrong", ["Mean value", "5", "clamp", "[mean]"], ids=["no id", "number", "another's", "list"])
def test_a_part_without_an_id_of_its_own(read: Read, text: str, wrong: str) -> None:
    """Protects the place of a mistake: a part is told by its number where its id would lead nowhere, or to another part."""
    message = refusal(read, text.replace("id: mean", f"id: {wrong}").replace("names: [mean, average]", "names: mean"))
    assert "assignment.yaml: parts.0.names: must be a list (found 'mean')" in message


def test_every_problem_is_told_at_once(read: Read, text: str) -> None:
    """Protects the author from fixing one error per run."""
    message = refusal(read, text.replace("memory_mb: 256", "memory_md: 256").replace("language: en", "language: xx"))
    assert len(message.splitlines()) == 2
    assert all(line.split(": ")[0].endswith("assignment.yaml") for line in message.splitlines())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{[", "is not YAML"),
        ("a:\n\t- b", "is not YAML"),
        ("- 1\n- 2", "must be a mapping of keys to values"),
        ("", "must be a mapping of keys to values"),
        ("just words", "must be a mapping of keys to values"),
        ("[" * 3000, "is not YAML"),
        ("? [a]\n: 1", "is not YAML"),
        ("title: Сеть".encode("cp1251"), "is not YAML: it is no text in UTF-8"),
        (b"\x00", "is not YAML"),
    ],
    ids=["flow", "tab", "list", "empty", "scalar", "deep", "list as key", "not UTF-8", "null byte"],
)
def test_garbage(read: Read, content: str | bytes, said: str) -> None:
    """Protects the user from a traceback whatever the file holds, and from words of where the parser had its text from."""
    message = refusal(read, content)
    assert said in message
    assert "unicode string" not in message


def test_yaml_runs_nothing(read: Read, tmp_path: Path) -> None:
    """Protects the judge from YAML's own tags, which can call any Python function."""
    assert "is not YAML" in refusal(read, f'!!python/object/apply:os.mkdir ["{tmp_path / "made"}"]')
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [("language: en", "language: en\nlanguage: ru", "language"), ("disk_mb: 16", "disk_mb: 16\n  disk_mb: 17", "disk_mb")],
)
def test_a_key_that_stands_twice(read: Read, text: str, old: str, new: str, key: str) -> None:
    """Protects a grade from YAML's habit of letting the last of two equal keys win in silence."""
    message = refusal(read, text.replace(old, new, 1))
    assert f"the key {key!r} stands twice" in message
    assert "line " in message


def test_no_such_file(tmp_path: Path) -> None:
    """Protects the words for a file that cannot be read."""
    with pytest.raises(SpecificationError, match="cannot be read: No such file"):
        read_specification(tmp_path / "assignment.yaml")


def test_the_schema_for_editors(text: str) -> None:
    """Protects what an editor says: it accepts the right file, and not an unknown key or a missing one."""
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(text), schema)
    for wrong in (text + "\nzzz: 1\n", text.replace("id: tiny\n", "")):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(yaml.safe_load(wrong), schema)


def test_every_assignment_of_the_repository_reads(repository: Path) -> None:
    """Protects the course that comes with the grader."""
    paths = sorted((repository / "assignments").glob("*/assignment.yaml"))
    assert [read_specification(path).id for path in paths] == [path.parent.name for path in paths]
