$ERGODE sample inputs/good.toml --data inputs/good.json --device cuda:0 --out $TMP/x
