$ERGODE sample inputs/good.toml --data inputs/good.json --preset quik --out $TMP/x
