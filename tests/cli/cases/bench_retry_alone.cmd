$ERGODE bench eight_schools --retry-failed
