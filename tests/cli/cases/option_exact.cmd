$ERGODE sample inputs/good.toml --data inputs/good.json --seed 9007199254740993
