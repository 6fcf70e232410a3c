$ERGODE model check inputs/good.toml --data inputs/text.json
