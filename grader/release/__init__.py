"""What students are given: an assignment without anything that is hidden, and the starter that they begin with.

Layers, top to bottom (each imports only what stands below it)::

    archive                         writes files into a folder or a zip, the same bytes for the same files
    bundle                          which files a bundle is made of
    recorder · pruning · catalogue  answers without the reference; helpers and words without those of hidden tests

Whether something hidden stands in it all the same is asked of `grader.validate.leaks`.
"""
