$ERGODE model check inputs/bad_number.toml --data inputs/good.json
