#include "cli/table.h"

#include <stddef.h>

#define BIG 9007199254740991.0 /* 2^53 - 1: the next could be a rounded one */
#define FLAG(n, h) {n, 0, CLI_FLAG, NULL, h, NULL, 0, 0, false}
#define TEXT(n, v, h) {n, 0, CLI_TEXT, v, h, NULL, 0, 0, false}
#define MANY(n, v, h) {n, 0, CLI_TEXT, v, h, NULL, 0, 0, true}
#define WHOLE(n, low, high, h) {n, 0, CLI_INTEGER, "N", h, NULL, low, high, false}

/* --- options ------------------------------------------------------------------------ */

static const cli_option
    o_json = FLAG("json", "one JSON document on standard output in place of text"),
    o_quiet = {"quiet", 'q', CLI_FLAG, NULL, "no progress, errors and warnings only", NULL, 0,
               0, false},
    o_data = TEXT("data", "FILE", "data: CmdStan JSON, or CSV with a header; without it the "
                                  "model's data_file, or data simulated as its [simulate] "
                                  "says, or MODEL.json beside it"),
    o_dim = MANY("dim", "NAME=SIZE", "size of a dimension, in place of the model's; may be "
                                     "repeated"),
    o_backend = TEXT("backend", "ID", "sampler: cpu (default), opencl, cuda, or one of "
                                      "another plug-in; 'ergode plugin list' shows them"),
    o_one_backend = TEXT("backend", "ID", "the devices of one backend only; 'ergode plugin "
                                          "list' shows them"),
    o_plugin = MANY("plugin", "FILE", "a plug-in to load besides the installed ones: its "
                                      "manifest (.ini) or shared object; its code is run"),
    o_with = MANY("with", "ID", "another diagnostic of every quantity: of a plug-in ('ergode "
                                "plugin list --verbose' names them), or built in, such as "
                                "mcse_quantile; may be repeated"),
    o_device = TEXT("device", "IDS", "devices by id, separated by commas: cuda:0,cuda:1 "
                                     "(cuda:0,1 for short); 'ergode devices' shows them; "
                                     "chains are shared among them"),
    o_some_devices = TEXT("device", "IDS", "these devices only, by id, separated by commas; "
                                           "'ergode devices' shows them"),
    o_preset = TEXT("preset", "NAME", "quick (2 chains, 200 + 200 draws), standard (4, 500 + "
                                      "500), publication (4, 1000 + 1000), or an INI file; "
                                      "other options win over it"),
    o_chains = WHOLE("chains", 1, 1e6, "number of chains (4)"),
    o_bench_warmup = WHOLE("warmup", 0, 1e9, "warm-up draws of a chain (the preset's)"),
    o_bench_draws = WHOLE("draws", 1, 1e9, "draws of a chain after warm-up (the preset's)"),
    o_warmup = WHOLE("warmup", 0, 1e9, "warm-up draws of a chain (500)"),
    o_draws = WHOLE("draws", 1, 1e9, "draws of a chain after warm-up (1000)"),
    o_thin = WHOLE("thin", 1, 1e9, "keep every N-th draw only (1), beginning with the first; "
                                   "--draws counts all of them"),
    o_init = TEXT("init", "FILE", "initial values: JSON with natural values of all or some "
                                  "parameters, one object for all chains, or a list with one "
                                  "a chain; the rest is drawn"),
    o_radius = {"init-radius", 0, CLI_NUMBER, "R", "initial coordinates are drawn from (-R, R) "
                "in the unconstrained space (2)", NULL, 0, 1e6, false},
    o_accept = {"target-accept", 0, CLI_NUMBER, "P", "acceptance rate that the step size is "
                "tuned to (0.8); 0.95 for a posterior with divergences", NULL, 0.01, 0.999,
                false},
    o_depth = WHOLE("max-depth", 1, 20, "most doublings of a trajectory (10)"),
    o_seed = WHOLE("seed", 0, BIG, "seed (1): the same seed gives the same bits with any "
                                   "number of threads and on every backend"),
    o_threads = {"threads", 'j', CLI_INTEGER, "N", "CPU threads at most (the cores that this "
                 "process may use)", NULL, 1, 4096, false},
    o_out = {"out", 'o', CLI_TEXT, "DIR", "folder for the results (out/MODEL); draws.nc, "
             "summary.json, report.md land in it", NULL, 0, 0, false},
    o_csv = FLAG("csv", "write Stan CSV as well, one file a chain"),
    o_page = FLAG("html", "write report.html as well: the results as a page with figures, as "
                          "'ergode report' does"),
    o_set = MANY("set", "NAME=VALUE", "a setting of the sampler, such as metric=stan or "
                                      "algorithm=hmc; may be repeated; 'ergode plugin list "
                                      "--verbose' shows them all"),
    o_save_warmup = FLAG("save-warmup", "keep the warm-up draws in draws.nc too"),
    o_report = {"report", 0, CLI_CHOICE, "WHAT", "store more: define ([define]), "
                "log_likelihood (of every observation, for PSIS-LOO), replicated (a draw of "
                "every outcome), all; may be repeated",
                "define|log_likelihood|replicated|all", 0, 0, true},
    o_strict = FLAG("strict", "exit with 4 where the verdict is bad"),
    o_params = TEXT("params", "FILE", "JSON: natural values of every parameter, one object, "
                                      "or a list of them (one a point)"),
    o_ir = FLAG("ir", "the model as arrays over named dimensions"),
    o_source = {"source", 0, CLI_CHOICE, "LANGUAGE", "the generated source: c, cuda or opencl",
                "c|cuda|opencl", 0, 0, false},
    o_raw = FLAG("raw", "with --ir: before the passes, as the language made it"),
    o_verbose = {"verbose", 'v', CLI_FLAG, NULL, "every candidate, its path, why it was "
                 "refused, and the settings of those that can be loaded", NULL, 0, 0, false},
    o_man = FLAG("man", "the manual page, in roff"),
    o_models = MANY("model", "FILE", "the same as naming it without --model; may be repeated"),
    o_workloads = TEXT("set", "NAME", "set of workloads: default, small, seed, large, "
                                      "many-chains, real, or an INI file (default)"),
    o_bench_out = {"out", 'o', CLI_TEXT, "DIR", "folder for the results "
                   "(bench-results/NAME-TIME): rows.jsonl, a line for each finished run; "
                   "bench.json; report.html; report.md; report.csv", NULL, 0, 0, false},
    o_resume = TEXT("resume", "DIR", "go on with an interrupted benchmark: its settings, the "
                                     "runs that are missing"),
    o_retry_failed = FLAG("retry-failed", "with --resume: runs that failed, crashed or took too "
                          "long are done again; without it their rows stay as they are"),
    o_save = TEXT("save", "NAME", "keep the results as a baseline of this name, below "
                                  "XDG_DATA_HOME; one that is there is replaced"),
    o_baseline = TEXT("baseline", "NAME|FILE", "compare with a baseline, a bench.json, or the "
                                               "folder of one, row by row"),
    o_bench_strict = FLAG("strict", "exit with 4 where something warned or didn't converge, or "
                          "against --baseline is SLOWER, AMBIGUOUS or INVALID"),
    o_compare_strict = FLAG("strict", "exit with 4 where something is SLOWER, AMBIGUOUS or "
                            "INVALID"),
    o_compare_markdown = TEXT("markdown", "FILE", "write it as Markdown, for a pull request; - for "
                                                  "standard output, in place of the tables"),
    o_chain_list = TEXT("chains", "N,N", "numbers of chains, separated by commas; each gets "
                                         "rows of its own (the preset's)"),
    o_thread_list = TEXT("threads", "N,N", "numbers of CPU threads, separated by commas; each "
                                           "gets rows of its own (the cores that this process "
                                           "may use)"),
    o_peers = TEXT("peers", "NAMES", "other engines as well, separated by commas, or all: nutpie, "
                                     "nutpie-low-rank, numpyro, blackjax, pymc, stan; "
                                     "bench/peers/setup installs them"),
    o_device_counts = TEXT("devices", "N,N", "numbers of devices that share the chains, "
                                             "separated by commas (a row for each device "
                                             "alone)"),
    o_time_limit = {"time-limit", 0, CLI_NUMBER, "S", "seconds that a run may take (3600); one "
                    "that takes longer is ended, its row INVALID", NULL, 0.1, 1e7, false},
    o_backends = TEXT("backend", "IDS", "backends to time, separated by commas (all that are "
                                        "found)"),
    o_time_devices = TEXT("device", "IDS", "devices to time, separated by commas (all that the "
                                           "backends have); each gets rows of its own"),
    o_time_preset = TEXT("preset", "NAME", "quick (2 chains, 200 + 200 draws; the default), "
                                           "standard (4, 500 + 500), publication (4, 1000 + "
                                           "1000), or an INI file; other options win over it"),
    o_repeat = WHOLE("repeat", 1, 1000, "cached runs of each row, with seeds SEED, SEED + 1, "
                                        "...; the table shows medians (the preset's: quick 1, standard "
                              "and publication 3; fewer than 3 decide nothing)"),
    o_json_file = TEXT("json", "FILE", "write everything as JSON; - for standard output, in "
                                       "place of the tables"),
    o_markdown = TEXT("markdown", "FILE", "write the tables as Markdown, for a pull request; - "
                                          "for standard output"),
    o_bench_csv = TEXT("csv", "FILE", "write a line for each run as CSV, for R or pandas; - for "
                                      "standard output"),
    o_bench_verbose = {"verbose", 'v', CLI_FLAG, NULL, "all stages and checks, all pairs, every "
                       "warning and piece of advice", NULL, 0, 0, false},
    o_report_markdown = TEXT("markdown", "FILE", "of a benchmark: its tables as Markdown"),
    o_report_csv = TEXT("csv", "FILE", "of a benchmark: a line for each run"),
    o_keep_draws = FLAG("keep-draws", "keep the draws of each row's first cached run in "
                                      "DIR/draws; report.html shows those of the best rows"),
    o_into = TEXT("into", "DIR", "folder for the compiled model; made if missing"),
    o_html = TEXT("html", "FILE", "the page (report.html in the run's folder; here for single "
                                  "files)"),
    o_plots = TEXT("plots", "DIR", "write the figures into this folder, a file each; without "
                                   "--html there is no page then"),
    o_format = {"format", 0, CLI_CHOICE, "FORMAT", "of the figures: svg, png or pdf (svg)", "svg|png|pdf", 0, 0,
                false},
    o_show_params = TEXT("params", "NAMES", "parameters to show, separated by commas: mu, "
                                            "theta[2], theta (the four with the worst R-hat "
                                            "and ESS)"),
    o_all = FLAG("all", "every parameter, however many");

