#!/bin/bash
# Makes docs/pictures from real runs: the terminal as SVG, the report's page as PNG. What
# they show, timings included, is of the runs made now.
#
#   tools/pictures.sh [BUILD]      needs Chromium (tools/setup.sh check)
set -euo pipefail
build=$(realpath "${1:-build}")
cd "$(dirname "$0")/.."
pictures=$PWD/docs/pictures
tests=$PWD/tests
python=$(tests/python/venv.sh "$build" pictures.txt)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export PATH=$build:$PATH XDG_CACHE_HOME=$tmp/cache
unset NO_COLOR ERGODE_PLUGIN_PATH
mkdir -p "$pictures"
terminal=$PWD/tools/terminal_picture.py

cd "$tmp" # out/ lands here
# Compiled once: the pictures are of what comes after.
ergode sample hierarchical_normal -q --out compiled >/dev/null
ergode sample eight_schools --report replicated --html --out run -q >/dev/null
"$python" "$terminal" --columns 92 "$pictures/sample.svg" ergode sample hierarchical_normal --html
mkdir large && cd large
"$python" "$terminal" --columns 92 --at 'sampling +[2-9]' "$pictures/progress.svg" \
  ergode sample hierarchical_normal --dim group=1000 --draws 4000
cd ..
"$python" "$terminal" --columns 120 "$pictures/bench.svg" \
  ergode bench hierarchical_normal --preset quick --repeat 5

cp run/report.html report.html
"$python" "$tests/report/browser.py" report.html --png shots --height 1048 >/dev/null
cp shots/report-light.png "$pictures/report.png"
ls -l "$pictures"
