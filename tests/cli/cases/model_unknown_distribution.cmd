$ERGODE model check inputs/unknown_distribution.toml --data inputs/good.json
