"""A whole run: what to grade, workers that grade it, a journal that loses nothing, and the files that come out."""
