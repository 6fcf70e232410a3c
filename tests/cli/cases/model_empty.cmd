$ERGODE model check inputs/empty.toml --data inputs/good.json
