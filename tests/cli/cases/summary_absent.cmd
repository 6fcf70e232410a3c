$ERGODE summary inputs/nowhere
