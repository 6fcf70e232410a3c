#!/bin/bash
# usage: options.sh ERGODE CLI: every option of the help is asked for by name in the source of
# its command, in the folder CLI. (What no path of a command asks for is said when it is run.)
set -u
ergode=$1 cli=$2 bad=0 seen=0
export LC_ALL=C NO_COLOR=1
"$ergode" --help > help.txt || exit 1
sed -n '/^Commands/,/^$/p' help.txt | sed -n 's/^  \([a-z]* [a-z]*\) .*/\1/p' | sed 's/ *$//' > commands.txt
while read -r command; do
  case $command in
    model*) files="model.c logp.c" ;;
    plugin*|devices*) files="plugins.c verify.c" ;;
    diagnose*) files="summary.c" ;;
    help*) files="main.c" ;;
    *) files="${command%% *}.c" ;;
  esac
  "$ergode" help $command > one.txt || exit 1
  sed -n '/^Options/,/^$/p' one.txt | sed -n 's/^  \(-., \|    \)--\([a-z-]*\).*/\2/p' > options.txt
  while read -r option; do
    seen=$((seen + 1))
    found=0
    for f in $files common.c main.c; do
      [ -e "$cli/$f" ] && grep -q "\"$option\"" "$cli/$f" && found=1
    done
    if [ $found = 0 ]; then
      echo "ergode $command --$option: no source asks for it"
      bad=1
    fi
  done < options.txt
done < commands.txt
echo "$seen options"
[ $seen -gt 60 ] || { echo "too few: the help has another look"; bad=1; }
exit $bad
