"""The judge's side of the wall: starting templates, opening sessions, calling what a submission defines."""
