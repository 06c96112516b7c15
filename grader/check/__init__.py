"""The student's side: public tests on one's own work, in the terminal, in an editor, in continuous integration.

Nothing is decided here: loading, calling, comparing and the words are the judge's, so that what passes here does not fail
later for a reason of the tool. There is no wall, because the code is one's own; a process of its own there is.
"""
