"""Which submissions are alike: code against code, nothing run.

::

    search      the whole: sources in, the records of `grader.report.similarity` out
    engine      fingerprints of code, by copydetect
    sources     a submission's code as text

A submission is only ever read: a notebook by nbformat, a module as text, both cut into tokens by Pygments' lexer.
"""
