/* name.c - functions that are easy to use wrongly. */
void f(char *to, const char *from)
{
    strcpy(to, from);
    int n = atoi (from);
    system("ls"), free(to);
}
