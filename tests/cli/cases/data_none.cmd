$ERGODE model check inputs/lonely.toml
