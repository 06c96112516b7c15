"""A course on disk: assignments with their specifications, and the submissions to grade."""