/* --- exit codes --------------------------------------------------------------------- */

#define EXIT_INPUT "2\tbad input or usage\n"
#define EXIT_DEVICE "3\tno such device or plug-in\n"
static const char exits_run[] =
    "0\tgood\n" EXIT_INPUT EXIT_DEVICE
    "4\t--strict: the verdict is bad\n6\tsampling failed\n7\toutput failed\n"
    "130\tinterrupted (143 SIGTERM, 129 SIGHUP); the draws so far are kept\n";
static const char exits_plain[] = "0\tgood\n" EXIT_INPUT;

/* --- sample ------------------------------------------------------------------------- */

static const cli_option *const sample_options[] = {
    &o_data, &o_dim, &o_backend, &o_device, &o_plugin, &o_preset, &o_chains, &o_warmup,
    &o_draws, &o_thin, &o_accept, &o_depth, &o_seed, &o_init, &o_radius, &o_threads, &o_set,
    &o_out, &o_csv, &o_page, &o_save_warmup, &o_report, &o_strict, &o_json, &o_quiet, NULL};
static const cli_example sample_examples[] = {
    {"sample hierarchical_normal", "a model that ships with Ergode, on data that it "
                                   "simulates; results in out/hierarchical_normal"},
    {"sample radon.toml --data radon.json --out results",
     "your own model and data; results in results/"},
    {"sample radon.toml --data radon.json --backend opencl --chains 64 --draws 500",
     "the same on an OpenCL device; the same seed gives the same bits"},
    {"sample funnel.toml --target-accept 0.95 --seed 7 --csv",
     "smaller steps, another seed, Stan CSV besides NetCDF"},
    {"sample eight_schools --report replicated --html",
     "a page with figures and posterior predictive checks: out/eight_schools/report.html"},
    {NULL, NULL}};
