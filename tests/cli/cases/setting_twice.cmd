$ERGODE sample inputs/good.toml --data inputs/good.json --set metric=stan --set metric=none --out $TMP/x
