"""The assembled program answers as its table says: checked by an interpreter written apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.guest.bpf import (
    ALLOW,
    KILL_PROCESS,
    MOST_INSTRUCTIONS,
    Condition,
    Rule,
    assemble,
    errno_answer,
)

UNKNOWN = Rule(errno_answer(38))


words = st.one_of(st.integers(0, 8), st.integers(0, 2**64 - 1))
conditions = st.builds(
    Condition,
    argument=st.integers(0, 5),
    values=st.lists(st.integers(0, 8), min_size=1, max_size=5, unique=True).map(tuple),
    mask=st.sampled_from([0xFFFFFFFF, 6, 1]),
    negate=st.booleans(),
)
cases = st.lists(conditions, max_size=3).map(tuple)
rules = st.builds(Rule, st.sampled_from([errno_answer(1), errno_answer(0)]), st.lists(cases, max_size=3).map(tuple))


@settings(deadline=None, database=None, derandomize=True)
@given(
    table=st.dictionaries(st.integers(0, 60), rules, max_size=40),
    number=st.integers(0, 70),
    arguments=st.tuples(*[words] * 6),
)
def test_a_program_answers_as_its_table(interpret, table, number, arguments) -> None:
    """A jump that lands one instruction off would allow what the table refuses, and no other test might notice."""
    answer = interpret(assemble("x86_64", table, UNKNOWN), "x86_64", number, arguments)
    assert answer == table.get(number, UNKNOWN).answer(arguments)


def test_jumps_beyond_255_instructions(interpret) -> None:
    """Conditional jumps hold one byte: a long table must not wrap around."""
    picky = [Rule(errno_answer(1), ((Condition(0, (value, value + 1)),),)) for value in range(300)]
    program = assemble("x86_64", dict(enumerate(picky)), UNKNOWN)
    assert len(program) // 8 > 4 * 255
    for number, rule in enumerate(picky):
        for argument in (number, number + 1, number + 2):
            arguments = (argument, 0, 0, 0, 0, 0)
            assert interpret(program, "x86_64", number, arguments) == rule.answer(arguments)


def test_a_program_beyond_the_kernels_bound_is_refused() -> None:
    """The kernel's own message would be a bare EINVAL, in a sandbox, at the start of a grading run."""
    table = {number: Rule(number, ((Condition(0, (1,)),),)) for number in range(MOST_INSTRUCTIONS)}
    with pytest.raises(ValueError, match="instructions"):
        assemble("x86_64", table, UNKNOWN)


@pytest.mark.parametrize("other", ["i386", "aarch64"])
def test_another_calling_convention_is_killed(interpret, other) -> None:
    """Numbers mean other calls there: 101 is ptrace for x86_64 and ioperm for i386."""
    program = assemble("x86_64", {0: Rule(ALLOW, ((),))}, UNKNOWN)
    assert {interpret(program, other, number, (0,) * 6) for number in range(600)} == {KILL_PROCESS}
