$ERGODE model chek x.toml
