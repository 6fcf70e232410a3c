$ERGODE model compile inputs/good.toml --data inputs/good.json --into $TMP/ahead && ls $TMP/ahead | wc -l
