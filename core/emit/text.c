/* Writes the text of erg_model from the schedule. */
#include <stdlib.h>
#include <string.h>

#include "device/device_text.h"
#include "emit/expression.h"

/* ---- passes -------------------------------------------------------------------------- */

/* The text of a pass, before which the head entries of I that it names are read: each lives
 * only where it is used, which spares the compiler's allocation of registers a tenth. */
typedef struct {
  FILE *whole;
  char *text;
  size_t length;
} pass_text;

static void begin_pass(writer *w, pass_text *t, ir_dims space, int stage) {
  *t = (pass_text){.whole = w->out};
  w->out = open_memstream(&t->text, &t->length);
  if (!w->out) abort();
  w->space = space;
  w->stage = stage;
  w->p->pass++;
}

static void end_pass(writer *w, pass_text *t) {
  bool outside = w->space == 0;
  if (fclose(w->out) != 0) abort();
  w->out = t->whole;
  for (int i = 0; i < w->p->n_slots; i++) {
    emit_slot *s = &w->p->slots[i];
    if (s->pass != w->p->pass || (outside && s->outside)) continue;
    fprintf(w->out, "%sconst int i%d = I[%d];\n", outside ? "  " : "    ", i, i);
    s->outside |= outside;
  }
  fputs(t->text, w->out);
  free(t->text);
}

/* ---- loops --------------------------------------------------------------------------- */

static bool in_loop(const writer *w, ir_id id) {
  const emit_info *i = info(w, id);
  return i->kind != EMIT_DEAD && !at(w, id)->data_only && i->kind != EMIT_ARRAY_INPUT &&
         emit_home(w->p, id) == w->space && i->stage == w->stage;
}

/* Loads the value of array node `id` for this block as v<id>. */
static void load(writer *w, ir_id id) {
  char where[64];
  const emit_info *i = info(w, id);
  ir_dims dims = at(w, id)->dims;
  fprintf(w->out, "      erg_v v%d = ", id);
  if (i->kind == EMIT_DATA_ARRAY) {
    int real = emit_real_of(w->p, id, w->space, 0);
    fprintf(w->out, "erg_load(D + i%d + b);\n", text_slot(w, EMIT_REAL_AT, real, 0));
    return;
  }
  text_pointer(w, id, where, sizeof where);
  if (dims == w->space) {
    if (i->kind == EMIT_ARRAY_INPUT && at(w, id)->op != IR_INPUT && i->scratch < 0)
      fprintf(w->out, "erg_load_n(%s + b, left);\n", where);
    else
      fprintf(w->out, "erg_load(%s + b);\n", where);
  } else {
    int map = emit_map_of(w->p, EMIT_MAP, IR_NONE, dims, w->space);
    fprintf(w->out, "erg_gather(%s, I + i%d + b);\n", where, text_slot(w, EMIT_MAP_AT, map, 0));
  }
}

static void need(writer *w, ir_id id, uint8_t *loaded) {
  emit_kind k = info(w, id)->kind;
  bool array = k == EMIT_DATA_ARRAY || k == EMIT_ARRAY_INPUT || emit_is_loop_kind(k) ||
               k == EMIT_TRANSPOSED || k == EMIT_PACK;
  if (!array || loaded[id] || in_loop(w, id)) return;
  loaded[id] = 1;
  load(w, id);
}

/* What a fold starts from. */
static const char *fold_neutral(ir_op op) {
  return op == IR_PROD         ? "erg_splat(1.0)"
         : op == IR_REDUCE_MIN ? "erg_from_bits(erg_splati(0x7ff0000000000000L))"
         : op == IR_REDUCE_MAX ? "erg_from_bits(erg_splati((long)0xfff0000000000000UL))"
                               : "erg_splat(0.0)";
}

