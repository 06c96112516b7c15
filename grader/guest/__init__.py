"""What runs inside the sandbox: the warm template, a session per submission, and a call server per test.

Nothing here is secret, and nothing here is trusted by the judge: whatever a submission does to this code, only bounded plain
values reach the other side. It imports `grader.wire` and `grader.errors` and nothing else of the package.

Layers, top to bottom (each module imports only what stands below it)::

    warden          without a pid namespace: a process that ends what is left
    template        the warm template, forked per submission
    alone           the same where nothing can be forked
    session         one submission's process: loads the file, forks call servers
    warm            what a process has ready before a submission comes
    adaptations     what labs ask of the machine that they were written on

    calls           a call server: the calls of tests, answered
    leftovers       what tests leave behind: seen, and put back
    memory          what a submission remembers from call to call
    values          a student's objects to wire values, and back
    records         values with named fields, as a submission may want them
    instances       objects of a submission's class
    chance          generators of random numbers

    loading         a file to a namespace, past whatever fails
    pieces          a module or a cell, run statement by statement
    starred         Python's own functions after a star import of NumPy
    repair          sources that Python cannot read as they stand
    newer           what only newer releases of Python read
    code            a source as statements
    endings         a process that ends itself meanwhile
    failures        what went wrong in a submission's code
    notebook        a notebook's code cells
    shell           IPython's shell
    magics          which magics are skipped, and which only stand around a cell
    drawings        pictures that are shown meanwhile
    budget          how long a file may run
    alarm           a deadline inside the process
    encoding        a file's bytes as text
    conflict        markers that git leaves in a file

    inventory       what a submission defines, described
    parameters      the parameters of a function
    footprint       what lies in its folders, as a digest
    notes           what was done so that it could run
    bounds          how much it may tell of itself

    models          the assignment's networks, handed out
    weights         a network over its weights' file
    standins        networks that stand for given numbers
    hooks           forward hooks that a submission registered
    imprint         whether a call left a network as it was
    reach           arrays within reach
    glance          a look at an object that does not ask it
    interpreter     whether Python's own names still stand
    gpu             a GPU for a submission
    compiler        torch's compiler, left out until it is asked for

    isolation       from a fork to a confined process
    mode            what kind of wall stands around it
    landlock        an allow-list of the file system
    syscalls        the seccomp filter
    syscall_rules   calls that depend on their arguments
    syscall_lists   calls that always run, and calls that never do
    syscall_table   numbers of system calls
    bpf             an assembler for filters
    limits          resource limits of a process
    processes       ending whatever a process started
    heap            the C library's heap
    pages           huge pages for what forks share
    kernel          Linux's calls that Python's library lacks
"""
