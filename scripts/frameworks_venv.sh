#!/usr/bin/env bash
# Make .venv/frameworks: the libraries that run.keras_callback() and its fellows are for. Unpinned and apart, since they
# bring gigabytes.
set -euo pipefail
folder=.venv/frameworks

scripts/headline.sh "Python environment $folder"
[ -x "$folder/bin/python" ] || "$PYTHON" -m venv "$folder"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check --no-input \
    accelerate boto3 keras lightning numpy platformdirs psutil pytest pytest-timeout torch transformers wrapt
touch "$folder/.ready"
