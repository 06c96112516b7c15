"""The judge's side of the wall: starting templates, opening sessions, calling what a submission defines.

Layers, top to bottom (each module imports only what stands below it)::

    choice          the walls by name; which this machine can build, what starts processes behind it
    selftest        a safe attack on one's own wall
    probe           the submission that it hands in

    alone           where nothing can be forked: a process per submission
    template        a warm template, forked per submission

    bubblewrap      the first wall: namespaces
    landlock_wall   the second: without namespaces
    library         what the inside may read of this machine
    wall            what every wall offers, and none at all
    gpu             the machine's GPU, as files

    shared          a session whose tests share one process
    session         one submission: load it, call what it defines
    exchange        what is said to its process and comes back
    drawings        pictures that it showed
    inventory       what it says that it defines

    guard           what bounds a submission as a whole
    watchdog        where no control group can be made: a thread that looks
    cgroups         a control group per submission
    cgroup_place    where this machine can have any
    quota           a bound on what it writes
    scratch         a template's folder, and those of killed graders
    folders         how much lies in a folder, and how to be rid of it
"""
