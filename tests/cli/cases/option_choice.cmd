$ERGODE model show inputs/good.toml --data inputs/good.json --source cdua
