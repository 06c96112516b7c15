"""The trusted world: hidden tests, references, comparisons, scores. No student code and no student object ever comes here.

Layers, top to bottom (each module imports only what stands below it)::

    judge           one submission in, one result out

    graded          a submission on its way: loaded, then judged
    regrading       which parts of a known verdict stand
    encoding        pictures that a submission showed, as files
    reliance        which part's function uses another's, which fails
    source          the file as it was handed in: the line that failed
    material        what judging an assignment needs besides a sandbox: the course's code, its tests; from a bundle likewise
    scoring         how tests went, to verdicts and points
    figures         an assignment's `figures.py`: pictures of wrong answers
    collected       tests that are collected once for all submissions
    running         pytest in this process
    plugin          its plugin: fixtures, the run of each test
    planned         a test as collected: part, weight, title
    fault           what went wrong in the course's own code, in words
    diagnosis       which known mistake explains the answers

    check           the fixture `check`: call, compare, remember
    proxy           the fixture `submission`: a name becomes a call in the sandbox

    search          what came of one way to ask after the other
    delivery        from a way to ask to requests, and from answers to one
    workplace       one submission while it is judged: its session, what was learnt of it
    ending          how a submission ended before its tests
    words           what was done to it, and what stopped it, for the student

    calling         in which ways a part may be asked, in order
    forms           in which form of arguments, with which small changes
    question        what is asked, and one way to ask it
    candidates      what in a submission may answer a part, in the order in which it is tried
    offers          the ways to ask one name of it: a function, a class, an object
    steps           objects that are told first, and answer in another call
    binding         which argument goes to which parameter
    naming          what names tell
    alternatives    an assignment's `calling.py`: other ways to ask

    reference       the right answers, by the course's reference
    replay          the right answers, as they were recorded for a bundle
    recording       the file in which they are
    misconception   known mistakes as wrong variants
    answers         what a judge asks of either of the two
    remembered      what a course's own code has answered, from run to run

    drawing         what an assignment's `figures.py` makes
    outcome         how a call or a comparison ends
    plain           wire values to plain numbers
    text            texts that are translated when they are shown
"""
