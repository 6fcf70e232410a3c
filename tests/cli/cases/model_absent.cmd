$ERGODE model check inputs/nowhere.toml
