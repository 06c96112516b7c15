"""How much a submission may tell of itself: so much is sent, and the other side of the wall reads no more."""

MOST_NAMES = 2_000
MOST_PARAMETERS = 50  # of a function
MOST_METHODS = 50  # of a class
MOST_METHODS_IN_ALL = 2_000  # of all classes; which of them answers is looked for among each class's, in pairs
MOST_ATTRIBUTES = 50  # of an instance
MOST_HOOKS = 200
MOST_NOTES = 100
LONGEST_TITLE = 200  # of a picture
