/* The executable: everything is in libergode. */
#include "cli/main.h"

int main(int argc, char **argv) { return erg_main(argc, argv); }
