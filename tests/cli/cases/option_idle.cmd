$ERGODE sample inputs/good.toml --data inputs/good.json --preset quick --out $TMP/x -q > $TMP/a && $ERGODE report $TMP/x --html $TMP/p.html --format pdf
