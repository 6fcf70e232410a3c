# A definition that says so is stored with each draw, others are when asked for.
sed 's/^mu = .*/mu = "a[g] + b*x"\n"half" = { is = "b\/2", report = true }/' inputs/good.toml >$TMP/m.toml
run() { $ERGODE sample $TMP/m.toml --data inputs/good.json --preset quick -q --json --out $TMP/x "$@" | grep -o '"variable": *"[a-z]*"' | sort | uniq -c; }
run
run --report define
sed 's/^mu = .*/mu = { is = "a[g] + b*x", report = 1 }/' inputs/good.toml >$TMP/m.toml
$ERGODE model check $TMP/m.toml --data inputs/good.json
