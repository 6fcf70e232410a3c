$ERGODE help sampel
