/* wine.c - a room nobody has put on a floor. */
