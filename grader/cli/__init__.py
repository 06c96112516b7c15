"""The command line: `grade`. Libraries raise; only this package prints and exits.

`grade --help` imports every module that declares a command, its options and its words; those import nothing heavy. What a command
does stands in a module that is imported when it runs: called after the command where `main` declares it, else after the doing::

    command                                     declared in     done in
    run                                         main            run, watch
    report                                      main            report
    validate                                    main            validate
    fixtures                                    main            fixtures
    doctor                                      main            doctor
    check                                       check           checking
    diff                                        diff            differing
    similar                                     similar         comparing
    export                                      export          exporting, handing
    package                                     export          exporting
    override, comment, extend, grades, history  gradebook       gradebooking
    release                                     release         releasing
    starter                                     starter         starter
    init                                        init            init

`main` is the one place where errors become words and statuses. What the others share::

    status          the exit statuses
    console         what `grade` says while it works
    observing       the bar, and the table of who is being graded
    recording       what `grade run --gradebook` writes down
    people          lists of people on standard error
    titled          a table below its title
    markup          text that a student wrote, on a terminal
    output          standard output and error, as rich writes them
    streams         the same, for any letter
    misuse          what was typed and cannot be done
    options         options that several commands have
    reportfolder    the report's folder, looked at before it is written to
    occupied        one command at a time in there
    autograder      what runs in Gradescope's container
"""

from grader.cli.main import main

__all__ = ["main"]
