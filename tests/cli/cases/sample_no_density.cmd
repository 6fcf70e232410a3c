$ERGODE sample inputs/impossible.toml --data inputs/good.json -q --out $TMP/x
