#!/bin/bash
# Runs one case, or all: the command line in cases/NAME.cmd against the expected output
# in NAME.out (standard output), NAME.err (standard error) and NAME.code (exit code).
#
#   run.sh ERGODE NAME        compare
#   run.sh --update ERGODE    write what is printed now as expected (read it before you commit it)
#
# $ERGODE is the program, $TMP a fresh folder. No terminal, no colour, an empty cache.
set -u
update=
if [ "$1" = --update ]; then update=1; shift; fi
export ERGODE=$(realpath "$1")
"$ERGODE" --version >/dev/null || exit 1
cd "$(dirname "$0")" || exit 1
export LC_ALL=C NO_COLOR=1
unset ERGODE_PLUGIN_PATH CC

one() {
  local name=$1 failed=0
  TMP=$(mktemp -d)
  export TMP XDG_CACHE_HOME=$TMP/cache XDG_DATA_HOME=$TMP/data
  bash "cases/$name.cmd" >"$TMP/.out" 2>"$TMP/.err" </dev/null
  echo $? >"$TMP/.code"
  for kind in out err code; do
    sed -i "s|$TMP|TMP|g; s|$ERGODE|ergode|g" "$TMP/.$kind"
    if [ -n "$update" ]; then
      if [ -s "$TMP/.$kind" ]; then cp "$TMP/.$kind" "cases/$name.$kind"; else rm -f "cases/$name.$kind"; fi
    elif ! diff -u "$([ -e "cases/$name.$kind" ] && echo "cases/$name.$kind" || echo /dev/null)" "$TMP/.$kind"; then
      failed=1
    fi
  done
  rm -rf "$TMP"
  return $failed
}

if [ -n "$update" ]; then
  for file in cases/*.cmd; do one "$(basename "$file" .cmd)"; done
else
  one "$2"
fi
