$ERGODE model check inputs/unknown_name.toml --data inputs/good.json
