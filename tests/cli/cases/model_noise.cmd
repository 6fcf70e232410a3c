head -c 10000000 /dev/zero | tr "\0" "\377" | sed "s/^/[/" > $TMP/noise.toml; $ERGODE model check $TMP/noise.toml
