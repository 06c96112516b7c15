"""Sources that are not Python as they stand: what is set aside, and that everything else is kept."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from grader.guest import repair

BROKEN = "def broken(:\n    return 1\n"
GOOD = "def good():\n    return 2\n"


def unchanged(source: str) -> str:
    """A transformation that knows no magics."""
    return source


def read(source: str) -> repair.Reading:
    """The reading without IPython."""
    return repair.read(source, "<test>", unchanged)


def names(reading: repair.Reading) -> list[str]:
    """The functions that are left."""
    return [node.name for node in reading.tree.body if isinstance(node, ast.FunctionDef)]


def test_valid_python_is_left_alone():
    """A source that Python reads is not touched, whatever its strings hold."""
    source = 'text = """\n!pip install x\nprint 5\n"""\n'
    reading = read(source)
    assert reading.source == source
    assert not reading.installs


@pytest.mark.parametrize(
    "line", ["pip install torchcam", "pip3 install -q x y", "    pip install x", "conda install x", "cd data"]
)
def test_bare_shell_lines_are_set_aside(line: str):
    """A line that Colab and IPython take for a shell command costs nothing of the code around it."""
    source = f"if True:\n{line}\n" if line.startswith(" ") else f"{line}\n"
    reading = read(source + GOOD)
    assert names(reading) == ["good"]
    assert reading.installs == [line.strip()]
    assert not reading.errors


@pytest.mark.parametrize("line", ['print "IoU:", 5', "print x", 'if True: print "y"'])
def test_print_of_python_2_is_read(line: str):
    """`print` without parentheses is read as a call, in one line of an otherwise good cell."""
    reading = read(f"{line}\n{GOOD}")
    assert names(reading) == ["good"]
    assert reading.old_prints == 1


def test_many_prints_of_python_2_are_read():
    """A module of Python 2 has more of them than repairs are made one by one: all of it was lost without a word."""
    reading = read("print 'begin'\n" + GOOD + "for i in range(3):\n    print 'IoU:', i\nprint ('kept'), 5\n" * 200)
    assert names(reading) == ["good"]
    assert not reading.errors


def test_what_stands_in_a_string_is_no_print_of_python_2():
    """Protects a text that is compared, or printed, below such a print: its lines may begin with that word, too."""
    text = 'TEXT = """\n  print me  \nprint: never"""\nOTHER = f\'\'\'{GOOD}\nprint it\'\'\'\nprint "end"\n'
    reading = read("print 'begin'  # it's\n" + text)
    found: dict[str, str] = {"GOOD": "good"}
    exec(compile(reading.tree, "module", "exec"), found)
    assert (found["TEXT"], found["OTHER"]) == ("\n  print me  \nprint: never", "good\nprint it")


def test_what_is_broken_in_too_many_places_is_told():
    """Where the repairs do not suffice the student reads why nothing was found."""
    with pytest.raises(SyntaxError):
        read(GOOD + 'if True: print "y"\n' * 200)


@pytest.mark.parametrize(
    "source", [BROKEN + GOOD, GOOD + BROKEN, GOOD + 'print("open"\n', "x = (1,\n" + GOOD, "if x\n    y = 1\n" + GOOD]
)
def test_a_broken_statement_costs_itself_alone(source: str):
    """Definitions above and below a statement that is no Python are kept; the error is told with its line."""
    reading = read(source)
    assert names(reading) == ["good"]
    assert len(reading.errors) == 1


def test_an_empty_block_costs_its_own_function():
    """Python tells an empty body at the line after it, which is the next function's: that one must not be the one to go."""
    assert names(read("def empty():\n" + GOOD)) == ["good"]


def test_lines_keep_their_numbers():
    """What is set aside leaves empty lines, so that a later error is told at the line the student sees."""
    reading = read(BROKEN + "\n" + GOOD)
    assert reading.tree.body[0].lineno == 4


def test_nothing_left_is_an_error():
    """A file in which nothing can be read is told as not being Python."""
    with pytest.raises(SyntaxError):
        read("def (\n")


NEWER = r"""
d = {"a": [1, 2]}
same = f"{d["a"]}"
joined = f"{', '.join(str(v) for v in d["a"]):>8}" " tail"
lines = f"{'\n\u00e9'.join(map(str, d["a"]))}"
raw = b"" + f"{b'\x00\xff' + b''}".encode()
within = f"{f"{d["a"][0]}"}!" + f'{f'{d['a'][1]}'}'
shown = f'{d['a']!r:>{len('12345678')}} {{}} {3 != 4} {(lambda q: q)(1)}'
over = f"{
    d["a"][0]
}"
path = rf"\d{d["a"][0]}"
quoted = f"it's {d["a"]} \"quoted\" {d["a"][0]:{"<"}3}|"
old = f"{d['a'][0]=}"
text = '''
type X = 3
def f[T](x): f"{d["a"]}"
'''
# type Y = f"{d["a"]}" def g[T]
type Pair[T] = tuple[T, T]
type Box = list[float]
def f[T: (int, str), *Ts](x: T, y: list[T]) -> T:
    type Inner = T
    return x
class Stack[T]:
    item: T
    def put[U](self, item: U, other: Box) -> "U":
        return item
type = 3
type == 3
""".replace("'\"'", "'''")


def test_syntax_of_newer_releases_is_read():
    """Protects notebooks from a Python that reads more: each f-string in its own quotes cost the whole function around it."""
    reading = read(NEWER)
    assert not reading.errors
    assert reading.source.count("\n") == NEWER.count("\n")
    left: dict[str, Any] = {}
    exec(compile(reading.tree, "<test>", "exec"), left)
    assert [left[name] for name in ("same", "joined", "lines", "raw", "within")] == [
        "[1, 2]",
        "    1, 2 tail",
        "1\n\u00e92",
        b"b'\\x00\\xff'",
        "1!2",
    ]
    assert [left[name] for name in ("shown", "over", "path", "quoted", "old")] == [
        "  [1, 2] {} True 1",
        "1",
        "\\d1",
        'it\'s [1, 2] "quoted" 1  |',
        "d['a'][0]=1",
    ]
    assert left["text"] == '\ntype X = 3\ndef f[T](x): f"{d["a"]}"\n'
    assert (left["f"](7, []), left["Stack"]().put(8, []), left["type"]) == (7, 8, 3)


@pytest.mark.parametrize(
    "broken", ['f"{', "f'", 'print(f"{x")', 'f"{' * 3000, "def f[T(x):", "type X", 'f"{a b}"', "class A[" * 2000]
)
def test_what_no_release_reads_is_told(broken: str):
    """Protects what is told of a broken statement, and the statements around it."""
    reading = read(f"x = 1\n{broken}\n")
    assert reading.errors
    assert not reading.is_newer
