for t in 1 2; do $ERGODE sample inputs/good.toml --data inputs/good.json --preset quick --threads $t --out $TMP/$t --csv -q >$TMP/$t.txt || exit 1; done
cmp $TMP/1.txt $TMP/2.txt && for c in 1 2; do cmp <(grep -v "^#" $TMP/1/good_$c.csv) <(grep -v "^#" $TMP/2/good_$c.csv) || exit 1; done && ls $TMP/1
