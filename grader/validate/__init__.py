"""The tests, tested: does an assignment accept what is right and catch what is wrong?

Layers, top to bottom (each module imports only what stands below it)::

    validation      the checks, one after the other
    reaction        how the tests of a part take a wrong function
    oddities        answers, and changed networks, that no author thinks of
    local           a trusted stand-in for a submission
    mutants         small changes of the reference
    leaks           whether something hidden stands in what students are given
    translations    whether catalogues fill in what their texts do
    check           what a check has found
"""
