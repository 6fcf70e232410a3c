# Diagnostics besides the verdict's own: built in ones; what isn't there; too few draws.
$ERGODE sample inputs/good.toml --data inputs/good.json --preset quick --out $TMP/x -q >$TMP/a
$ERGODE diagnose $TMP/x --with mcse_quantile --with r_hat
# Plug-ins are looked for with --with only.
$ERGODE diagnose $TMP/x --plugin $TMP/none.ini >$TMP/a
$ERGODE diagnose $TMP/x --plugin $TMP/none.ini --with ess_sd >$TMP/a
$ERGODE diagnose $TMP/x --with r_hat --json | grep -A2 '"diagnostics"' | head -3
$ERGODE diagnose $TMP/x --with rhat; echo $?
$ERGODE sample inputs/good.toml --data inputs/good.json --draws 2 --out $TMP/y -q >$TMP/a
$ERGODE diagnose $TMP/y --with r_hat; echo $?
