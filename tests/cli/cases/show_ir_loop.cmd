$ERGODE model show logistic_regression --dim obs=200 --dim feature=3 --ir | sed '/^once/,$d'
