$ERGODE model check inputs/good.toml --data inputs/nan.json
