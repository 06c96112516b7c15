"""What honest labs ask of the machine that they were written on, answered here so that it costs them nothing.

Each module has one function `install(...)`, which replaces library functions in this process and adds a note when one is used.
They are installed once, in the template, before any submission is seen. They are conveniences, never a wall.
"""
