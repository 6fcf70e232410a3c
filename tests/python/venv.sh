#!/bin/sh
# usage: venv.sh BUILD [LIST]: makes or reuses BUILD/.venv-tests with the packages of LIST
# (requirements.txt, or nvrtc.txt) and prints its Python. Safe to call from tests that run
# side by side. Exit code 77 (a skipped test) where the packages can't be installed.
set -e
here=$(cd "$(dirname "$0")" && pwd)
venv="$1/.venv-tests"
list=${2:-requirements.txt}
mkdir -p "$1"
exec 9>"$1/.venv-tests.lock"
flock 9
if ! cmp -s "$here/$list" "$venv/$list.done"; then
  log="$1/venv-tests-$list.log"
  if ! { [ -x "$venv/bin/python" ] || python3 -m venv "$venv"; } >"$log" 2>&1 ||
     ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
       -r "$here/$list" >>"$log" 2>&1; then
    echo "venv.sh: the packages of $list can't be installed, and tests that need them are" \
      "skipped; see $log" >&2
    exit 77
  fi
  cp "$here/$list" "$venv/$list.done"
fi
echo "$venv/bin/python"
