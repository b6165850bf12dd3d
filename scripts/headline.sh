#!/usr/bin/env bash
# One line that says which stage starts, and when.
printf '== %s  [%(%H:%M:%S)T]\n' "$*" -1
