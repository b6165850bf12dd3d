#!/usr/bin/env bash
# Make one Python environment: scripts/venv.sh NAME EXTRA  ->  .venv/NAME, pinned by constraints/NAME.txt.
set -euo pipefail
name=$1 extra=$2 folder=.venv/$1

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
    echo "Python 3.10 or later is needed: make PYTHON=/path/to/python3.11" >&2
    exit 1
}
scripts/headline.sh "Python environment $folder"
[ -x "$folder/bin/python" ] || "$PYTHON" -m venv "$folder"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check --no-input \
    -c "constraints/$name.txt" -e ".[$extra]"
touch "$folder/.ready"
