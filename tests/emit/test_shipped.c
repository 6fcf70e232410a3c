/* Every model that ships: the same bits of log density, gradient and moments from the
 * code for every instruction set and, for AVX2, from C and from C++. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compile/model_host.h"
#include "../models/shipped.h"
#include "mix.h"
#include "run/load.h"

static uint64_t hash_of(const erg_model *m) {
  size_t d = (size_t)m->dim, n = 3 * (size_t)m->n_elements;
  double *q = calloc(d + ERG_PADDING, sizeof *q), *g = calloc(d + ERG_PADDING, sizeof *g);
  double *moments = calloc(n + ERG_PADDING, sizeof *moments), lp[2];
  void *scratch = aligned_alloc(64, (m->scratch_bytes + 127) / 64 * 64);
  uint64_t hash = 0;
  for (int point = 0; point < 12; point++) {
    for (size_t i = 0; i < d; i++) q[i] = 0.1 * (1 + point) * sin((double)i + point);
    m->logp(m, NULL, scratch, q, lp, g, moments);
    hash = mix(mix(mix(hash, lp, 2), g, d), moments, n);
  }
  free(q);
  free(g);
  free(moments);
  free(scratch);
  return hash;
}

/* Whether the model could be compiled so; *cxx: from C++. */
static bool compiled(const ir_graph *g, const char *compiler, cc_isa isa, uint64_t *hash,
                     bool *cxx) {
  model_host_options o = {.cc = {.compiler = compiler, .isa = isa, .no_cache = true}};
  char *message = NULL;
  erg_model *m = model_host_new(g, &o, &message);
  if (!m) fail_msg("%s: %s", compiler, message);
  const model_host_info *about = model_host_about(m);
  bool good = about->compiled;
  if (good) {
    *hash = hash_of(m);
    *cxx = about->module->cxx;
  }
  model_host_free(m);
  return good;
}

static void check_model(const char *name) {
  char path[400];
  snprintf(path, sizeof path, "../../models/%s.toml", name);
  erg_problems p;
  erg_problems_init(&p);
  run_model m;
  run_inputs inputs = {.model = path, .seed = -1};
  if (!run_load(&inputs, &m, &p)) {
    erg_problems_print(&p, stderr, false);
    fail_msg("%s", name);
  }
  const char *features = cc_cpu_features(), *const compilers[] = {"gcc", "clang"};
  uint64_t first = 0, hash;
  int forms = 0;
  for (int c = 0; c < 2; c++)
    for (cc_isa isa = CC_ISA_BASELINE; isa <= CC_ISA_AVX512; isa++) {
      bool cxx = false;
      if (isa == CC_ISA_AVX2 && !strstr(features, "avx2")) continue;
      if (isa == CC_ISA_AVX512 && !strstr(features, "avx512f")) continue;
      if (!compiled(m.graph, compilers[c], isa, &hash, &cxx)) continue;
      if (!forms++) first = hash;
      if (hash != first)
        fail_msg("%s: other bits by %s%s for set %d", name, compilers[c], cxx ? ", C++," : "",
                 (int)isa);
      assert_true(isa == CC_ISA_AVX2 || !cxx);
    }
  print_message("%s: %d forms, hash %016lx\n", name, forms, (unsigned long)first);
  run_unload(&m);
  erg_problems_free(&p);
}

static void same_bits(void **unused) {
  (void)unused;
  for (int i = 0; i < SHIPPED_MODELS; i++) check_model(shipped_models[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_bits)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
