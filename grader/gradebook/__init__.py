"""Grades that are kept: attempts, lateness, an instructor's decisions, and who did what when.

::

    book            opens a gradebook: SQLite in a file, or any database that SQLAlchemy speaks to; `migrations/` by Alembic
    tables          its tables; rows are only ever added
    recording       what a run found out
    rules           an assignment's points and rules, as they were then
    decisions       an instructor's overrides, comments and extensions
    lateness        what the deadline costs
    grades          the grade of each student, reckoned from all of the above whenever it is asked for
    trail           everything that was ever written, in order

A grade is never stored: it follows from verdicts, decisions and rules, all of which stay. So a regrade cannot lose an override,
and yesterday's grade can be explained.
"""
