"""A new course: one small lab without torch that passes `grade validate`, to be looked at, graded, and replaced.

`course/` holds its files, each with `.tmpl` behind its name so that no tool takes them for the package's own.
"""
