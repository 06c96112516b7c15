"""The report: pages and tables made from `Results` alone, nothing graded, nothing read from a submission.

What `grader.report.rendering.render` leaves on disk::

    OUT/
    ├── index.html                      the class, for the instructor
    ├── students/<slug>/index.html      one student, for the student: the folder may be handed out as it is
    ├── instructor/<slug>/index.html    one student, everything that is known (hidden inputs, expected values)
    ├── grades.csv                      a row per student
    ├── junit.xml                       a suite per student, a case per test
    ├── similar/                        the pairs of similar submissions, where `grade similar` has left `similar.json`
    └── .pages.json                     what each of these was made from: what would come out the same is left alone

Layers, top to bottom (each imports only what stands below it)::

    rendering                               writes the files
    classpage · studentpage · similarpages  one page each: records in, HTML out
    overview · payload                      what the class page says
    attention                               who needs the instructor
    roster · picture                        everyone, as pages name them; a figure as HTML
    template · chart · boxchart · items · slug · junit
    feedback · edition · gradetable · similarity · difference · stamps
    statistics · svg · raster · wording · number · text · cell
    plotting                                matplotlib, by its own settings

Every page is one file that opens from disk: no network, no server, and a content security policy that lets nothing run
but the class page's own script.
"""
