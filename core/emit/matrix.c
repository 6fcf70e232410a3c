/* Text of products of a data matrix, in blocks of EMIT_W rows with columns inside, with a
 * vector (MATVEC) and of its transpose with one (TRANSPOSED), in the loop over rows.
 *
 * The transposed product adds each row times its value to a sum a column, kept by lanes in
 * memory. A tile of EMIT_TILE blocks of rows goes there at once, so that a sum is loaded and
 * stored once a tile, and the rows, just read for the product before, come from the nearest
 * cache. Each lane adds its blocks in their order, whatever the tile. That product before goes
 * by tiles then, too, two blocks at once, which share the vector's values.
 *
 * Both ask for lines of a tile to come, each for half of them: all at once would be more than
 * a core keeps under way, and the machine's own look-ahead comes too late for data that the
 * second-level cache doesn't hold. */
#include "emit/expression.h"

#define PAIR 2 /* blocks of the product at once: more don't fit AVX2's registers */

/* Product of a block's rows, x, with the vector y. */
static const char block_product[] =
    "        erg_v e0 = erg_splat(0.0), e1 = e0, e2 = e0, e3 = e0;\n"
    "        int k = 0;\n"
    "        for (; k + 4 <= K; k += 4) {\n"
    "          e0 = erg_fma(erg_load(x + k * ERG_W), erg_splat(y[k]), e0);\n"
    "          e1 = erg_fma(erg_load(x + (k + 1) * ERG_W), erg_splat(y[k + 1]), e1);\n"
    "          e2 = erg_fma(erg_load(x + (k + 2) * ERG_W), erg_splat(y[k + 2]), e2);\n"
    "          e3 = erg_fma(erg_load(x + (k + 3) * ERG_W), erg_splat(y[k + 3]), e3);\n"
    "        }\n"
    "        for (; k < K; k++) e0 = erg_fma(erg_load(x + k * ERG_W), erg_splat(y[k]), e0);\n";

/* Head entry of I: place of the node's matrix in D, or what EMIT_AHEAD says of it. */
static int matrix_slot(writer *w, ir_id id, int kind, ir_dims columns) {
  return text_slot(w, kind, emit_real_of(w->p, info(w, id)->matrix, w->space, columns), 0);
}

void text_matvec(writer *w, ir_id id) {
  char where[64];
  const emit_info *i = info(w, id);
  ir_dims columns = at(w, i->vector)->dims;
  if (i->lanes >= 0) {
    fprintf(w->out, "      erg_v v%d = erg_load(S + i%d + (b - t));\n", id,
            text_slot(w, EMIT_SCRATCH_AT, i->lanes, 0));
    return;
  }
  text_pointer(w, i->vector, where, sizeof where);
  fprintf(w->out,
          "      erg_v v%d;\n"
          "      {\n"
          "        const int K = i%d;\n"
          "        ERG_GLOBAL const double *x = D + i%d + (long)b * K;\n"
          "        ERG_GLOBAL const double *y = %s;\n"
          "%s"
          "        v%d = (e0 + e1) + (e2 + e3);\n"
          "      }\n",
          id, text_slot(w, EMIT_SIZE, 0, columns), matrix_slot(w, id, EMIT_REAL_AT, columns),
          where, block_product, id);
}

/* A pair of the tile's blocks after the other; their sums are e<block><0 to 3>, by the same
 * additions as block_product's. Each pair asks for one block of the tile to come. */
static void pair_products(writer *w) {
  FILE *out = w->out;
  fprintf(
      out,
      "        ERG_ROLLED\n"
      "        for (int pair = 0; pair < %d; pair++) {\n"
      "          ERG_GLOBAL const double *x = rows + (long)(%d * pair) * ERG_W * K;\n"
      "          ERG_GLOBAL const double *next = rows + ((long)pair * K + ahead) * ERG_W;\n",
      EMIT_TILE / PAIR, PAIR);
  for (int j = 0; j < PAIR; j++)
    fprintf(out,
            "          erg_v e%d0 = erg_splat(0.0), e%d1 = e%d0, e%d2 = e%d0, e%d3 = e%d0;\n",
            j, j, j, j, j, j, j);
  fprintf(
      out,
      "          int k = 0;\n          ERG_ROLLED\n          for (; k + 4 <= K; k += 4) {\n");
  for (int c = 0; c < 4; c++) {
    fprintf(out, "            const erg_v y%d = erg_splat(y[k + %d]);\n", c, c);
    fprintf(out, "            erg_prefetch(next + (k + %d) * ERG_W);\n", c);
    for (int j = 0; j < PAIR; j++)
      fprintf(
          out,
          "            e%d%d = erg_fma(erg_load(x + (k + %d * K + %d) * ERG_W), y%d, e%d%d);\n",
          j, c, j, c, c, j, c);
  }
  fprintf(out, "          }\n          ERG_ROLLED\n          for (; k < K; k++) {\n");
  for (int j = 0; j < PAIR; j++)
    fprintf(out,
            "            e%d0 = erg_fma(erg_load(x + (k + %d * K) * ERG_W), erg_splat(y[k]), "
            "e%d0);\n",
            j, j, j);
  fprintf(out, "          }\n");
  for (int j = 0; j < PAIR; j++)
    fprintf(out,
            "          erg_store(kept + (%d * pair + %d) * ERG_W, (e%d0 + e%d1) + (e%d2 + "
            "e%d3));\n",
            PAIR, j, j, j, j, j);
  fprintf(out, "        }\n");
}

