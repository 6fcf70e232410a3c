$ERGODE sample a.toml b.toml
