$ERGODE bench compare inputs/bench_before.json inputs/bench_after.json --markdown $TMP/page.md >$TMP/text && cat $TMP/page.md
$ERGODE bench compare inputs/bench_before.json inputs/bench_after.json --markdown - | cmp - $TMP/page.md
$ERGODE bench compare inputs/bench_before.json inputs/bench_after.json --markdown - --json
