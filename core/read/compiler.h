/* The compiler that a file was built by, for people: "gcc 12.2.0". */
#ifndef ERG_READ_COMPILER_H
#define ERG_READ_COMPILER_H

#ifdef __clang__
#define ERG_COMPILER "clang " __clang_version__
#else
#define ERG_COMPILER "gcc " __VERSION__
#endif

#endif
