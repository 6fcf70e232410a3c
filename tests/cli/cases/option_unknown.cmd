$ERGODE sample inputs/good.toml --chians 4
