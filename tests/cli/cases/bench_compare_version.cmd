sed s/'"bench_schema_version": 2'/'"bench_schema_version": 1'/ inputs/bench_before.json >$TMP/old.json
$ERGODE bench compare $TMP/old.json inputs/bench_after.json
