"""A course on disk: assignments with their specifications, and the submissions to grade.

Layers, top to bottom (each module imports only what stands below it)::

    snapshot        whether an assignment's files are still what they were when a judge was made
    dependencies    which of them the verdict on a part depends on
    closure         which code of a Python file a function of it needs

    assignment      an assignment's folder: what lies where; the course above it
    companions      what the reference has beside it
    code            the course's Python files, imported by path

    reader          `assignment.yaml`, read
    submission      which file of which student is to be graded
    leading         of several files, those that could be it
    specification   `assignment.yaml`, as records
    rules           its keys of deadlines, lateness and attempts
    strict          what all these records keep to
    yamlfile        a YAML file as plain values

    bundle          what a student's bundle knows of hidden tests
    walk            the files of a folder that somebody wrote
    names           a student's name, however it is spelt
    master          a starter made from the master
    titles          the titles of tests, for a catalogue
"""
