/* What libergode exports: the whole program as one function. */
#ifndef ERGODE_CLI_MAIN_H
#define ERGODE_CLI_MAIN_H

#include <ergode/plugin.h>

/* Runs the command line; returns the process's exit code. Once a process. */
ERG_EXPORT int erg_main(int argc, char **argv);

#endif
