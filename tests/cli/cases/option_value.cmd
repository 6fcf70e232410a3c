$ERGODE sample inputs/good.toml --chains
