$ERGODE --version
