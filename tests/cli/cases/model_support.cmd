$ERGODE model check inputs/support.toml --data inputs/good.json
