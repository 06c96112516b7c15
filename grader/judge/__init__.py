"""The trusted world: hidden tests, references, comparisons, scores. No student code and no student object ever comes here."""
