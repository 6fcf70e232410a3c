#include "cli/common.h"
#define PENDING(name)              \
  int name(const cli_args *args) { \
    cli_say(args, "not built yet"); \
    return 1;                      \
  }
PENDING(cli_sample)
PENDING(cli_bench)
PENDING(cli_verify)
PENDING(cli_model_check)
PENDING(cli_model_show)
PENDING(cli_model_logp)
PENDING(cli_summary)
PENDING(cli_diagnose)
