$ERGODE sample --help
