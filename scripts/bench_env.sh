#!/usr/bin/env bash
# bench_env.sh PEER...: an environment of its own, .venv/bench-PEER, for each tracker that the benchmarks compare with.
# bench_env.sh --resolve PEER...: the newest versions instead of the pinned ones; writes constraints/bench-PEER.txt.
set -euo pipefail
resolve=false
if [ "${1:-}" = --resolve ]; then
    resolve=true
    shift
fi
for peer in "$@"; do
    folder=.venv/bench-$peer pins=constraints/bench-$peer.txt
    if ! $resolve && [ "$folder/.ready" -nt "$pins" ]; then continue; fi
    scripts/headline.sh "Python environment $folder"
    rm -rf "$folder"
    "$PYTHON" -m venv "$folder"
    if $resolve; then
        "$folder/bin/python" -m pip install -qq --disable-pip-version-check --no-input "$peer"
        {
            echo "# What .venv/bench-$peer holds. Written by: scripts/bench_env.sh --resolve $peer"
            "$folder/bin/python" -m pip list --format=freeze --exclude pip --exclude setuptools
        } >"$pins"
    else
        "$folder/bin/python" -m pip install -qq --disable-pip-version-check --no-input -c "$pins" "$peer"
    fi
    touch "$folder/.ready"
done
