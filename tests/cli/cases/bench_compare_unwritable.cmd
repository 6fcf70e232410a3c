$ERGODE bench compare inputs/bench_before.json inputs/bench_after.json --markdown $TMP/none/page.md >$TMP/text
