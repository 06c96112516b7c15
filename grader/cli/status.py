"""The exit statuses of all commands; README's table says what they mean to a user.

::

    OK       done: of `grade run`, every submission was graded, whatever its score
    FAULT    something could not be done through the grader's fault, as when a submission has no score
    FOUND    done, and something is not as it should be: a check, a test or a grade
    USAGE    wrong usage, a specification that is not right, or no wall
    STOPPED  by Ctrl-C, as shells tell it: 128 and the signal's number; by SIGTERM and SIGHUP too
"""

OK, FAULT, FOUND, USAGE, STOPPED = 0, 1, 1, 2, 130
