/* dnsblctl: the command-line client. Everything is elsewhere. */
#include "client/client.h"

int main(int argc, char **argv)
{
    return client_run(argc, argv);
}
