#!/bin/sh
# usage: venv.sh BUILD: makes or reuses BUILD/.venv-tests with the packages of
# requirements.txt and prints its Python. Safe to call from tests that run side by side.
# Exit code 77 (a skipped test) where the packages can't be installed.
set -e
here=$(cd "$(dirname "$0")" && pwd)
venv="$1/.venv-tests"
want="$here/requirements.txt"
mkdir -p "$1"
exec 9>"$1/.venv-tests.lock"
flock 9
if ! cmp -s "$want" "$venv/requirements.done"; then
  log="$1/venv-tests.log"
  if ! { [ -x "$venv/bin/python" ] || python3 -m venv "$venv"; } >"$log" 2>&1 ||
     ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
       -r "$want" >>"$log" 2>&1; then
    echo "venv.sh: no Python packages for tests; see $log" >&2
    exit 77
  fi
  cp "$want" "$venv/requirements.done"
fi
echo "$venv/bin/python"
