"""The student's side: public tests on one's own work, in the terminal, in an editor, in continuous integration.

Nothing is decided here: loading, calling, comparing and the words are the judge's, so that what passes here does not fail
later for a reason of the tool. There is no wall, because the code is one's own; a process of its own there is.

Layers, top to bottom (each module imports only what stands below it)::

    plugin          `pytest --submission FILE`
    page            what `grade check --html` writes
    telling         what was found, in lines for a terminal
    checking        a judge that stays, and what it found
    work            the file to check
    lab             which lab is meant
"""
