$ERGODE sample inputs/good.toml --data inputs/good.json --set metrik=stan --out $TMP/x
