$ERGODE model check inputs