/* Takes `x` into `sum`; a NaN stays. */
static void fold_text(ir_op op, const char *sum, const char *x, char *buffer, size_t n) {
  if (op == IR_REDUCE_MIN || op == IR_REDUCE_MAX)
    snprintf(buffer, n, "%s = erg_sel(erg_or(%s(%s, %s), erg_ne(%s, %s)), %s, %s);", sum,
             op == IR_REDUCE_MIN ? "erg_le" : "erg_ge", sum, x, sum, sum, sum, x);
  else
    snprintf(buffer, n, "%s = %s %s %s;", sum, sum, op == IR_PROD ? "*" : "+", x);
}

static void write_segment(writer *w, ir_id id) {
  char where[64], name[24], text[256];
  const ir_node *n = at(w, id);
  ir_id source = n->args[0];
  text_pointer(w, source, where, sizeof where);
  int map = emit_map_of(w->p, EMIT_SEGMENTS, id, at(w, source)->dims, n->dims);
  int begin = text_slot(w, EMIT_MAP_AT, map, 0);
  snprintf(name, sizeof name, "v%d", id);
  fprintf(w->out,
          "      erg_v v%d = %s;\n"
          "      {\n"
          "        ERG_GLOBAL const int *seg = I + i%d + 2 * (b / ERG_W);\n"
          "        ERG_GLOBAL const int *at = I + i%d + seg[0];\n",
          id, fold_neutral((ir_op)n->op), begin, begin);
  if (emit_folds((ir_op)n->op)) {
    fold_text((ir_op)n->op, name, "x", text, sizeof text);
    fprintf(w->out,
            "        for (int c = 0; c < seg[1]; c++) {\n"
            "          const erg_v x = erg_gather(%s, at + c * ERG_W);\n"
            "          %s\n        }\n",
            where, text);
  } else {
    fprintf(w->out,
            "        for (int c = 0; c < seg[1]; c++) v%d = v%d + erg_gather(%s, at + c * "
            "ERG_W);\n",
            id, id, where);
  }
  fprintf(w->out, "      }\n");
}

/* Text of the destination of an output: gradient (which 0) or moments 1..3. */
static void destination(writer *w, int param, int which, char *buffer, size_t n) {
  const ir_param *q = &w->p->g->params[param];
  if (which == 0)
    snprintf(buffer, n, "g + i%d", text_slot(w, EMIT_Q_AT, param, 0));
  else
    snprintf(buffer, n, "moments + i%d + %d * i%d", text_slot(w, EMIT_ELEMENT_AT, q->family, 0),
             which - 1, text_slot(w, EMIT_ELEMENTS, 0, 0));
}

static ir_id output(const writer *w, int param, int which) {
  const ir_program *m = w->p->program;
  return which == 0   ? m->gradient[param]
         : which == 1 ? m->base[param]
         : which == 2 ? m->outer[param]
                      : m->weight[param];
}

static ir_dims output_dims(const writer *w, int param) {
  return at(w, w->p->g->params[param].input)->dims;
}

/* Stores of this loop's results to scratch, which is padded. */
static void write_scratch(writer *w) {
  for (ir_id id = 0; id < w->p->n_nodes; id++) {
    if (!in_loop(w, id) || !emit_is_loop_kind(info(w, id)->kind) || info(w, id)->scratch < 0)
      continue;
    fprintf(w->out, "      erg_store(S + i%d + b, v%d);\n",
            text_slot(w, EMIT_SCRATCH_AT, info(w, id)->scratch, 0), id);
  }
}

/* Whether this loop computes the output, element by element. */
static bool makes(const writer *w, int param, int which) {
  ir_id id = output(w, param, which);
  return id >= 0 && in_loop(w, id) && emit_is_loop_kind(info(w, id)->kind) &&
         at(w, id)->dims == output_dims(w, param);
}

/* Stores of this loop's moments, which warm-ups alone ask for. */
static void write_moments(writer *w) {
  char where[96];
  for (int param = 0; param < w->p->g->n_params; param++)
    for (int which = 1; which < 4; which++) {
      if (!makes(w, param, which)) continue;
      destination(w, param, which, where, sizeof where);
      fprintf(w->out, "      if (moments) erg_store_n(%s + b, left, v%d);\n", where,
              output(w, param, which));
    }
}

