$ERGODE model logp inputs/good.toml --data inputs/good.json --params inputs/point_shape.json
