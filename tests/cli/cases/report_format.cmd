$ERGODE report inputs --format gif
