$ERGODE model show hierarchical_normal --source c --raw
