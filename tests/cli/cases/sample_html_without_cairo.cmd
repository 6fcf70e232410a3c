# Told before the run.
ERGODE_CAIRO=/nowhere/libcairo.so $ERGODE sample inputs/good.toml --data inputs/good.json --html --out $TMP/x; code=$?; ls $TMP; exit $code
