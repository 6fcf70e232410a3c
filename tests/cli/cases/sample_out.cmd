$ERGODE sample inputs/good.toml --data inputs/good.json --out /dev/null/x
