$ERGODE sample inputs/good.toml --data inputs/good.json --preset quick --out $TMP/x -q > $TMP/a && $ERGODE summary $TMP/x > $TMP/b && diff $TMP/a $TMP/b && $ERGODE diagnose $TMP/x --json | head -2
