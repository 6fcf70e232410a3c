# Few draws, nearly independent: more of them is the advice.
$ERGODE sample inputs/good.toml --data inputs/good.json --draws 5 -q --out $TMP/x | grep -A1 ESS
$ERGODE sample inputs/good.toml --data inputs/good.json --draws 1 --chains 1 -q --out $TMP/x | tail -2
