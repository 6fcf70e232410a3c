$ERGODE model check inputs/good.toml --data inputs/number.json
