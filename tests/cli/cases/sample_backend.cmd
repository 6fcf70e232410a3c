$ERGODE sample inputs/good.toml --data inputs/good.json --backend gpu --out $TMP/x 2>&1 | sed "s/(found: .*)/(...)/"; exit ${PIPESTATUS[0]}
