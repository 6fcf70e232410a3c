$ERGODE model show hierarchical_normal --dim group=20 --ir | sed '/^program/,$d'
