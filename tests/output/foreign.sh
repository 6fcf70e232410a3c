#!/bin/sh
# usage: foreign.sh BUILD ERGODE: draws that others wrote.
set -e
here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/../python/venv.sh" "$1") || exit 77
exec "$python" "$here/test_foreign.py" "$2"