static const cli_command sample = {
    "sample", "MODEL.toml", 1, 1, "sample a model's posterior", 
    "Reads the model, compiles it, warms up, samples and judges the result. Draws are on "
    "disk while it runs; Ctrl-C keeps what is there and finishes the files, a second Ctrl-C "
    "ends at once. The summary goes to standard output, everything else to standard "
    "error.\n\nMODEL is a file, or the name of a model that ships with Ergode.",
    sample_examples, sample_options, exits_run, cli_sample};

/* --- bench -------------------------------------------------------------------------- */

static const cli_option *const bench_options[] = {
    &o_time_preset, &o_workloads, &o_models, &o_data, &o_dim, &o_backends, &o_time_devices,
    &o_device_counts, &o_peers, &o_plugin, &o_chain_list, &o_thread_list, &o_bench_warmup,
    &o_bench_draws, &o_accept,
    &o_seed, &o_repeat, &o_time_limit, &o_bench_out, &o_keep_draws, &o_resume, &o_retry_failed,
    &o_baseline, &o_save, &o_bench_strict, &o_json_file, &o_markdown, &o_bench_csv,
    &o_bench_verbose, &o_quiet, NULL};
static const cli_example bench_examples[] = {
    {"bench --preset quick", "every backend and device that is there, on five hierarchies"},
    {"bench radon.toml --data radon.json --backend cpu,opencl --repeat 5",
     "two backends on your own model, five seeds each"},
    {"bench --preset standard --repeat 5 --out results",
     "figures to keep: bench.json, report.md for a pull request, report.csv for R or pandas"},
    {"bench --repeat 5 --baseline main --save main",
     "what has changed since the last time, which is kept for the next"},
    {NULL, NULL}};
