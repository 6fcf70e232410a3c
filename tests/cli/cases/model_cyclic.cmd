$ERGODE model check inputs/cyclic.toml --data inputs/good.json
