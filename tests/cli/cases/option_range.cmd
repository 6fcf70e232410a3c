$ERGODE sample inputs/good.toml --chains 0
