"""What runs inside the sandbox: the warm template, a session per submission, and a call server per test.

Nothing here is secret, and nothing here is trusted by the judge: whatever a submission does to this code, only bounded plain
values reach the other side. It imports `grader.wire` and `grader.errors` and nothing else of the package.
"""
