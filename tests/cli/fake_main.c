/* The letopis program over the table of fake_table.c. */
#include "cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv, NULL);
}
