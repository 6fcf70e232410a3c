# The page at once is the page afterwards; with replicated outcomes it has predictive checks.
$ERGODE sample inputs/good.toml --data inputs/good.json --preset quick --report replicated --html --out $TMP/x > $TMP/a 2> $TMP/b || cat $TMP/b
tail -n 1 $TMP/b
cp $TMP/x/report.html $TMP/first; $ERGODE report $TMP/x; cmp $TMP/first $TMP/x/report.html && grep -c "<svg" $TMP/first; grep -o "<h2[^<]*Posterior predictive checks" $TMP/first | wc -l
$ERGODE report $TMP/x --plots $TMP/figures >$TMP/c; ls $TMP/figures | grep ppc
# A thinned run has one too, also with --quiet.
$ERGODE sample inputs/good.toml --data inputs/good.json --thin 3 --html -q --out $TMP/y > $TMP/a && ls $TMP/y
