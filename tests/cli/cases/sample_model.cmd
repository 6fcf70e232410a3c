$ERGODE sample inputs/unknown_name.toml --data inputs/good.json --out $TMP/x
