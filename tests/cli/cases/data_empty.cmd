$ERGODE model check inputs/good.toml --data inputs/empty.json
