$ERGODE model compile inputs/good.toml --data inputs/good.json
