$ERGODE model check inputs/good.toml --data inputs/shape.json
