$ERGODE sample inputs/good.toml --seed 1 --seed 2
