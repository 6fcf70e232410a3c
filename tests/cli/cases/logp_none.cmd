$ERGODE model logp inputs/good.toml --data inputs/good.json