static const cli_command bench = {
    "bench", "[MODEL.toml...]", 0, 64, "time every backend on the same data",
    "Each row is run twice or more, in processes of its own: with empty caches, then with "
    "filled ones. No figure is shown that isn't valid: log density and gradient are held "
    "against the oracle at 20 points, on the device itself where its backend can; draws "
    "against those of the CPU, bit by bit where the backend promises it; moments against a "
    "longer run; and R-hat from preset standard on. A row that fails shows INVALID and why; "
    "a backend that is absent is skipped with the reason.",
    bench_examples, bench_options,
    "0\tgood\n" EXIT_INPUT "3\tnothing could run\n4\t--strict: something warned, or is slower than the baseline\n"
    "5\ta backend computes wrong numbers\n"
    "6\ta backend failed\n7\toutput failed\n130\tinterrupted (143 SIGTERM, 129 SIGHUP); --resume goes on\n",
    cli_bench};

static const cli_option *const compare_options[] = {&o_compare_strict, &o_json,
                                                    &o_compare_markdown, NULL};
static const cli_example compare_examples[] = {
    {"bench compare before.json after.json", "whether the second is FASTER, SLOWER or the SAME"},
    {"bench compare main bench-results/new --strict --markdown compare.md",
     "a baseline against a folder of results, for a script: exits 4 if it is slower"},
    {NULL, NULL}};
static const cli_command bench_compare = {
    "bench compare", "A B", 2, 2, "compare two benchmarks row by row",
    "A and B are bench.json files, folders of one, or names of baselines (ergode bench --save). "
    "Rows are matched by their ids, runs by repeat and seed; each figure gets the ratio B / A with "
    "its interval and a verdict on B: FASTER where it is certainly more than 2 % better, SLOWER "
    "where certainly more than 2 % worse, SAME where certainly within 5 %, else, and with fewer "
    "than three pairs of runs, AMBIGUOUS. A row that isn't valid in one of them, or has other data "
    "or draws, is INVALID. What differs in machine, build and settings is named.",
    compare_examples, compare_options,
    "0\tgood\n" EXIT_INPUT "4\t--strict: something is SLOWER, AMBIGUOUS or INVALID\n"
    "7\toutput failed\n",
    cli_bench_compare};

