$ERGODE model check inputs/good.toml --data inputs/missing.json
