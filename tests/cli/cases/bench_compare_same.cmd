$ERGODE bench compare inputs/bench_before.json inputs/bench_before.json --strict
