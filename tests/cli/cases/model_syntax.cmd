$ERGODE model check inputs/syntax.toml --data inputs/good.json
