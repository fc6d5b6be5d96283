/* x.c - TODO */
