#!/usr/bin/env bash
# pyright from the SDK 2.x environment; it runs on the Node that is there.
set -euo pipefail
export PYRIGHT_PYTHON_IGNORE_WARNINGS=1 PYRIGHT_PYTHON_GLOBAL_NODE=1
report=$(.venv/sdk2/bin/pyright 2>&1) || {
    printf '%s\n' "$report" >&2
    exit 1
}
printf '%s\n' "$report" | tail -n 1