/* Stores of this loop's gradients: of a whole block, or of what is left. How many. */
static int write_gradients(writer *w, bool whole) {
  char where[96];
  int n = 0;
  for (int param = 0; param < w->p->g->n_params; param++) {
    if (!makes(w, param, 0)) continue;
    destination(w, param, 0, where, sizeof where);
    fprintf(w->out,
            whole ? "        erg_store(%s + b, v%d);\n"
                  : "        erg_store_n(%s + b, left, v%d);\n",
            where, output(w, param, 0));
    n++;
  }
  return n;
}

static void mask_value(writer *w, ir_id id, const char *neutral, uint8_t *masked) {
  char name[96];
  emit_kind k = info(w, id)->kind;
  if (masked[id] || k == EMIT_NUMBER || k == EMIT_DATA_SCALAR || k == EMIT_SCALAR_INPUT ||
      k == EMIT_SCALAR || k == EMIT_READ || k == EMIT_REDUCE)
    return;
  masked[id] = 1;
  text_operand(w, id, name, sizeof name);
  fprintf(w->out, "        %s = erg_sel(valid, %s, erg_splat(%s));\n", name, name, neutral);
}

/* Whether the reduction takes a copy of its argument, whose absent lanes hold a number of
 * its own that changes nothing. */
static bool takes_copy(const writer *w, ir_id id) {
  ir_op op = (ir_op)at(w, id)->op;
  return in_loop(w, id) && info(w, id)->kind == EMIT_REDUCE &&
         (op == IR_SUMLOG || emit_folds(op));
}

/* The end of a block: gradients are stored, and lanes past the last element add nothing. One
 * branch, so that whole blocks, nearly all, pay for no mask. */
static void write_ends(writer *w) {
  emit_plan *p = w->p;
  uint8_t *masked = calloc((size_t)p->n_nodes, 1);
  if (!masked) abort();
  char x[96];
  for (ir_id id = 0; id < p->n_nodes; id++) {
    if (!takes_copy(w, id)) continue;
    text_operand(w, at(w, id)->args[0], x, sizeof x);
    fprintf(w->out, "      erg_v x%d = %s;\n", id, x);
  }
  fprintf(w->out,
          "      if (left < ERG_W) {\n        const erg_m valid = erg_lane_below(left);\n"
          "        (void)valid;\n");
  int n_stores = write_gradients(w, false);
  for (ir_id id = 0; id < p->n_nodes; id++) {
    if (!in_loop(w, id)) continue;
    if (info(w, id)->kind == EMIT_TRANSPOSED) mask_value(w, info(w, id)->vector, "0.0", masked);
    if (info(w, id)->kind != EMIT_REDUCE) continue;
    ir_op op = (ir_op)at(w, id)->op;
    ir_id a = at(w, id)->args[0];
    if (takes_copy(w, id))
      fprintf(w->out, "        x%d = erg_sel(valid, x%d, %s);\n", id, id,
              op == IR_SUMLOG ? "erg_splat(1.0)" : fold_neutral(op));
    else if (info(w, a)->fused)
      for (int i = 0; i < at(w, a)->n_args; i++)
        mask_value(w, at(w, a)->args[i], "0.0", masked);
    else
      mask_value(w, a, "0.0", masked);
  }
  if (n_stores) {
    fprintf(w->out, "      } else {\n");
    write_gradients(w, true);
  }
  fprintf(w->out, "      }\n");
  free(masked);
}

static void write_accumulations(writer *w) {
  emit_plan *p = w->p;
  for (ir_id id = 0; id < p->n_nodes; id++) {
    if (!in_loop(w, id)) continue;
    char x[96], y[96];
    const emit_info *i = info(w, id);
    if (i->kind == EMIT_TRANSPOSED) {
      text_transposed_block(w, id);
    } else if (i->kind == EMIT_REDUCE && at(w, id)->op == IR_SUMLOG) {
      text_sumlog_step(w, id);
    } else if (i->kind == EMIT_REDUCE && emit_folds((ir_op)at(w, id)->op)) {
      char name[24], copy[24], text[256];
      snprintf(name, sizeof name, "a%d", id);
      snprintf(copy, sizeof copy, "x%d", id);
      fold_text((ir_op)at(w, id)->op, name, copy, text, sizeof text);
      fprintf(w->out, "      %s\n", text);
    } else if (i->kind == EMIT_REDUCE) {
      ir_id a = at(w, id)->args[0];
      if (info(w, a)->fused) {
        text_factors(w, a, x, y, sizeof x);
        fprintf(w->out, "      a%d = erg_fma(%s, %s, a%d);\n", id, x, y, id);
      } else {
        text_operand(w, a, x, sizeof x);
        fprintf(w->out, "      a%d = a%d + %s;\n", id, id, x);
      }
    }
  }
}