/* --- verify, devices ---------------------------------------------------------------- */

static const cli_option *const verify_options[] = {
    &o_one_backend, &o_some_devices, &o_plugin, &o_threads, &o_json, &o_quiet, NULL};
static const cli_example verify_examples[] = {
    {"verify", "every device of every backend"},
    {"verify --backend cuda", "only those of one backend; exits 3 if there is none"},
    {NULL, NULL}};
static const cli_command verify = {
    "verify", "", 0, 0, "test that each device computes the right numbers",
    "Names each device, its driver and memory; runs a model with known moments on it and "
    "holds log densities and moments against the oracle and the truth.",
    verify_examples, verify_options,
    "0\tevery device is right\n" EXIT_INPUT "3\tno device\n5\twrong numbers\n", cli_verify};

static const cli_option *const devices_options[] = {&o_one_backend, &o_plugin, &o_json, NULL};
static const cli_example devices_examples[] = {
    {"devices", "what --device can name, for every backend"}, {NULL, NULL}};
static const cli_command devices = {
    "devices", "", 0, 0, "list the devices of every backend", 
    "A backend without a device says why, and what to do.",
    devices_examples, devices_options, "0\tgood\n" EXIT_INPUT EXIT_DEVICE, cli_devices};

/* --- model -------------------------------------------------------------------------- */

static const cli_option *const check_options[] = {&o_data, &o_dim, &o_json, NULL};
static const cli_example check_examples[] = {
    {"model check radon.toml --data radon.json",
     "parameters, data and sizes; or the first error with its line"},
    {NULL, NULL}};
static const cli_command model_check = {
    "model check", "MODEL.toml", 1, 1, "read a model and its data, and say what they hold",
    NULL, check_examples, check_options, exits_plain, cli_model_check};

static const cli_option *const show_options[] = {&o_ir, &o_source, &o_raw, &o_data, &o_dim,
                                                 &o_json, NULL};
static const cli_example show_examples[] = {
    {"model show radon.toml --data radon.json --ir", "what the passes made of the model"},
    {"model show radon.toml --data radon.json --source cuda", "the generated CUDA C"},
    {NULL, NULL}};
static const cli_command model_show = {
    "model show", "MODEL.toml", 1, 1, "print a model's stages on the way to machine code",
    NULL, show_examples, show_options, exits_plain, cli_model_show};

static const cli_option *const logp_options[] = {&o_params, &o_data, &o_dim, &o_json, NULL};
static const cli_example logp_examples[] = {
    {"model logp radon.toml --data radon.json --params points.json",
     "log density, its terms and gradient at points of your choice"},
    {NULL, NULL}};
static const cli_command model_logp = {
    "model logp", "MODEL.toml", 1, 1, "print a model's log density at given points",
    "Points are natural values. Printed are the log density with and without the Jacobian "
    "of the transforms, its terms one by one, and the gradient with respect to the "
    "unconstrained coordinates.",
    logp_examples, logp_options, exits_plain, cli_model_logp};

static const cli_option *const compile_options[] = {&o_into, &o_data, &o_dim, NULL};
static const cli_example compile_examples[] = {
    {"model compile radon.toml --data radon.json --into PREFIX/lib/ergode/models",
     "an installation that finds it there needs no compiler for this model"},
    {NULL, NULL}};
static const cli_command model_compile = {
    "model compile", "MODEL.toml", 1, 1, "compile a model ahead, for machines without a compiler",
    "Compiles for each instruction set (baseline, AVX2, AVX-512) into a folder. One "
    "compilation serves all data and sizes. Looked for when a model is run: the folder "
    "ergode/models beside libergode; 'make bundle' fills that of the bundle.",
    compile_examples, compile_options, exits_plain, cli_model_compile};

/* --- plugin ------------------------------------------------------------------------- */

