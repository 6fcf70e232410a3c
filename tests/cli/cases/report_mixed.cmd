$ERGODE report inputs/bench_before.json inputs
