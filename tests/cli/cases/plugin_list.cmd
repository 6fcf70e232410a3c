$ERGODE plugin list --json | grep "\"id\": \"cpu\"" | sort -u | tr -d " ,"
