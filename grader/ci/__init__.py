"""Continuous integration: workflow templates, and what is said there in the forms that GitHub and GitLab read."""
