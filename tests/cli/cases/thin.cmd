# Every seventh draw has the bits of the whole run's; files and reports say so; the warm-up,
# if kept, is thinned and not summarised.
run() { $ERGODE sample inputs/good.toml --data inputs/good.json --warmup 30 --draws 100 --chains 2 --csv -q --save-warmup "$@" >/dev/null; echo "exit $?"; }
run --out $TMP/all
run --thin 7 --out $TMP/thin
for c in 1 2; do
  cmp <(grep -hv '^#' $TMP/thin/good_$c.csv | sed 1d) \
      <(grep -hv '^#' $TMP/all/good_$c.csv | sed 1d | awk 'NR<=30 ? NR%7==1 : (NR-30)%7==1') && echo same
done
grep -h 'thin =' $TMP/thin/good_1.csv
grep -o '"thin": *[0-9]*' $TMP/thin/summary.json
grep -o '"draws_per_chain": *[0-9]*' $TMP/thin/summary.json
grep -i thin $TMP/thin/report.md
for form in $TMP/thin $TMP/thin/good_1.csv\ $TMP/thin/good_2.csv; do
  $ERGODE summary $form --json | grep -o '"draws_per_chain": *[0-9]*'
done
cmp <($ERGODE summary $TMP/thin) <($ERGODE summary $TMP/thin/good_1.csv $TMP/thin/good_2.csv) && echo same summary
cmp <($ERGODE summary $TMP/all) <($ERGODE summary $TMP/all/good_1.csv $TMP/all/good_2.csv) && echo same summary
# [run] thin counts; the option wins
(sed 's/^title.*/&/' inputs/good.toml; printf '[run]\nthin = 10\n') >$TMP/m.toml
$ERGODE sample $TMP/m.toml --data inputs/good.json -q --json --out $TMP/o | grep -o '"thin": *[0-9]*'
$ERGODE sample $TMP/m.toml --data inputs/good.json -q --json --out $TMP/o --thin 5 | grep -o '"thin": *[0-9]*'
