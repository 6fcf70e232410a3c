$ERGODE bench compare main inputs/bench_after.json
