#!/bin/bash
# Makes the bundle, unpacks it in another folder and runs it with an empty environment:
# no compiler, no home, no cache.
#
#   bundle.sh BUILD SOURCE
set -euo pipefail
build=$(realpath "$1") source=$(realpath "$2")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

fail() { echo "FAILED: $*" >&2; exit 1; }

(cd "$source" && tools/bundle.sh --build "$build" --out "$tmp" \
  "$source/tests/cli/inputs/good.toml:$source/tests/cli/inputs/good.json")
mkdir "$tmp/elsewhere"
tar -C "$tmp/elsewhere" -xf "$tmp"/ergode-*.tar.xz
root=$(echo "$tmp"/elsewhere/ergode-*)
cd "$tmp/elsewhere"

# Every library but glibc's comes from the bundle.
find "$root" -type f \( -name '*.so*' -o -path '*/bin/ergode' \) | while read -r file; do
  outside=$(ldd "$file" 2>/dev/null | awk '$3 ~ /^\// {print $1, $3}' | grep -v "$root" |
    grep -Ev '^(libc|libm|libmvec|libpthread|libdl|librt|libresolv|ld-linux[^ ]*)\.so' || true)
  [ -z "$outside" ] || fail "$file takes $outside"
done
grep -q 'Needs glibc 2\.' "$root/BUNDLE.txt" || fail "the oldest glibc is not stated"

run() { env -i "$root/bin/ergode" "$@"; }
run --version
# Into a file: grep -q would close a pipe early, and pipefail report that as a failure.
run plugin list --verbose >"$tmp/plugins"
grep -q '^cpu ' "$tmp/plugins" || fail "no plug-in cpu: $(cat "$tmp/plugins")"
for model in hierarchical_normal good; do
  data=()
  [ $model = good ] && data=(--data "$source/tests/cli/inputs/good.json")
  run sample $model "${data[@]}" --preset quick --out "$tmp/out" >"$tmp/table" 2>"$tmp/talk"
  grep -q interpreted "$tmp/talk" && fail "$model is not compiled in: $(cat "$tmp/talk")"
  [ -s "$tmp/out/draws.nc" ] || fail "$model: no draws.nc"
done
# The same bits as outside of the bundle, whatever compiled the model.
"$build/ergode" sample "$source/tests/cli/inputs/good.toml" --preset quick -q \
  --data "$source/tests/cli/inputs/good.json" --out "$tmp/here" >"$tmp/here.txt"
cmp "$tmp/table" "$tmp/here.txt" || fail "the bundle draws differently"
# Reports have their figures, drawn by the bundle's libcairo, with no fonts set up.
env -i LD_DEBUG=libs "$root/bin/ergode" report "$tmp/out" --html "$tmp/page.html" \
  --plots "$tmp/figures" --format png >/dev/null 2>"$tmp/libraries"
grep -q "calling init: $root/.*/libcairo" "$tmp/libraries" || fail "another libcairo is used"
grep -c '<svg' "$tmp/page.html" >"$tmp/count" || fail "no figures in the page"
[ "$(cat "$tmp/count")" -ge 10 ] || fail "$(cat "$tmp/count") figures in the page"
[ "$(find "$tmp/figures" -name '*.png' -size +1k | wc -l)" = "$(cat "$tmp/count")" ] ||
  fail "figures as files: $(ls -l "$tmp/figures")"
# Without a compiler and without a compiled form: slowly, with a warning.
env -i PATH=/nowhere "$root/bin/ergode" sample eight_schools --preset quick --out "$tmp/out" \
  >/dev/null 2>"$tmp/talk"
grep -q interpreted "$tmp/talk" || fail "no word of the interpreter: $(cat "$tmp/talk")"
echo "bundled, unpacked, run"
