# Each value of [run] that is wrong is told, in one go.
(cat inputs/good.toml; cat <<'END') >$TMP/m.toml
[run]
chains = 0
warmup = -1
draws = "many"
thin = 0
seed = 1.5
target_accept = 2
max_depth = 30
sampler = 1
metric = true
backend = 3
init_radius = -1
END
$ERGODE sample $TMP/m.toml --data inputs/good.json -q --out $TMP/o
