head -c 10000000 /dev/zero | tr "\0" "x" > $TMP/noise.json; $ERGODE model check inputs/good.toml --data $TMP/noise.json
