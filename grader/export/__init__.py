"""Results in the formats of other systems, and packages that such systems run.

Layers, top to bottom (each imports only what stands below it)::

    autograder      what runs inside Gradescope's container
    package         the zip that an instructor uploads there
    gradescope      results as Gradescope reads them
"""