/* The lanes' results in ascending order, by way of memory. */
static void write_fold_of_lanes(writer *w, ir_id id) {
  char name[24], text[256];
  int lanes = text_slot(w, EMIT_SCRATCH_AT, info(w, id)->lanes, 0);
  snprintf(name, sizeof name, "s%d", id);
  fold_text((ir_op)at(w, id)->op, name, "x", text, sizeof text);
  fprintf(w->out,
          "    erg_store(S + i%d, a%d);\n"
          "    erg_barrier();\n"
          "    s%d = erg_splat(S[i%d]);\n"
          "    for (int k = 1; k < ERG_W; k++) {\n"
          "      const erg_v x = erg_splat(S[i%d + k]);\n"
          "      %s\n    }\n",
          lanes, id, id, lanes, lanes, text);
}

static void write_loop(writer *w, const emit_loop *loop) {
  emit_plan *p = w->p;
  pass_text pass;
  uint8_t *loaded = calloc((size_t)p->n_nodes, 1);
  if (!loaded) abort();
  begin_pass(w, &pass, loop->space, loop->stage);
  fprintf(pass.whole, "  /* stage %d, loop over", loop->stage);
  for (int d = 0; d < p->g->n_dims; d++)
    if (loop->space & ir_bit(d)) fprintf(pass.whole, " %s", p->g->dims[d].name);
  fprintf(pass.whole, " */\n");
  for (ir_id id = 0; id < p->n_nodes; id++) {
    if (!in_loop(w, id)) continue;
    if (info(w, id)->kind == EMIT_REDUCE) fprintf(pass.whole, "  erg_v s%d;\n", id);
  }
  fprintf(pass.whole, "  {\n");
  fprintf(w->out, "    const int n = i%d;\n", text_slot(w, EMIT_SIZE, 0, loop->space));
  bool tiled = false;
  for (ir_id id = 0; id < p->n_nodes; id++) {
    if (!in_loop(w, id)) continue;
    if (info(w, id)->kind == EMIT_REDUCE && at(w, id)->op == IR_SUMLOG)
      text_sumlog_begin(w, id);
    else if (info(w, id)->kind == EMIT_REDUCE)
      fprintf(w->out, "    erg_v a%d = %s;\n", id, fold_neutral((ir_op)at(w, id)->op));
    else if (info(w, id)->kind == EMIT_TRANSPOSED)
      text_transposed_begin(w, id);
    tiled = tiled || (info(w, id)->kind == EMIT_TRANSPOSED && info(w, id)->lanes >= 0);
  }
  if (tiled)
    fprintf(w->out,
            "    for (int t = 0; t < n; t += %d * ERG_W) {\n"
            "    const int end = n - t < %d * ERG_W ? n : t + %d * ERG_W;\n",
            EMIT_TILE, EMIT_TILE, EMIT_TILE);
  for (ir_id id = 0; id < p->n_nodes; id++)
    if (in_loop(w, id) && info(w, id)->kind == EMIT_MATVEC && info(w, id)->lanes >= 0)
      text_matvec_tile(w, id);
  if (tiled)
    fprintf(w->out,
            "    for (int b = t; b < end; b += ERG_W) {\n      const int left = n - b;\n");
  else
    fprintf(w->out,
            "    for (int b = 0; b < n; b += ERG_W) {\n      const int left = n - b;\n");
  for (ir_id id = 0; id < p->n_nodes; id++) {
    const emit_info *i = info(w, id);
    /* an input that segment sums read is copied behind a block of zeros */
    if (i->kind == EMIT_ARRAY_INPUT && i->scratch >= 0 && at(w, id)->dims == w->space &&
        w->stage == 0) {
      char where[64];
      int scratch = i->scratch;
      info(w, id)->scratch = -1;
      text_pointer(w, id, where, sizeof where);
      info(w, id)->scratch = scratch;
      fprintf(w->out, "      erg_store(S + i%d + b, erg_load_n(%s + b, left));\n",
              text_slot(w, EMIT_SCRATCH_AT, scratch, 0), where);
    }
    if (!in_loop(w, id) || i->fused) continue;
    const ir_node *n = at(w, id);
    char text[512], where[64];
    switch (i->kind) {
      case EMIT_ELEMENT:
        for (int k = 0; k < n->n_args; k++) {
          need(w, n->args[k], loaded);
          if (!info(w, n->args[k])->fused) continue;
          const ir_node *product = at(w, n->args[k]);
          for (int j = 0; j < product->n_args; j++) need(w, product->args[j], loaded);
        }
        text_expression(w, id, text, sizeof text);
        fprintf(w->out, "      erg_v v%d = %s;\n", id, text);
        break;
      case EMIT_GATHER:
        text_pointer(w, n->args[0], where, sizeof where);
        fprintf(w->out, "      erg_v v%d = erg_gather(%s, I + i%d + b);\n", id, where,
                text_slot(w, EMIT_MAP_AT,
                          emit_map_of(p, EMIT_MAP, id, at(w, n->args[0])->dims, n->dims), 0));
        break;
      case EMIT_SEGMENT:
        write_segment(w, id);
        break;
      case EMIT_MATVEC:
        text_matvec(w, id);
        break;
      case EMIT_REDUCE:
        need(w, n->args[0], loaded);
        if (info(w, n->args[0])->fused)
          for (int j = 0; j < at(w, n->args[0])->n_args; j++)
            need(w, at(w, n->args[0])->args[j], loaded);
        break;
      case EMIT_TRANSPOSED:
        need(w, i->vector, loaded);
        break;
      default:
        break;
    }
  }
  write_scratch(w);
  write_moments(w);
  write_ends(w);
  write_accumulations(w);
  fprintf(w->out, "    }\n");
  for (ir_id id = 0; id < p->n_nodes; id++)
    if (tiled && in_loop(w, id) && info(w, id)->kind == EMIT_TRANSPOSED)
      text_transposed_tile(w, id);
  if (tiled) fprintf(w->out, "    }\n");
  for (ir_id id = 0; id < p->n_nodes; id++) {
    if (!in_loop(w, id)) continue;
    const emit_info *i = info(w, id);
    if (i->kind == EMIT_REDUCE && at(w, id)->op == IR_SUMLOG) {
      text_sumlog_end(w, id);
    } else if (i->kind == EMIT_REDUCE && i->lanes >= 0) {
      write_fold_of_lanes(w, id);
    } else if (i->kind == EMIT_REDUCE) {
      fprintf(w->out, "    s%d = erg_sum_lanes(ERG_PASS a%d);\n", id, id);
    } else if (i->kind == EMIT_TRANSPOSED) {
      text_transposed_end(w, id);
    }
  }
  end_pass(w, &pass);
  fprintf(w->out, "  }\n");
  free(loaded);
}

