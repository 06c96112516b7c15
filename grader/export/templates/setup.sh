#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image. The image needs Python 3.11 to 3.13: take the base image of Ubuntu 24.04.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
source=$root/source

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q
    apt-get install -y -q --no-install-recommends python3 python3-venv bubblewrap
fi

python=
for candidate in python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "setup.sh: this image has no Python 3.11 to 3.13; choose the base image of Ubuntu 24.04" >&2
    exit 1
fi

"$python" -m venv "$root/grader-env"
# The CPU build of torch: a tenth of the download.
"$root/grader-env/bin/pip" install --quiet --extra-index-url https://download.pytorch.org/whl/cpu -r "$source/requirements.txt"

# Weights and expected values once, in the image, and not for every submission.
cd "$source/course"
PYTHONPATH=$source/lib GRADER_CACHE=$root/cache "$root/grader-env/bin/python" -m grader fixtures
