#!/usr/bin/env bash
# Install Debian's chromium for the browser tests, where it is missing and installing is possible.
set -euo pipefail
if command -v chromium >/dev/null; then exit 0; fi

root=()
if [ "$(id -u)" != 0 ]; then root=(sudo -n); fi
if ! command -v apt-get >/dev/null || ! "${root[@]}" true 2>/dev/null; then
    echo "The browser tests need chromium on the PATH, and this user cannot install it." >&2
    echo "On Debian: apt-get install chromium" >&2
    exit 1
fi
scripts/headline.sh "Chromium, from the distribution"
mkdir -p build
export DEBIAN_FRONTEND=noninteractive
{
    "${root[@]}" apt-get update -qq
    "${root[@]}" apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
} >build/chromium.log 2>&1 </dev/null || {
    tail -n 20 build/chromium.log >&2
    echo "Installing chromium failed (build/chromium.log)." >&2
    exit 1
}
