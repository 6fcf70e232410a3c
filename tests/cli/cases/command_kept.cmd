# The command that outputs keep can be pasted into a shell.
cp inputs/good.toml "$TMP/it's mine.toml"
$ERGODE sample "$TMP/it's mine.toml" --data inputs/good.json --preset quick --json -q --out "$TMP/x" | grep -o '"command".*'
