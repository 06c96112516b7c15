"""What crosses between judge and sandbox: bounded frames of plain values, decoded without executing anything.

This package runs on both sides of the wall and imports nothing of the rest but `grader.errors`.
"""
