$ERGODE model check inputs/good.toml --data inputs/good.json
