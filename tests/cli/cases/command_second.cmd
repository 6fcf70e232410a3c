$ERGODE model