/* ---- between loops -------------------------------------------------------------------- */

static void write_scalars(writer *w, int stage) {
  pass_text pass;
  begin_pass(w, &pass, 0, stage);
  bool packed = false;
  for (ir_id id = 0; id < w->p->n_nodes; id++) {
    const emit_info *i = info(w, id);
    if (i->kind == EMIT_DEAD || i->stage != stage || i->fused) continue;
    const ir_node *n = at(w, id);
    char text[512], where[64];
    if (i->kind == EMIT_DATA_SCALAR) {
      int real = emit_real_of(w->p, id, 0, 0);
      fprintf(w->out, "  const erg_v s%d = erg_splat(D[i%d]);\n", id,
              text_slot(w, EMIT_REAL_AT, real, 0));
    } else if (i->kind == EMIT_SCALAR_INPUT) {
      if (n->op == IR_INPUT)
        fprintf(w->out, "  const erg_v s%d = erg_splat(q[i%d]);\n", id,
                text_slot(w, EMIT_Q_AT, n->index, 0));
      else
        fprintf(w->out,
                n->dims ? "  const erg_v s%d = erg_load(C + i%d);\n"
                        : "  const erg_v s%d = erg_splat(C[i%d]);\n",
                id, text_centre_slot(w, id));
    } else if (i->kind == EMIT_SCALAR) {
      text_expression(w, id, text, sizeof text);
      fprintf(w->out, "  const erg_v s%d = %s;\n", id, text);
    } else if (i->kind == EMIT_READ) {
      text_pointer(w, n->args[0], where, sizeof where);
      fprintf(w->out, "  const erg_v s%d = erg_splat(%s[i%d]);\n", id, where,
              text_slot(w, EMIT_POSITION_AT, id, 0));
    } else if (i->kind == EMIT_PACK) {
      fprintf(w->out, "  ERG_ONE_LANE {\n");
      for (int k = 0; k < n->n_parts; k++) {
        text_operand(w, w->p->g->parts[n->parts + k], text, sizeof text);
        fprintf(w->out, "    S[i%d + %d] = erg_first(%s);\n",
                text_slot(w, EMIT_SCRATCH_AT, i->scratch, 0), k, text);
      }
      fprintf(w->out, "  }\n");
      packed = true;
    }
  }
  if (packed) fprintf(w->out, "  erg_barrier();\n");
  end_pass(w, &pass);
}

