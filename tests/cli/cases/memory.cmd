# What is stated before the run is the memory that it takes, whatever the draws: at 40 times as
# many it grows by the draws kept for the summary and its work, which are stated. So is what
# the data take. The program itself takes some 10 to 60 MB.
peak() {
  $ERGODE sample "${@:2}" --chains 2 --threads 2 --out $TMP/o --draws $1 2>$TMP/talk >/dev/null &
  pid=$!
  most=0
  while read -r _ kb _ < <(grep VmHWM /proc/$pid/status 2>/dev/null); do most=$kb; sleep 0.002; done
  wait $pid || echo failed
  stated=$(sed -n 's/memory about \([0-9.]* [kMG]*B\),.*/\1/p' $TMP/talk | awk '{print $1 * ($2 == "GB" ? 1e6 : $2 == "MB" ? 1e3 : 1)}')
  awk -v most=$most -v stated=$stated -v draws=$1 'BEGIN {
    if (most > 1.3 * stated + 80000 || stated > 3 * most + 20000) print draws " draws: " most " kB, stated " stated
    else print draws " draws: as stated"}'
}
for draws in 2000 80000 1200000; do
  peak $draws inputs/good.toml --data inputs/good.json --warmup 100
done
peak 2 logistic_regression --dim obs=300000 --dim feature=20 --warmup 2
