#!/bin/sh
# usage: check_outputs.sh BUILD WRITE_OUTPUTS: what it writes is read by real readers.
set -e
here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/../python/venv.sh" "$1") || exit 77
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$2" "$folder"
"$python" "$here/check_outputs.py" "$folder"
