"""What crosses between judge and sandbox: bounded frames of plain values, decoded without executing anything.

This package runs on both sides of the wall and imports nothing of the rest but `grader.errors`.

Layers, top to bottom (each module imports only what stands below it)::

    channel         frames over a socket, with deadlines
    codec           values to bytes and back
    wrapping        what the course's own code passes, as values
    keys            keys of mappings, elements of sets
    layout          how much a value grows as one array
    values          the closed set of values, and their bounds
    digest          what a network is like
"""
