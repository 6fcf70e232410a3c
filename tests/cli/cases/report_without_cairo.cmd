$ERGODE sample inputs/good.toml --data inputs/good.json --preset quick --out $TMP/x -q > $TMP/a; ERGODE_CAIRO=/nowhere/libcairo.so $ERGODE report $TMP/x; code=$?; ls $TMP/x; exit $code
