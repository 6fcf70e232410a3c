$ERGODE model check hierarchical_normal --dim group=0
