$ERGODE bench compare inputs/bench_before.json
