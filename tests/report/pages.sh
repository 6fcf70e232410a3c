#!/bin/bash
# The page of a run in a real browser (browser.py says what is looked at), and pages that
# are wrong, which it must find.
#
#   pages.sh BUILD ERGODE
set -euo pipefail
build=$1 ergode=$2
here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/../python/venv.sh" "$build" browser.txt) || exit 77
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export XDG_CACHE_HOME=$tmp/cache HOME=$tmp

fail() { echo "FAILED: $*" >&2; exit 1; }

# Divergences, vectors with labels, real and counted outcomes.
"$ergode" sample eight_schools_centered --preset quick --report replicated -q \
  --out "$tmp/schools" >/dev/null
"$ergode" sample poisson_glmm --preset quick --report replicated -q --out "$tmp/counts" >/dev/null
for run in schools counts; do
  "$ergode" report "$tmp/$run" --html "$tmp/$run.html" >/dev/null
done
code=0
"$python" "$here/browser.py" "$tmp/schools.html" "$tmp/counts.html" || code=$?
[ $code = 0 ] || exit $code

# Each fault is found.
cat >"$tmp/wrong.html" <<'PAGE'
<!DOCTYPE html><html lang="en"><title>wrong</title><body>
<script>console.error("broken")</script>
<img alt="" src="http://127.0.0.1:9/none.png">
<div style="width:500px">wide</div>
<svg width="99" height="99" aria-label="nothing"></svg>
<svg width="99" height="99"><path d="M0 0L9 9"/><text x="90" y="50">long label</text></svg>
<svg width="99" height="99"><path d="M0 0L9 9"/><text x="5" y="50">one</text>
  <text x="6" y="52">two</text></svg>
<svg width="99" height="99" viewBox="0 0 400 400"><path d="M0 0L9 9"/>
  <text x="5" y="50">small</text></svg>
<p style="color:#999">pale</p>
<p id="a">1</p><p id="a">2</p><a href="#b">there</a>
</body></html>
PAGE
code=0
"$python" "$here/browser.py" "$tmp/wrong.html" >"$tmp/said" || code=$?
[ $code = 1 ] || fail "exit code $code where a page is wrong: $(cat "$tmp/said")"
for fault in 'console, error: broken' 'asks for http:' 'px wide on 390' \
    'figure nothing is empty' '"long label" is cut off' '"one" and "two" lie on each other' \
    'has letters of' '"pale" has a contrast of' 'the id a is used twice' \
    'the link #b leads nowhere'; do
  grep -qF "$fault" "$tmp/said" || fail "not found: $fault in $(cat "$tmp/said")"
done
