$ERGODE bench eight_schools --save ../main
