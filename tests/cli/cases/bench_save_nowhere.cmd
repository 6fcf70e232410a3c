HOME= XDG_DATA_HOME= $ERGODE bench eight_schools --save main
