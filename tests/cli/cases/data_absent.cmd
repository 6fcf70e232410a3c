$ERGODE model check inputs/good.toml --data inputs/nowhere.json
