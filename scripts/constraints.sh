#!/usr/bin/env bash
# Resolve both environments from pyproject's ranges and write what came out as constraints/*.txt.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

resolve() { # NAME EXTRA REQUIREMENT...
    local name=$1 extra=$2
    shift 2
    scripts/headline.sh "Resolving $name"
    "$PYTHON" -m venv "$scratch/$name"
    "$scratch/$name/bin/python" -m pip install -qq --disable-pip-version-check --no-input -e ".[$extra]" "$@"
    {
        echo "# What .venv/$name holds. Written by: make constraints"
        "$scratch/$name/bin/python" -m pip list --format=freeze --exclude-editable --exclude pip --exclude setuptools
    } >"constraints/$name.txt"
}

# The majors of pandas, IPython and ipykernel differ too, so that both are tested; Studio's images hold the older ones.
resolve sdk2 dev 'sagemaker>=2.245,<3' 'pandas>=2.2,<3'
resolve sdk3 test 'sagemaker>=3.27,<4' 'pandas>=3' 'ipython<9' 'ipykernel<7'
