"""A short assembler for seccomp's classic BPF: from a table "call number -> rule" to the bytes the kernel loads.

The program reads `struct seccomp_data` (`linux/seccomp.h`)::

    offset 0   int    nr                      the call's number
           4   u32    arch                    AUDIT_ARCH_* of the calling convention used
           8   u64    instruction_pointer
          16   u64    args[6]

Neighbouring numbers with the same rule share a leaf of the program's binary search, so that a call costs about eight
jumps; and as the kernel works out beforehand which numbers are allowed whatever the arguments, those cost nothing.

Arguments are compared by their low 32 bits only. Every argument that a rule looks at is an `int` or `unsigned int` of
the kernel's own, which drops the high half too; comparing all 64 bits would let `cmd | 1 << 32` slip past a deny-list.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
_JUMP = 0x05  # BPF_JMP | BPF_JA
_JUMP_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_JUMP_NOT_BELOW = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K

_NUMBER_OFFSET = 0
_ARCHITECTURE_OFFSET = 4
_ARGUMENTS_OFFSET = 16
_ALL_BITS = 0xFFFFFFFF
_LONGEST_JUMP = 255
MOST_INSTRUCTIONS = 4096

AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def errno_answer(number: int) -> int:
    """The filter's answer "do nothing and return -1 with this errno"; for 0, "do nothing and return 0"."""
    return _ERRNO | number


class Instruction(NamedTuple):
    """One `struct sock_filter`: `jump_true` and `jump_false` count the instructions to skip."""

    code: int
    operand: int
    jump_true: int = 0
    jump_false: int = 0


@dataclass(frozen=True)
class Condition:
    """`(argument & mask) in values`, or with `negate` its opposite, over the low 32 bits of argument 0 to 5."""

    argument: int
    values: tuple[int, ...]
    mask: int = _ALL_BITS
    negate: bool = False

    def holds(self, arguments: Sequence[int]) -> bool:
        """What the compiled condition answers for these arguments."""
        return (arguments[self.argument] & self.mask & _ALL_BITS in self.values) != self.negate


@dataclass(frozen=True)
class Rule:
    """A call is allowed if every condition of any one case holds, and answered with `otherwise` if none does.

    `Rule(otherwise)` without a case always gives that answer; `Rule(..., cases=((),))` always allows.
    """

    otherwise: int
    cases: tuple[tuple[Condition, ...], ...] = ()

    def answer(self, arguments: Sequence[int]) -> int:
        """What the compiled rule answers for these arguments."""
        return ALLOW if any(all(condition.holds(arguments) for condition in case) for case in self.cases) else self.otherwise


def assemble(machine: str, rules: Mapping[int, Rule], unknown: Rule) -> bytes:
    """The program for `machine`: kill on another calling convention, else the number's rule, or `unknown`.

    `ValueError` if it is longer than the kernel takes.
    """
    code = [
        Instruction(_LOAD, _ARCHITECTURE_OFFSET),
        Instruction(_JUMP_EQUAL, AUDIT_ARCHITECTURES[machine], jump_true=1),
        Instruction(_RETURN, KILL_PROCESS),
        Instruction(_LOAD, _NUMBER_OFFSET),
        *_search(_segments(rules, unknown)),
    ]
    if len(code) > MOST_INSTRUCTIONS:
        raise ValueError(f"the filter has {len(code)} instructions, the kernel takes {MOST_INSTRUCTIONS}")
    return b"".join(struct.pack("=HBBI", each.code, each.jump_true, each.jump_false, each.operand) for each in code)


def _segments(rules: Mapping[int, Rule], unknown: Rule) -> list[tuple[int, Rule]]:
    """The number line cut where the rule changes: (first number, rule), from 0 to the end."""
    segments: list[tuple[int, Rule]] = []
    for number in range(max(rules, default=-1) + 2):
        rule = rules.get(number, unknown)
        if not segments or segments[-1][1] != rule:
            segments.append((number, rule))
    return segments


def _search(segments: Sequence[tuple[int, Rule]]) -> list[Instruction]:
    if len(segments) == 1:
        return _compile(segments[0][1])
    middle = len(segments) // 2
    below, above = _search(segments[:middle]), _search(segments[middle:])
    first = segments[middle][0]
    if len(below) <= _LONGEST_JUMP:
        return [Instruction(_JUMP_NOT_BELOW, first, jump_true=len(below)), *below, *above]
    # A conditional jump reaches 255 instructions; an unconditional one any distance.
    head = [Instruction(_JUMP_NOT_BELOW, first, jump_false=1), Instruction(_JUMP, len(below))]
    return [*head, *below, *above]


def _compile(rule: Rule) -> list[Instruction]:
    code = [Instruction(_RETURN, rule.otherwise)]
    for case in reversed(rule.cases):
        passed = [Instruction(_RETURN, ALLOW)]
        for condition in reversed(case):
            passed = _compile_condition(condition, skip=len(passed)) + passed
        code = passed + code
    return code


def _compile_condition(condition: Condition, skip: int) -> list[Instruction]:
    """Fall through where the condition holds, else skip `skip` instructions beyond the condition."""
    code = [Instruction(_LOAD, _ARGUMENTS_OFFSET + 8 * condition.argument)]
    if condition.mask != _ALL_BITS:
        code.append(Instruction(_AND, condition.mask))
    for following, value in zip(reversed(range(len(condition.values))), condition.values, strict=True):
        found = following + (skip if condition.negate else 0)
        missed = skip if following == 0 and not condition.negate else 0
        code.append(Instruction(_JUMP_EQUAL, value, jump_true=found, jump_false=missed))
    return code
