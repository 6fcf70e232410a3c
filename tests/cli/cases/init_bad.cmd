# Initial values that can't be: the reason and exit 2; a start that is nowhere finite names
# the option.
s="$ERGODE sample inputs/good.toml --data inputs/good.json -q --out $TMP/o --init"
$s inputs/point.json; echo $?
$s inputs/point_support.json; echo $?
$s inputs/point_unknown.json; echo $?
$s $TMP/absent.json; echo $?
echo '{"y": [1, 2, 3, 4]}' >$TMP/d.json
echo '{"a": 3}' >$TMP/i.json
$ERGODE sample inputs/impossible.toml --data $TMP/d.json -q --out $TMP/o --init $TMP/i.json; echo $?
echo '{"a": 3000}' >$TMP/i.json
$ERGODE sample inputs/impossible.toml --data $TMP/d.json -q --out $TMP/o --init $TMP/i.json >/dev/null; echo $?
