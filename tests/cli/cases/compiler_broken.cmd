# A compiler without its tools, one that does nothing, none: the interpreter serves, and says so.
printf '#!/bin/sh\necho "cannot find ld" >&2\nexit 1\n' >$TMP/broken; chmod +x $TMP/broken
s="$ERGODE sample inputs/good.toml --data inputs/good.json -q --chains 1 --warmup 50 --draws 20 --out $TMP/o"
CC=$TMP/broken $s >/dev/null; echo $?
printf '#!/bin/sh\necho "m.c: In function f:" >&2\necho "m.c:1: error: no such header" >&2\nexit 1\n' >$TMP/broken
CC=$TMP/broken $s >/dev/null; echo $?
PATH=$TMP/nowhere CC= $s >/dev/null; echo $?
# Without PATH, and with folders that can't be written.
env -u PATH $s >/dev/null; echo $?
XDG_CACHE_HOME=/proc/none $s >/dev/null; echo $?
env -u HOME -u XDG_CACHE_HOME $s >/dev/null; echo $?
XDG_CACHE_HOME=/proc/none TMPDIR=/proc/none $s >/dev/null; echo $?
