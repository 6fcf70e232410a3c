#include "cli/common.h"
#define PENDING(name)              \
  int name(const cli_args *args) { \
    cli_say(args, "not built yet"); \
    return 1;                      \
  }
PENDING(cli_bench)
