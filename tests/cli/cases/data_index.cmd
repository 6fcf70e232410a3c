$ERGODE model check inputs/good.toml --data inputs/index.json
