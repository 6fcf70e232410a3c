$ERGODE bench eight_schools --baseline main
