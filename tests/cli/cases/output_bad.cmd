# Places that can't be written, and what is no draws.
s="$ERGODE sample inputs/good.toml --data inputs/good.json -q --chains 1 --warmup 50 --draws 20"
touch $TMP/file
$s --out $TMP/file; echo $?
$s --out /proc/none; echo $?
$s --out $TMP/o >/dev/full; echo $?
$s --out $TMP/o >&-; echo $?
$s --out $TMP/o 2>&- >/dev/null <&-; echo $?
$ERGODE summary $TMP/o >/dev/full; echo $?
$ERGODE --help >/dev/full; echo $?
$ERGODE --version >/dev/full; echo $?
for file in inputs/good.json inputs/good.toml $TMP/o/summary.json $TMP/o/report.md $TMP/file $TMP/absent; do
  $ERGODE summary $file; echo $?
done
sed "s/sigma/$(printf 'n%.0s' $(seq 300))/g" inputs/good.toml >$TMP/long.toml
$ERGODE sample $TMP/long.toml --data inputs/good.json -q --out $TMP/o; echo $?
