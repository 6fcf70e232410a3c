# What a benchmark can tell before anything runs: a size that no dimension of the model has, with
# the line of the set; a model that isn't there; the same name twice; a file that can't be written.
printf '[bench]\nworkloads = few\n[few]\nmodel = hierarchical_normal\nsizes = grp=10|20\n' >$TMP/size.ini
printf '[bench]\nworkloads = few\n[few]\nmodel = hierarchcal_normal\n' >$TMP/model.ini
bench() { $ERGODE bench -o $TMP/out -q "$@" 2>&1 | sed 's|^/.*/models/|models/|'; echo ${PIPESTATUS[0]}; }
bench --set $TMP/size.ini
bench --set $TMP/model.ini
bench eight_schools eight_schools
bench eight_schools --json $TMP/none/x.json
bench eight_schools --chains 2,,4
bench eight_schools --backend cpu,cpu,none --chains 2,2 --warmup 20 --draws 20 | grep -c ^cpu
# One chain is a chain; a reason of several lines is one.
$ERGODE bench eight_schools -o $TMP/one -q --backend cpu,none --chains 1 --warmup 20 --draws 20 >$TMP/a 2>&1
grep -o '^1 chain of 20 + 20 draws' $TMP/a
tr -s '\n ' ' ' <$TMP/a | grep -o "); 'ergode plugin list --verbose' shows every candidate"
