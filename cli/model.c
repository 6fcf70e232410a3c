/* ergode model check, ergode model show. */
#include "cli/model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/model_host.h"
#include "device/device_text.h"
#include "run/paths.h"
#include "run/text.h"

bool cli_load_model(const cli_args *args, run_model *m) {
  erg_problems problems;
  erg_problems_init(&problems);
  const char **sizes = cli_values(args, "dim");
  run_inputs in = {.model = args->positional[0], .data = cli_value(args, "data"),
                   .sizes = sizes, .seed = cli_integer(args, "seed", -1)};
  bool good = run_load(&in, m, &problems);
  cli_problems(&problems);
  erg_problems_free(&problems);
  free(sizes);
  if (!good) run_unload(m);
  return good;
}

/* "group, feature" of an array in its declared order. */
static char *dims_text(const ir_graph *g, int rank, const uint8_t *order) {
  char *text = run_text("%s", "");
  for (int i = 0; i < rank; i++) {
    run_append(&text, "%s%s", i ? ", " : "", g->dims[order[i]].name);
  }
  return text;
}

static const char *centring_text(const ir_param *p) {
  switch (p->centring) {
    case IR_CENTRING_AUTO: return "automatic";
    case IR_CENTRING_PINNED_NONCENTRED: return "noncentered";
    default: return "";
  }
}

static bool is_declared(const ir_graph *g, int i) {
  const ir_data *d = &g->data[i];
  for (int k = 0; k < g->n_params; k++)
    if (g->params[k].natural_data == i && g->params[k].unconstrain != IR_NONE) return false;
  return d->name != NULL;
}

static void print_check(const run_model *m) {
  const ir_graph *g = m->graph;
  const char *title = lang_title(m->lang), *citation = lang_citation(m->lang);
  printf("%s%s%s\n", m->path, title ? ": " : "", title ? title : "");
  if (lang_about(m->lang)) printf("%s\n", lang_about(m->lang));
  if (citation) printf("source: %s\n", citation);
  printf("data: %s\n", m->data_path ? m->data_path
                       : m->data    ? "simulated by the model's [simulate]"
                                    : "none needed");
  printf("\n%d parameter%s, %lld unconstrained coordinate%s\n", g->n_params,
         g->n_params == 1 ? "" : "s", (long long)g->dim, g->dim == 1 ? "" : "s");
  for (int i = 0; i < g->n_params; i++) {
    const ir_param *p = &g->params[i];
    char *dims = dims_text(g, p->rank, p->order);
    char *shape = run_text("%s%s%s%s", p->support ? p->support : "real", p->rank ? "[" : "",
                           dims, p->rank ? "]" : "");
    printf("  %-16s %-24s %8lld%s%s\n", p->name, shape, (long long)p->n,
           *centring_text(p) ? "  " : "", centring_text(p));
    free(shape);
    free(dims);
  }
  const char *heading = "\ndimensions\n"; /* of what there is */
  for (int i = 0; i < g->n_dims; i++)
    if (g->dims[i].name[0] != '#' && g->dims[i].alias_of < 0) {
      fputs(heading, stdout);
      heading = "";
      printf("  %-16s %8lld%s\n", g->dims[i].name, (long long)g->dims[i].size,
             g->dims[i].labels ? "  labelled" : "");
    }
  heading = "\ndata\n";
  for (int i = 0; i < g->n_data; i++) {
    const ir_data *d = &g->data[i];
    if (!is_declared(g, i)) continue;
    fputs(heading, stdout);
    heading = "";
    char *dims = dims_text(g, d->rank, d->order);
    const char *kind = d->index_into >= 0 ? g->dims[d->index_into].name
                       : d->integer       ? "whole numbers"
                                          : "real";
    char *shape = run_text("%s%s%s%s", kind, d->rank ? "[" : "", dims, d->rank ? "]" : "");
    printf("  %-16s %-24s %8lld\n", d->name, shape, (long long)d->n);
    free(shape);
    free(dims);
  }
  printf("\nlog density%s\n", g->n_terms ? "" : ": flat");
  static const char *const kinds[] = {"prior", "likelihood", "Jacobian", "centring"};
  for (int i = 0; i < g->n_terms; i++)
    printf("  %-12s %s\n", kinds[g->terms[i].kind], g->terms[i].name);
  if (g->n_quantities) printf("\nreported besides\n");
  for (int i = 0; i < g->n_quantities; i++)
    printf("  %s%s\n", g->quantities[i].name, g->quantities[i].generated ? "" : "  (--report)");
}