static const cli_option *const list_options[] = {&o_verbose, &o_plugin, &o_json, NULL};
static const cli_example list_examples[] = {
    {"plugin list", "backends found, from their manifests"},
    {"plugin list --verbose", "every candidate with its path, and why it was refused"},
    {NULL, NULL}};
static const cli_command plugin_list = {
    "plugin list", "", 0, 0, "list the plug-ins that are found",
    "Searched in this order: --plugin, the folders of ERGODE_PLUGIN_PATH, the installed "
    "folder; never the current one. The first plug-in with an id wins.",
    list_examples, list_options, exits_plain, cli_plugin_list};

/* --- summary, diagnose -------------------------------------------------------------- */

static const cli_option *const summary_options[] = {&o_all, &o_threads, &o_json, NULL};
static const cli_example summary_examples[] = {
    {"summary out/radon", "the table of a run that is on disk"},
    {"summary chain_1.csv chain_2.csv", "of CmdStan's files"},
    {NULL, NULL}};
static const cli_command summary = {
    "summary", "DIR|FILE...", 1, 1024, "summarise draws on disk", 
    "Reads a results folder, a NetCDF file (of Ergode, ArviZ or PyMC), or Stan CSV files, "
    "one a chain.",
    summary_examples, summary_options, exits_plain, cli_summary};

static const cli_option *const diagnose_options[] = {&o_strict, &o_with, &o_plugin, &o_threads,
                                                     &o_json, NULL};
static const cli_example diagnose_examples[] = {
    {"diagnose out/radon", "what is wrong with a run, and what to do"},
    {"diagnose out/radon --strict", "the same for a script: exits 4 if the verdict is bad"},
    {"diagnose out/radon --with mcse_quantile", "and another diagnostic of each quantity"},
    {NULL, NULL}};
static const cli_command diagnose = {
    "diagnose", "DIR|FILE...", 1, 1024, "judge draws on disk",
    "Reads what 'ergode summary' reads.", diagnose_examples,
    diagnose_options,
    "0\tgood\n" EXIT_INPUT "3\tno such diagnostic\n4\t--strict: the verdict is bad\n"
    "6\ta diagnostic failed\n", cli_diagnose};

/* --- report -------------------------------------------------------------------------- */

static const cli_option *const report_options[] = {&o_html, &o_plots, &o_format, &o_show_params,
                                                   &o_report_markdown, &o_report_csv, &o_threads,
                                                   NULL};
static const cli_example report_examples[] = {
    {"report out/radon", "writes out/radon/report.html"},
    {"report out/radon --params sigma_y,alpha[3] --html radon.html", "parameters of your choice"},
    {"report out/radon --plots figures --format pdf", "figures for a paper"},
    {"report bench-results/seed-20260101T120000Z", "a benchmark: report.html in its folder"},
    {NULL, NULL}};
static const cli_command report = {
    "report", "DIR|FILE...", 1, 1024, "show draws, or a benchmark, as an HTML page or figures",
    "Reads what 'ergode summary' reads, or a benchmark: its folder or bench.json. The page stands "
    "by itself, without network: the verdict and what to do, the table, traces, ranks and posteriors of the worst parameters, "
    "intervals of all, energy, pairs with divergences, settings; posterior predictive checks "
    "where the run has them ('ergode sample --report replicated'). Of a benchmark: who wins, the "
    "machine, effective draws a second, stages, scaling, telemetry, agreement, all numbers. "
    "Prints what it wrote.",
    report_examples, report_options, "0\tgood\n" EXIT_INPUT "7\toutput failed\n", cli_report};

static const cli_option *const help_options[] = {&o_man, NULL};
static const cli_example help_examples[] = {{"help model logp", "help of one command"},
                                            {NULL, NULL}};
static const cli_command help = {"help", "[COMMAND]", 0, 2, "show help", NULL, help_examples,
                                 help_options, exits_plain, cli_help_command};

const cli_command *const cli_commands[] = {
    &sample, &bench, &bench_compare, &verify, &devices, &model_check, &model_show, &model_logp, &model_compile,
    &plugin_list, &summary, &diagnose, &report, &help, NULL};
