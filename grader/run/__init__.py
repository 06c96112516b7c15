"""A whole run: what to grade, workers that grade it, a journal that loses nothing, and the files that come out.

Layers, top to bottom (each module imports only what stands below it)::

    run             one assignment: plan, grade what is not known yet, write `results.json`
    plan            which assignments, whose submissions
    journal         every finished submission, on disk at once
    pictures        the photos that figures lie over

    cluster         workers of a Dask cluster
    remote          what such a worker does
    parcel          a course and a submission as bytes for it
    workers         workers on this machine
    dispatch        jobs, and who does them

    sizing          how much of this machine a run may take
    memory          how much of it a container leaves
    environment     what of a machine a verdict depends on
    watch           waiting until something changes
"""
