#!/usr/bin/env bash
# import-linter, silent when every contract is kept.
set -euo pipefail
report=$(.venv/sdk2/bin/lint-imports --no-cache --no-logo 2>&1) || {
    printf '%s\n' "$report" >&2
    exit 1
}
printf '%s\n' "$report" | grep -E '^Contracts:'