/* Outputs that no loop stored: scalars, numbers, data, broadcasts, accumulators. */
static void write_outputs(writer *w) {
  pass_text pass;
  begin_pass(w, &pass, 0, w->p->n_stages);
  char where[96], text[96], source[64];
  for (int param = 0; param < w->p->g->n_params; param++)
    for (int which = 0; which < 4; which++) {
      ir_id id = output(w, param, which);
      ir_dims shape = output_dims(w, param);
      if (which && w->p->program->base[param] == IR_NONE) continue;
      if (id >= 0 && emit_is_loop_kind(info(w, id)->kind) && at(w, id)->dims == shape) continue;
      destination(w, param, which, where, sizeof where);
      if (which) fprintf(w->out, "  if (moments)\n");
      w->space = shape;
      if (id < 0) {
        snprintf(text, sizeof text, "erg_splat(1.0)");
      } else if (at(w, id)->dims == 0) {
        text_operand(w, id, text, sizeof text);
      } else if (info(w, id)->kind == EMIT_DATA_ARRAY) {
        snprintf(text, sizeof text, "erg_load(D + i%d + b)",
                 text_slot(w, EMIT_REAL_AT, emit_real_of(w->p, id, shape, 0), 0));
      } else {
        text_pointer(w, id, source, sizeof source);
        if (at(w, id)->dims == shape)
          snprintf(text, sizeof text, "erg_load_n(%s + b, n - b)", source);
        else
          snprintf(text, sizeof text, "erg_gather(%s, I + i%d + b)", source,
                   text_slot(w, EMIT_MAP_AT,
                             emit_map_of(w->p, EMIT_MAP, IR_NONE, at(w, id)->dims, shape), 0));
      }
      if (shape == 0)
        fprintf(w->out, "  ERG_ONE_LANE { *(%s) = erg_first(%s); }\n", where, text);
      else
        fprintf(w->out,
                "  {\n    const int n = i%d;\n    for (int b = 0; b < n; b += ERG_W) "
                "erg_store_n(%s + b, n - b, %s);\n  }\n",
                text_slot(w, EMIT_SIZE, 0, shape), where, text);
    }
  w->space = 0;
  end_pass(w, &pass);
}

