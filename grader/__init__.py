"""An automated grader for programming labs: hidden tests in a trusted judge, submissions in warm sandboxes."""

__version__ = "0.1.0"
