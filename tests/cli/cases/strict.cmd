$ERGODE sample inputs/good.toml --data inputs/good.json --chains 2 --warmup 0 --draws 20 --set step_size=1e-6 --strict -q --out $TMP/x >/dev/null
