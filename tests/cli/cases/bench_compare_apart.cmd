sed s,hierarchy/,pyramid/,g inputs/bench_after.json >$TMP/other.json
$ERGODE bench compare inputs/bench_before.json $TMP/other.json >$TMP/text
