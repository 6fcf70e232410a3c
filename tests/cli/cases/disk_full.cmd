# A file that may not grow: exit 7; what was drawn is still there and can be read.
ulimit -f 60000
$ERGODE sample inputs/good.toml --data inputs/good.json --chains 2 --draws 100000000 --warmup 100 -q --out $TMP/o >/dev/null 2>$TMP/talk
echo "exit $?"
grep -v "free in\|next: free space, thin" $TMP/talk >&2
ls $TMP/o
$ERGODE summary $TMP/o --json | grep -o '"draws_per_chain": *[0-9]*' | awk '{print ($2 > 1000)}'
