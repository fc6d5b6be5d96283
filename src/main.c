/* main.c - where the program begins: `setu COMMAND ...` finds its command in cmd/. */
#include "cmd/cmd.h"

int main(int argc, char **argv)
{
    return cmd_main(argc, argv);
}
