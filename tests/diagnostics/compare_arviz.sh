#!/bin/sh
# usage: compare_arviz.sh BUILD TEST: TEST on random draws with ArviZ's numbers.
set -e
here=$(dirname "$0")
python=$("$here/../python/venv.sh" "$1") || exit 77
"$python" "$here/make_reference.py" "$1/arviz_random.txt" 20 120
exec "$2" "$1/arviz_random.txt"
