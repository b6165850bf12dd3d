#!/usr/bin/env bash
# JupyterLab on a copy of the notebooks, with the demo's embedded store; the committed notebooks stay as they are.
set -euo pipefail
mkdir -p build/lab build/demo/home
cp -n notebooks/*.ipynb build/lab/ 2>/dev/null || true
export SM_TRACK_BACKEND=embedded SM_TRACK_HOME="$PWD/build/demo/home"
scripts/headline.sh "JupyterLab on build/lab, runs in build/demo/home"
exec .venv/sdk2/bin/jupyter lab --ServerApp.root_dir="$PWD/build/lab" \
    --LabApp.news_url= --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
    "$([ "$(id -u)" = 0 ] && echo --allow-root || echo --ServerApp.open_browser=True)"
