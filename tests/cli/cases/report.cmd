# A page beside the draws, figures by themselves; the page is the same again.
$ERGODE sample inputs/good.toml --data inputs/good.json --preset quick --out $TMP/x -q > $TMP/a && $ERGODE report $TMP/x && cp $TMP/x/report.html $TMP/first && $ERGODE report $TMP/x --html $TMP/b.html --threads 1 && cmp $TMP/first $TMP/b.html && grep -c "<svg" $TMP/b.html
$ERGODE report $TMP/x --params a --plots $TMP/figures --format png && ls $TMP/figures
