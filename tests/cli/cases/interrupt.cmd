# SIGINT and SIGTERM keep the draws: exit 130 and 143, files whole.
for signal in INT TERM; do
  $ERGODE sample hierarchical_normal --draws 100000000 --chains 2 -q --out $TMP/$signal >$TMP/table 2>$TMP/talk &
  pid=$!
  file=$TMP/$signal/draws.nc.part
  until [ "$(stat -c %s $file 2>/dev/null || echo 0)" -gt 1000000 ]; do
    kill -0 $pid || break
    sleep 0.02
  done
  kill -$signal $pid
  wait $pid
  echo "exit $?"
  ls $TMP/$signal
  grep -o interrupted: $TMP/talk
  $ERGODE summary $TMP/$signal | head -2 | awk '{print $1}'
done
