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

`status` has the exit statuses, and `main` is the one place where errors become words and statuses.
"""

from grader.cli.main import main

__all__ = ["main"]
