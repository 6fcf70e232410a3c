# A file that is named twice would be two chains that agree.
$ERGODE sample inputs/good.toml --data inputs/good.json --preset quick --csv --out $TMP/x -q >$TMP/a
$ERGODE summary $TMP/x/good_1.csv $TMP/x/../x/good_1.csv
