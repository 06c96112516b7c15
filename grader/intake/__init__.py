"""Submissions as learning platforms hand them out: archives and folder layouts become works with a student each.

::

    archive      a zip that strangers filled: bounded, nothing outside of its folder
    names        whose file it is, by Moodle's and Canvas's ways to name it
    intake       what lies there, recognised and laid out
"""
