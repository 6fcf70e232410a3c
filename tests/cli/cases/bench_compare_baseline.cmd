mkdir -p $XDG_DATA_HOME/ergode/baselines
cp inputs/bench_before.json $XDG_DATA_HOME/ergode/baselines/main.json
cp inputs/bench_after.json $XDG_DATA_HOME/ergode/baselines/laptop.json
$ERGODE bench compare main inputs/bench_after.json | head -2
$ERGODE bench compare mian inputs/bench_after.json
