$ERGODE sample
