"""Results in the formats of other systems, and packages that such systems run.

Layers, top to bottom (each imports only what stands below it)::

    autograder      what runs inside Gradescope's container
    package         the zip that an instructor uploads there
    gradescope      results as Gradescope reads them
    visibility      when students see the lines of hidden tests there

    moodle, canvas, tables
                    a table of another system, filled in
    filled          what came of filling it in
    standing        a student's page with the grade that a gradebook says counts
    roster          whose row a mark belongs to
    marks, table    what is handed on about a student; a CSV file
"""
