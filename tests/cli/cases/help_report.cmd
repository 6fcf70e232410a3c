$ERGODE report --help
