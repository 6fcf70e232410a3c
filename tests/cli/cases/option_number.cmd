$ERGODE sample inputs/good.toml --draws many
