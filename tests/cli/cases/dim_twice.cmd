$ERGODE model check inputs/good.toml --data inputs/good.json --dim obs=4 --dim obs=5
