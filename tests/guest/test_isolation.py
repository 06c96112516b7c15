"""What is mounted below a folder that becomes private is mounted there again."""

from __future__ import annotations

import pytest

from grader.guest.isolation import mounts_below

MOUNTINFO = """\
22 1 0:21 / / rw,relatime - overlay overlay rw
30 22 0:25 / /tmp rw,nosuid - tmpfs tmpfs rw
31 30 8:1 /x /tmp/my\\040env/lib ro,nosuid - ext4 /dev/vda rw
32 31 0:26 / /tmp/my\\040env/lib/course ro - tmpfs tmpfs rw
33 30 8:1 /y /tmp/my\\040env/lib64 ro - ext4 /dev/vda rw
34 22 8:1 /z /tmpfiles ro - ext4 /dev/vda rw
35 30 8:1 /b /tmp/back\\134slash ro - ext4 /dev/vda rw
36 22 8:1 /c /srv/\rodd\x85\udcd1 ro - ext4 /dev/vda rw
"""


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("/tmp", ["/tmp/back\\slash", "/tmp/my env/lib", "/tmp/my env/lib64"]),
        ("/tmp/my env", ["/tmp/my env/lib", "/tmp/my env/lib64"]),
        ("/dev/shm", []),
        ("/srv", ["/srv/\rodd\x85\udcd1"]),
    ],
)
def test_outermost_mounts(place: str, found: list[str]) -> None:
    """Protects an environment in the folder for temporary files: a checkout in `/tmp` is what one tries first."""
    assert mounts_below(place, MOUNTINFO) == found
