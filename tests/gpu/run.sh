#!/bin/sh
# Runs everything that needs a GPU and writes results as JSON: bits against the processor,
# machine code's registers, compute-sanitizer, benchmark.
#
#   tests/gpu/run.sh BUILD-FOLDER [RESULTS.json]
#
# BUILD-FOLDER holds a built Ergode with its tests (cmake --build, ERGODE_TESTS=ON). A part
# that can't run is recorded as skipped with the reason, never as passed. Exit code: 0 all
# that ran passed, 1 something failed, 77 no GPU.
set -u
build=${1:?usage: run.sh BUILD-FOLDER [RESULTS.json]}
out=${2:-gpu-results.json}
here=$(cd "$(dirname "$0")" && pwd)
tests=$build/tests/plugins/cuda
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
[ -x "$tests/test_cuda_gpu" ] || { echo "run.sh: $tests/test_cuda_gpu is not built" >&2; exit 1; }

escape() { # stdin as the inside of a JSON string, at most 8000 characters
  head -c 8000 | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/	/ /g' | tr -d '\r' |
    awk '{printf "%s%s", (NR > 1 ? "\\n" : ""), $0}'
}

failed=0 parts=''
part() { # NAME COMMAND...: runs it, appends its result to $parts
  name=$1; shift
  start=$(date +%s)
  "$@" >"$logs/$name" 2>&1
  code=$?
  case $code in 0) state=passed ;; 77) state=skipped ;; *) state=failed; failed=1 ;; esac
  echo "$name: $state"
  parts="$parts${parts:+,
    }{\"part\": \"$name\", \"state\": \"$state\", \"exit_code\": $code, \"seconds\": $(($(date +%s) - start)), \"command\": \"$(echo "$*" | escape)\", \"output\": \"$(escape <"$logs/$name")\"}"
}
sanitizer() { # TOOL: the smallest test under compute-sanitizer
  command -v compute-sanitizer >/dev/null || { echo "skipped: no compute-sanitizer"; return 77; }
  compute-sanitizer --tool "$1" --error-exitcode 1 "$tests/test_cuda_gpu"
}

part device "$tests/test_cuda_gpu"
if grep -q '^skipped' "$logs/device"; then
  cat "$logs/device"
  no_gpu=1
else
  no_gpu=0
  part machine_code "$tests/test_cuda_compile"
  part memcheck sanitizer memcheck
  part racecheck sanitizer racecheck
  part synccheck sanitizer synccheck
  part benchmark "$tests/test_cuda_gpu" --bench
fi
query='name,driver_version,memory.total,power.limit,clocks.max.sm'
device=$(nvidia-smi --query-gpu=$query --format=csv,noheader 2>/dev/null | escape)
commit=$(git -C "$here" rev-parse HEAD 2>/dev/null || echo unknown)
cat >"$out" <<JSON
{"schema_version": 1, "commit": "$commit", "date": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
  "device": "$device", "command": "tests/gpu/run.sh $(echo "$build" | escape)",
  "parts": [
    $parts]}
JSON
echo "results in $out"
[ $no_gpu = 1 ] && exit 77
exit $failed