static void json_dims(erg_json *j, const ir_graph *g, int rank, const uint8_t *order) {
  erg_json_array(j, "dims");
  for (int i = 0; i < rank; i++) erg_json_string(j, NULL, g->dims[order[i]].name);
  erg_json_end(j);
}

static int check_json(const cli_args *args, const run_model *m) {
  const ir_graph *g = m->graph;
  erg_json *j = cli_json_open();
  erg_json_string(j, "model", m->name);
  erg_json_string(j, "file", m->path);
  erg_json_string(j, "title", lang_title(m->lang));
  erg_json_string(j, "about", lang_about(m->lang));
  erg_json_string(j, "source", lang_citation(m->lang));
  erg_json_string(j, "data_file", m->data_path);
  erg_json_bool(j, "simulated", m->simulation.data != NULL);
  erg_json_int(j, "coordinates", g->dim);
  erg_json_array(j, "parameters");
  for (int i = 0; i < g->n_params; i++) {
    const ir_param *p = &g->params[i];
    erg_json_object(j, NULL);
    erg_json_string(j, "name", p->name);
    erg_json_string(j, "support", p->support);
    json_dims(j, g, p->rank, p->order);
    erg_json_int(j, "coordinates", p->n);
    erg_json_string(j, "centring", *centring_text(p) ? centring_text(p) : NULL);
    erg_json_end(j);
  }
  erg_json_end(j);
  erg_json_object(j, "dims");
  for (int i = 0; i < g->n_dims; i++)
    if (g->dims[i].name[0] != '#' && g->dims[i].alias_of < 0)
      erg_json_int(j, g->dims[i].name, g->dims[i].size);
  erg_json_end(j);
  erg_json_array(j, "data");
  for (int i = 0; i < g->n_data; i++) {
    if (!is_declared(g, i)) continue;
    erg_json_object(j, NULL);
    erg_json_string(j, "name", g->data[i].name);
    json_dims(j, g, g->data[i].rank, g->data[i].order);
    erg_json_int(j, "elements", g->data[i].n);
    erg_json_end(j);
  }
  erg_json_end(j);
  erg_json_array(j, "terms");
  for (int i = 0; i < g->n_terms; i++) erg_json_string(j, NULL, g->terms[i].name);
  erg_json_end(j);
  return cli_json_close(args, j);
}

int cli_model_check(const cli_args *args) {
  run_model m;
  if (!cli_load_model(args, &m)) return 2;
  int code = 0;
  if (cli_given(args, "json"))
    code = check_json(args, &m);
  else
    print_check(&m);
  run_unload(&m);
  return code;
}

/* --- show ---------------------------------------------------------------------------- */

/* Text goes to `out`; what is known in numbers to `j`, if there is one. */
static int show_ir(const cli_args *args, const ir_graph *g, FILE *out, erg_json *j) {
  if (cli_given(args, "raw")) {
    ir_print(g, out);
    return 0;
  }
  const char *reason = NULL;
  ir_program *program = ir_program_build(g, NULL, &reason);
  if (!program) {
    cli_say(args, "no compiled form: %s; the interpreter reads the model as it is (--raw)",
            reason);
    return 1;
  }
  if (j) {
    erg_json_array(j, "passes");
    for (int i = 0; i < program->n_passes; i++) {
      erg_json_object(j, NULL);
      erg_json_string(j, "name", program->passes[i].name);
      erg_json_int(j, "nodes", program->passes[i].nodes);
      erg_json_int(j, "numbers", program->passes[i].numbers);
      erg_json_end(j);
    }
    erg_json_end(j);
  }
  ir_program_print_passes(program, out);
  putc('\n', out);
  emit_plan *plan = emit_plan_new(program, &reason);
  if (plan)
    emit_plan_summary(plan, out);
  else
    fprintf(out, "no loops: %s; the interpreter takes the model\n", reason);
  putc('\n', out);
  ir_program_print(program, out);
  if (plan) {
    fprintf(out, "\nstages and loops\n");
    emit_plan_print(plan, out);
    emit_plan_free(plan);
  }
  ir_program_free(program);
  return 0;
}

/* What a device compiles of the model: prologue, elementary functions, the model. The
 * sampler's own text and its kernel come around it in the plug-in. */
