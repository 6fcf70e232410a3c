$ERGODE help bench compare
