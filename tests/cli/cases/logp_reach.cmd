# Scales that double precision can't follow are named; a point of no density is -inf, term by term.
cat >$TMP/m.toml <<'EOF'
[data]
y = "real[n]"
[params]
m = "real ~ normal(0, 1)"
tau = "positive ~ half_normal(5)"
theta = "real[n] ~ normal(m, tau)"
[observe]
y = "normal(theta, 1)"
[dims]
n = "N"
EOF
echo '{"N": 2, "y": [1, 2]}' >$TMP/d.json
logp() {
  echo "$1" >$TMP/p.json
  $ERGODE model logp $TMP/m.toml --data $TMP/d.json --params $TMP/p.json
  echo $?
}
logp '{"m": 0, "tau": 1e-300, "theta": [1, 2]}'
logp '{"m": 0, "tau": 1, "theta": [1, 1e400]}'
logp '{"m": 0, "tau": 1, "theta": [1, 1e200]}'
