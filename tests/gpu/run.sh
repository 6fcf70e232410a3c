#!/bin/sh
# Runs everything that needs a GPU and writes results as JSON: bits against the processor,
# machine code's registers, compute-sanitizer, peaks and instruments, benchmarks.
#
#   tests/gpu/run.sh FOLDER [RESULTS.json [PART...]]
#
# FOLDER: a build folder with its tests (ERGODE_TESTS=ON), or an unpacked bundle that holds them
# (make bundle GPU_TESTS=1), which needs nothing but the driver and NVRTC. bench.json of each
# benchmark lies beside RESULTS.json. A part that can't run is recorded as skipped with the
# reason, never as passed. Exit code: 0 all that ran passed, 1 something failed, 77 no GPU.
set -u
folder=${1:?usage: run.sh FOLDER [RESULTS.json [PART...]]}
out=${2:-gpu-results.json}
[ $# -gt 1 ] && shift
shift
all='device machine_code models memcheck racecheck synccheck verify gradients peaks seed many_chains most_chains real'
asked=${*:-$all}
limit=${ERGODE_GPU_LIMIT:-540} # seconds a part
here=$(cd "$(dirname "$0")" && pwd)
if [ -x "$folder/bin/ergode" ]; then
  ergode=$folder/bin/ergode tests=$folder/lib/ergode/gpu-tests models=$folder/share/ergode/models
  ERGODE_TEST_PLUGINS=$(cd "$folder" && pwd)/lib/ergode/plugins
  export ERGODE_TEST_PLUGINS
else
  ergode=$folder/ergode tests=$folder/tests/plugins/cuda models=$here/../../models
fi
[ -x "$tests/test_cuda_gpu" ] || { echo "run.sh: $tests/test_cuda_gpu isn't there" >&2; exit 1; }
for name in $asked; do
  case " $all " in *" $name "*) ;; *) echo "run.sh: no part $name; there are: $all" >&2; exit 1 ;; esac
done
mkdir -p "$(dirname "$out")" || exit 1
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

escape() { # stdin as the inside of a JSON string, at most 8000 characters
  head -c 8000 | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' | tr -d '\000-\010\013-\037' | tr '\t' ' ' |
    awk '{printf "%s%s", (NR > 1 ? "\\n" : ""), $0}'
}

failed=0 parts=''
part() { # NAME COMMAND...: runs it, if it was asked for; its result goes to $parts
  name=$1; shift
  case " $asked " in *" $name "*) ;; *) return ;; esac
  start=$(date +%s)
  timeout "$limit" "$@" >"$logs/$name" 2>&1
  code=$?
  case $code in 0) state=passed ;; 77) state=skipped ;; *) state=failed; failed=1 ;; esac
  echo "$name: $state after $(($(date +%s) - start)) s"
  [ $state = passed ] || tail -n 20 "$logs/$name"
  parts="$parts${parts:+,
    }{\"part\": \"$name\", \"state\": \"$state\", \"exit_code\": $code, \"seconds\": $(($(date +%s) - start)), \"command\": \"$(echo "$*" | escape)\", \"output\": \"$(escape <"$logs/$name")\"}"
}
sanitizer() { # TOOL: the smallest test under compute-sanitizer
  case " $asked " in *" $1 "*) ;; *) return ;; esac
  if command -v compute-sanitizer >/dev/null; then
    part "$1" compute-sanitizer --tool "$1" --error-exitcode 1 "$tests/test_cuda_gpu" --short
  else
    part "$1" sh -c 'echo "skipped: no compute-sanitizer"; exit 77'
  fi
}
bench() { # NAME OPTION...: its bench.json is kept as NAME.json
  name=$1; shift
  part "$name" "$ergode" bench --backend cpu,cuda --out "$logs/out-$name" "$@"
  [ ! -e "$logs/out-$name/bench.json" ] ||
    cp "$logs/out-$name/bench.json" "$(dirname "$out")/$name.json"
}

"$ergode" devices >"$logs/devices" 2>&1
grep -q '^cuda  *cuda:' "$logs/devices" || {
  echo "skipped: $(grep '^cuda' "$logs/devices" || cat "$logs/devices")"
  exit 77
}
"$ergode" devices
part device "$tests/test_cuda_gpu"
part machine_code "$tests/test_cuda_compile"
part models "$tests/test_cuda_compile" "$models"/*.toml
for tool in memcheck racecheck synccheck; do sanitizer $tool; done
part verify "$ergode" verify --backend cuda
part gradients "$tests/test_cuda_gpu" --bench
bench peaks eight_schools --preset quick --repeat 1
bench seed --set seed --preset standard --repeat 5
bench many_chains --set many-chains --preset quick --repeat 3 --chains 4,64,1024,4096
bench most_chains --set many-chains --preset quick --repeat 1 --chains 16384
bench real --set real --preset standard --repeat 3

query='name,uuid,driver_version,memory.total,power.limit,clocks.max.sm,ecc.mode.current'
device=$(nvidia-smi --query-gpu=$query --format=csv,noheader 2>/dev/null | escape)
commit=$(git -C "$here" rev-parse HEAD 2>/dev/null || cat "$folder/share/ergode/commit" 2>/dev/null ||
  echo unknown)
cat >"$out" <<JSON
{"schema_version": 1, "commit": "$commit", "date": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
  "device": "$device", "version": "$("$ergode" --version 2>&1 | escape)",
  "command": "tests/gpu/run.sh $(echo "$folder $out $asked" | escape)",
  "parts": [
    $parts]}
JSON
echo "results in $out"
exit $failed
