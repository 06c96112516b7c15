"""What kind of wall stands around a session: `grader.sandbox` says it, `grader.guest.isolation` has a table of what it means."""

from typing import Literal

Mode = Literal["namespaces", "landlock", "none"]
