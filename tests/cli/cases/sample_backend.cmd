$ERGODE sample inputs/good.toml --data inputs/good.json --backend gpu --plugin cases --out $TMP/x 2>&1 | sed "s/; searched: .*)/; searched: ...)/"; exit ${PIPESTATUS[0]}
