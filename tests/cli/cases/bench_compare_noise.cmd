$ERGODE bench compare inputs/good.toml inputs/bench_before.json
