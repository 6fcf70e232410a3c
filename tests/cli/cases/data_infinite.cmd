$ERGODE model check inputs/good.toml --data inputs/infinite.json
