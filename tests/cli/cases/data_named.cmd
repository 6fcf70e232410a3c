$ERGODE model check inputs/named.toml
