# A first word alone lists its commands when help is asked for.
$ERGODE model --help
$ERGODE help plugin
