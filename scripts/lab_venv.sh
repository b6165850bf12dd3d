#!/usr/bin/env bash
# Make .venv/lab-VERSION: an older JupyterLab with sdk2's other pins: scripts/lab_venv.sh VERSION.
set -euo pipefail
version=$1 folder=.venv/lab-$1
pins=$(mktemp)
trap 'rm -f "$pins"' EXIT

scripts/headline.sh "Python environment $folder"
[ -x "$folder/bin/python" ] || "$PYTHON" -m venv "$folder"
grep -vE '^jupyterlab(-server)?==' constraints/sdk2.txt >"$pins"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check --no-input -c "$pins" -e . \
    "jupyterlab==$version" ipykernel playwright pytest pytest-timeout scikit-learn
touch "$folder/.ready"
