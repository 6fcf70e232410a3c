$ERGODE bench compare inputs/bench_before.json inputs/bench_after.json --json