static char *device_source(const emit_plan *plan, const char *language) {
  char *functions = erg_device_functions(emit_functions(plan));
  char *model = emit_model_text(plan);
  char *prologue = run_text("prologue_%s.h", language);
  char *text = run_text("%s\n%s\n%s", erg_device_text(prologue), functions, model);
  free(prologue);
  free(model);
  free(functions);
  return text;
}

static int show_source(const cli_args *args, const ir_graph *g, const char *language,
                       FILE *out) {
  const char *reason = NULL;
  ir_program *program = ir_program_build(g, NULL, &reason);
  emit_plan *plan = program ? emit_plan_new(program, &reason) : NULL;
  if (!plan) {
    cli_say(args, "no compiled form yet: %s", reason);
    if (program) ir_program_free(program);
    return 1;
  }
  char *text = !strcmp(language, "c") ? emit_c_source(plan) : device_source(plan, language);
  fputs(text, out);
  free(text);
  emit_plan_free(plan);
  ir_program_free(program);
  return 0;
}

int cli_model_show(const cli_args *args) {
  const char *language = cli_value(args, "source");
  if (language && (cli_given(args, "ir") || cli_given(args, "raw"))) {
    cli_say(args, "--source and --%s don't go together: ask for one of them",
            cli_given(args, "ir") ? "ir" : "raw");
    return 2;
  }
  if (!language && !cli_given(args, "ir") && !cli_given(args, "raw")) {
    cli_say(args, "say what: --ir, or --source c, cuda or opencl");
    return 2;
  }
  run_model m;
  if (!cli_load_model(args, &m)) return 2;
  erg_json *j = NULL;
  FILE *out = stdout;
  char *text = NULL;
  size_t length;
  if (cli_given(args, "json")) {
    out = open_memstream(&text, &length);
    if (!out) abort();
    j = cli_json_open();
    erg_json_string(j, "model", m.name);
    erg_json_string(j, "file", m.path);
    erg_json_string(j, "stage", language ? language : cli_given(args, "raw") ? "raw" : "ir");
  }
  int code =
      language ? show_source(args, m.graph, language, out) : show_ir(args, m.graph, out, j);
  if (j) {
    fclose(out);
    if (code == 0)
      erg_json_string(j, "text", text);
    else
      erg_json_null(j, "text");
    int closed = cli_json_close(args, j);
    if (closed) code = closed;
    free(text);
  }
  run_unload(&m);
  return code;
}

/* --- compile ------------------------------------------------------------------------- */

static int compile_into(const cli_args *args, const char *model, const ir_graph *g,
                        const char *folder) {
  const char *reason = NULL;
  ir_program *program = ir_program_build(g, NULL, &reason);
  emit_plan *plan = program ? emit_plan_new(program, &reason) : NULL;
  char *source = plan ? emit_c_source(plan) : NULL, *cxx = plan ? emit_cxx_source(plan) : NULL;
  char *message = NULL;
  const cc_options options = {.cxx = cxx};
  int code = 0, forms = 0;
  if (!source) {
    cli_say(args, "no compiled form yet: %s", reason);
    code = 1;
  }
  static const cc_isa sets[] = {CC_ISA_BASELINE, CC_ISA_AVX2, CC_ISA_AVX512};
  for (int i = 0; i < 3 && !code; i++) {
    if (i && !strcmp(cc_isa_flags(sets[i]), cc_isa_flags(sets[0]))) continue;
    if (cc_prebuild(source, &options, sets[i], folder, &message) == CC_OK) {
      forms++;
      continue;
    }
    cli_say(args, "%s", message ? message : "the compiler failed");
    code = 1;
  }
  if (!code)
    fprintf(stderr, "%s: compiled for %d instruction set%s into %s\n", model, forms,
            forms == 1 ? "" : "s", folder);
  free(message);
  free(source);
  free(cxx);
  if (plan) emit_plan_free(plan);
  if (program) ir_program_free(program);
  return code;
}

int cli_model_compile(const cli_args *args) {
  const char *folder = cli_value(args, "into");
  if (!folder) {
    cli_say(args, "--into DIR is missing: the folder for the compiled model");
    return 2;
  }
  run_model m;
  if (!cli_load_model(args, &m)) return 2;
  int code;
  if (run_make_folders(folder)) {
    code = compile_into(args, m.name, m.graph, folder);
  } else {
    cli_say(args, "the folder %s can't be made: %s", folder, strerror(errno));
    code = 7;
  }
  run_unload(&m);
  return code;
}
