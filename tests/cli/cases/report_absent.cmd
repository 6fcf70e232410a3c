$ERGODE report inputs/nowhere
