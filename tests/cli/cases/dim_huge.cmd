$ERGODE model check inputs/good.toml --data inputs/good.json --dim obs=3000000000
