$ERGODE diagnos