void text_matvec_tile(writer *w, ir_id id) {
  char where[64];
  const emit_info *i = info(w, id);
  ir_dims columns = at(w, i->vector)->dims;
  text_pointer(w, i->vector, where, sizeof where);
  fprintf(w->out,
          "    {\n"
          "      const int K = i%d;\n"
          "      ERG_GLOBAL const double *rows = D + i%d + (long)t * K;\n"
          "      ERG_GLOBAL const double *y = %s;\n"
          "      ERG_GLOBAL double *kept = S + i%d;\n"
          "      const int ahead = i%d;\n",
          text_slot(w, EMIT_SIZE, 0, columns), matrix_slot(w, id, EMIT_REAL_AT, columns), where,
          text_slot(w, EMIT_SCRATCH_AT, i->lanes, 0), matrix_slot(w, id, EMIT_AHEAD, columns));
  pair_products(w);
  fprintf(w->out, "    }\n");
}

static int sums_slot(writer *w, ir_id id) {
  return text_slot(w, EMIT_SCRATCH_AT, info(w, id)->scratch + 1, 0);
}

void text_transposed_begin(writer *w, ir_id id) {
  fprintf(w->out,
          "    for (int k = 0; k < i%d; k++) erg_store(S + i%d + k * ERG_W, erg_splat(0.0));\n",
          text_slot(w, EMIT_SIZE, 0, at(w, id)->dims), sums_slot(w, id));
}

void text_transposed_block(writer *w, ir_id id) {
  const emit_info *i = info(w, id);
  char x[96];
  text_operand(w, i->vector, x, sizeof x);
  if (i->lanes >= 0) {
    fprintf(w->out, "      erg_store(S + i%d + (b - t), %s);\n",
            text_slot(w, EMIT_SCRATCH_AT, i->lanes, 0), x);
    return;
  }
  fprintf(w->out,
          "      {\n"
          "        const int K = i%d;\n"
          "        ERG_GLOBAL const double *x = D + i%d + (long)b * K;\n"
          "        ERG_GLOBAL double *sum = S + i%d;\n"
          "        for (int k = 0; k < K; k++)\n"
          "          erg_store(sum + k * ERG_W, erg_fma(erg_load(x + k * ERG_W), %s, "
          "erg_load(sum + k * ERG_W)));\n"
          "      }\n",
          text_slot(w, EMIT_SIZE, 0, at(w, id)->dims),
          matrix_slot(w, id, EMIT_REAL_AT, at(w, id)->dims), sums_slot(w, id), x);
}

void text_transposed_tile(writer *w, ir_id id) {
  const emit_info *i = info(w, id);
  fprintf(w->out,
          "    {\n"
          "      const int K = i%d;\n"
          "      ERG_GLOBAL const double *x = D + i%d + (long)t * K;\n"
          "      ERG_GLOBAL double *y = S + i%d;\n"
          "      ERG_GLOBAL double *sum = S + i%d;\n"
          "      const int ahead = i%d;\n"
          "      for (int b = (end - t + ERG_W - 1) / ERG_W; b < %d; b++)\n"
          "        erg_store(y + b * ERG_W, erg_splat(0.0));\n",
          text_slot(w, EMIT_SIZE, 0, at(w, id)->dims),
          matrix_slot(w, id, EMIT_REAL_AT, at(w, id)->dims),
          text_slot(w, EMIT_SCRATCH_AT, i->lanes, 0), sums_slot(w, id),
          matrix_slot(w, id, EMIT_AHEAD, at(w, id)->dims), EMIT_TILE);
  for (int k = 0; k < EMIT_TILE; k++)
    fprintf(w->out, "      const erg_v y%d = erg_load(y + %d * ERG_W);\n", k, k);
  fprintf(w->out,
          "      for (int k = 0; k < K; k++) {\n"
          "        erg_v e = erg_load(sum + k * ERG_W);\n");
  for (int k = EMIT_TILE / PAIR; k < EMIT_TILE; k++)
    fprintf(w->out, "        erg_prefetch(x + (k + %d * K + ahead) * ERG_W);\n", k);
  for (int k = 0; k < EMIT_TILE; k++)
    fprintf(w->out, "        e = erg_fma(erg_load(x + (k + %d * K) * ERG_W), y%d, e);\n", k, k);
  fprintf(w->out,
          "        erg_store(sum + k * ERG_W, e);\n"
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
