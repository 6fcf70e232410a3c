$ERGODE model check inputs/unknown_key.toml --data inputs/good.json
