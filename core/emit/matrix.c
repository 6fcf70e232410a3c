/* Text of products of a data matrix, in tiles of EMIT_W rows with columns inside, with a
 * vector (MATVEC) and of its transpose with one (TRANSPOSED), in the loop over rows.
 *
 * The transposed product adds each row times its value to a sum a column, kept by lanes in
 * memory. A tile of EMIT_TILE blocks of rows goes there at once, so that a sum is loaded and
 * stored once a tile, and the rows, just read for the product before, come from the nearest
 * cache. Each lane adds its blocks in their order, whatever the tile. */
#include "emit/expression.h"

void text_matvec(writer *w, ir_id id) {
  char where[64];
  const emit_info *i = info(w, id);
  ir_dims columns = at(w, i->vector)->dims;
  text_pointer(w, i->vector, where, sizeof where);
  int real = emit_real_of(w->p, i->matrix, w->space, columns);
  fprintf(
      w->out,
      "      erg_v v%d;\n"
      "      {\n"
      "        const int K = i%d;\n"
      "        ERG_GLOBAL const double *x = D + i%d + (long)b * K;\n"
      "        ERG_GLOBAL const double *y = %s;\n"
      "        erg_v e0 = erg_splat(0.0), e1 = e0, e2 = e0, e3 = e0;\n"
      "        int k = 0;\n"
      "        for (; k + 4 <= K; k += 4) {\n"
      "          e0 = erg_fma(erg_load(x + k * ERG_W), erg_splat(y[k]), e0);\n"
      "          e1 = erg_fma(erg_load(x + (k + 1) * ERG_W), erg_splat(y[k + 1]), e1);\n"
      "          e2 = erg_fma(erg_load(x + (k + 2) * ERG_W), erg_splat(y[k + 2]), e2);\n"
      "          e3 = erg_fma(erg_load(x + (k + 3) * ERG_W), erg_splat(y[k + 3]), e3);\n"
      "        }\n"
      "        for (; k < K; k++) e0 = erg_fma(erg_load(x + k * ERG_W), erg_splat(y[k]), e0);\n"
      "        v%d = (e0 + e1) + (e2 + e3);\n"
      "      }\n",
      id, text_slot(w, EMIT_SIZE, 0, columns), text_slot(w, EMIT_REAL_AT, real, 0), where, id);
}

static int sums_slot(writer *w, ir_id id) {
  return text_slot(w, EMIT_SCRATCH_AT, info(w, id)->scratch + 1, 0);
}

void text_transposed_begin(writer *w, ir_id id) {
  fprintf(w->out,
          "    for (int k = 0; k < i%d; k++) erg_store(S + i%d + k * ERG_W, erg_splat(0.0));\n",
          text_slot(w, EMIT_SIZE, 0, at(w, id)->dims), sums_slot(w, id));
}

void text_transposed_keep(writer *w, ir_id id) {
  char x[96];
  text_operand(w, info(w, id)->vector, x, sizeof x);
  fprintf(w->out, "      erg_store(S + i%d + (b - t), %s);\n",
          text_slot(w, EMIT_SCRATCH_AT, info(w, id)->lanes, 0), x);
}

void text_transposed_tile(writer *w, ir_id id) {
  const emit_info *i = info(w, id);
  int real = emit_real_of(w->p, i->matrix, w->space, at(w, id)->dims);
  fprintf(w->out,
          "    {\n"
          "      const int K = i%d;\n"
          "      ERG_GLOBAL const double *x = D + i%d + (long)t * K;\n"
          "      ERG_GLOBAL const double *y = S + i%d;\n"
          "      ERG_GLOBAL double *sum = S + i%d;\n"
          "      if (end - t > %d * ERG_W) {\n",
          text_slot(w, EMIT_SIZE, 0, at(w, id)->dims), text_slot(w, EMIT_REAL_AT, real, 0),
          text_slot(w, EMIT_SCRATCH_AT, i->lanes, 0), sums_slot(w, id), EMIT_TILE - 1);
  for (int k = 0; k < EMIT_TILE; k++)
    fprintf(w->out, "        const erg_v y%d = erg_load(y + %d * ERG_W);\n", k, k);
  fprintf(w->out,
          "        for (int k = 0; k < K; k++) {\n"
          "          erg_v e = erg_load(sum + k * ERG_W);\n");
  for (int k = 0; k < EMIT_TILE; k++)
    fprintf(w->out, "          e = erg_fma(erg_load(x + (k + %d * K) * ERG_W), y%d, e);\n", k,
            k);
  fprintf(w->out,
          "          erg_store(sum + k * ERG_W, e);\n"
          "        }\n"
          "      } else {\n"
          "        for (int b = 0; b < end - t; b += ERG_W)\n"
          "          for (int k = 0; k < K; k++)\n"
          "            erg_store(sum + k * ERG_W, erg_fma(erg_load(x + b * K + k * ERG_W), "
          "erg_load(y + b), erg_load(sum + k * ERG_W)));\n"
          "      }\n"
          "    }\n");
}

void text_transposed_end(writer *w, ir_id id) {
  fprintf(w->out,
          "    for (int k = 0; k < i%d; k++) {\n"
          "      const erg_v sum = erg_sum_lanes(ERG_PASS erg_load(S + i%d + k * ERG_W));\n"
          "      ERG_ONE_LANE { S[i%d + k] = erg_first(sum); }\n"
          "    }\n",
          text_slot(w, EMIT_SIZE, 0, at(w, id)->dims), sums_slot(w, id),
          text_slot(w, EMIT_SCRATCH_AT, info(w, id)->scratch, 0));
}
