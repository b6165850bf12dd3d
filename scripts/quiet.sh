#!/usr/bin/env bash
# quiet.sh PATTERN COMMAND...: run a command; show all it says when it fails, only the lines with PATTERN when it does not.
set -euo pipefail
pattern=$1
shift
report=$("$@" 2>&1) || {
    printf '%s\n' "$report" >&2
    exit 1
}
grep -E "$pattern" <<<"$report" || true
