# One document: the stage's name, what its passes left, and its text.
$ERGODE model show inputs/good.toml --data inputs/good.json --ir --json >$TMP/ir.json
grep -v '"text"\|"nodes"\|"numbers"' $TMP/ir.json
$ERGODE model show inputs/good.toml --data inputs/good.json --ir >$TMP/ir.txt
python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["text"] == open(sys.argv[2]).read())' $TMP/ir.json $TMP/ir.txt
$ERGODE model show inputs/good.toml --data inputs/good.json --source opencl --json | grep '"stage"'
