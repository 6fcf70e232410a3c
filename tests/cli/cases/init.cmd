# Initial values: for all chains, for each, in part; a step of 1e-12 shows where it began.
start() { $ERGODE sample inputs/good.toml --data inputs/good.json --warmup 0 --draws 1 --set step_size=1e-12 --csv -q --out $TMP/o "$@" >/dev/null || return; grep -hv '^#' $TMP/o/*.csv | grep -v lp__ | cut -d, -f8- | awk -F, '{printf "%.6f %.6f %.6f %.6f\n", $1, $2, $3, $4}'; rm -r $TMP/o; }
start --chains 2 --init inputs/point.json
echo '{"a": [1, -2], "b": 3, "sigma": 0.5}' >$TMP/one.json
start --chains 3 --init $TMP/one.json
echo '{"b": 3}' >$TMP/part.json
start --chains 2 --init $TMP/part.json | awk '{print $3, ($1 > -2 && $1 < 2 && $2 > -2 && $2 < 2)}'
start --chains 1 --init-radius 0
start --chains 1 --set init_radius=0
(cat inputs/good.toml; printf '[run]\ninit_radius = 0\n') >$TMP/m.toml
$ERGODE sample $TMP/m.toml --data inputs/good.json --chains 1 --warmup 0 --draws 1 --set step_size=1e-12 --csv -q --out $TMP/o >/dev/null
grep '^# init' $TMP/o/m_1.csv
