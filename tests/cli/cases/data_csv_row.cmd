$ERGODE model check inputs/good.toml --data inputs/ragged.csv
