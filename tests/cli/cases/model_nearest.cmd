$ERGODE model check eight_shools
