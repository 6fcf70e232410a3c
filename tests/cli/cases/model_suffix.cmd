# A file named without its ending.
$ERGODE model check inputs/good --data inputs/good.json
