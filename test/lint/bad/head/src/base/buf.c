/* str.c - the head of another file. */