/* Blocks of zeros that segment sums read for absent summands. */
static void write_zeros(writer *w) {
  pass_text pass;
  begin_pass(w, &pass, 0, 0);
  for (ir_id id = 0; id < w->p->n_nodes; id++) {
    if (info(w, id)->kind != EMIT_SEGMENT) continue;
    ir_id source = at(w, id)->args[0];
    fprintf(w->out,
            "  erg_store(S + i%d + (i%d + ERG_W - 1) / ERG_W * ERG_W, erg_splat(0.0));\n",
            text_slot(w, EMIT_SCRATCH_AT, info(w, source)->scratch, 0),
            text_slot(w, EMIT_SIZE, 0, at(w, source)->dims));
  }
  end_pass(w, &pass);
}

void emit_write_model(emit_plan *p) {
  char lp[96], reported[96];
  size_t length = 0;
  writer w = {.p = p, .out = open_memstream(&p->text, &length)};
  if (!w.out) abort();
  fprintf(
      w.out,
      "ERG_FN_PART void erg_model(ERG_GROUP ERG_GLOBAL const double *D, ERG_GLOBAL const int "
      "*I,\n"
      "                      ERG_GLOBAL const double *C, ERG_GLOBAL double *S,\n"
      "                      ERG_GLOBAL const double *q, ERG_GLOBAL double *g, double *lp,\n"
      "                      ERG_GLOBAL double *moments) {\n"
      "  (void)C;\n  (void)S;\n  (void)D;\n  (void)I;\n  (void)moments;\n"
      "  erg_barrier();\n");
  write_zeros(&w);
  for (int stage = 0; stage < p->n_stages; stage++) {
    write_scalars(&w, stage);
    for (int i = 0; i < p->n_loops; i++)
      if (p->loops[i].stage == stage) write_loop(&w, &p->loops[i]);
    bool stored = false;
    for (ir_id id = 0; id < p->n_nodes; id++)
      stored = stored || (p->info[id].kind != EMIT_DEAD && p->info[id].scratch >= 0 &&
                          p->info[id].stage == stage);
    if (stored) fprintf(w.out, "  erg_barrier();\n");
  }
  write_outputs(&w);
  w.space = 0;
  text_operand(&w, p->program->lp, lp, sizeof lp);
  text_operand(&w, p->program->lp_reported, reported, sizeof reported);
  fprintf(w.out,
          "  lp[0] = erg_first(%s);\n  lp[1] = erg_first(%s);\n"
          "  erg_barrier();\n}\n",
          lp, reported);
  if (fclose(w.out) != 0) abort();
}

char *emit_model_text(const emit_plan *p) {
  char *copy = strdup(p->text);
  if (!copy) abort();
  return copy;
}

static char *joined(const char *const *pieces, int n) {
  size_t length = 1;
  for (int i = 0; i < n; i++) length += strlen(pieces[i]);
  char *text = malloc(length);
  if (!text) abort();
  text[0] = 0;
  char *end = text;
  for (int i = 0; i < n; i++) end = stpcpy(end, pieces[i]);
  return text;
}

static char *whole_source(const emit_plan *p, const char *prologue, const char *linkage) {
  char *functions = erg_device_functions(p->functions);
  if (!functions) abort();
  const char *const pieces[] = {
      erg_device_text(prologue), functions, p->text, linkage,
      "__attribute__((visibility(\"default\")))\n"
      "void erg_model_entry(const double *D, const int *I, const double *C, double *S,\n"
      "                     const double *q, double *g, double *lp, double *moments);\n"
      "void erg_model_entry(const double *D, const int *I, const double *C, double *S,\n"
      "                     const double *q, double *g, double *lp, double *moments) {\n"
      "  erg_model(D, I, C, S, q, g, lp, moments);\n"
      "}\n"};
  char *text = joined(pieces, sizeof pieces / sizeof *pieces);
  free(functions);
  return text;
}

char *emit_c_source(const emit_plan *p) { return whole_source(p, "prologue_vector.h", ""); }

char *emit_cxx_source(const emit_plan *p) {
  return whole_source(p, "prologue_pair.h", "extern \"C\" ");
}
