#!/usr/bin/env bash
# Make .venv/fronts: front ends other than JupyterLab. Apart from sdk2, whose pins stay as they are.
set -euo pipefail
folder=.venv/fronts

scripts/headline.sh "Python environment $folder"
[ -x "$folder/bin/python" ] || "$PYTHON" -m venv "$folder"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check --no-input \
    -c constraints/sdk2.txt -c constraints/fronts.txt -e . ipykernel marimo notebook playwright pytest pytest-timeout
touch "$folder/.ready"
