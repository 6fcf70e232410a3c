/* Expressions of a model's text: private to core/emit. */
#ifndef ERGODE_EMIT_EXPRESSION_H
#define ERGODE_EMIT_EXPRESSION_H

#include "emit/plan.h"

typedef struct {
  emit_plan *p;
  FILE *out;
  ir_dims space; /* loop being written; 0 between loops */
  int stage;
} writer;

static inline const ir_node *at(const writer *w, ir_id id) { return ir_at(w->p->g, id); }
static inline emit_info *info(const writer *w, ir_id id) { return &w->p->info[id]; }

/* Number of the head entry of I with this value. */
int text_slot(writer *w, int kind, int number, ir_dims dims);
/* Number of the head entry of I with the place in C of a leaf of the centring. */
int text_centre_slot(writer *w, ir_id id);
/* Pointer expression to where an array's memory begins. */
void text_pointer(writer *w, ir_id id, char *buffer, size_t n);
/* A value by its name: s<id> for scalars, v<id> in the loop being written, or a number. */
void text_operand(writer *w, ir_id id, char *buffer, size_t n);
/* Both factors of a product that is written inside an fma. */
void text_factors(writer *w, ir_id id, char *x, char *y, size_t n);
/* Right-hand side of an elementwise node. */
void text_expression(writer *w, ir_id id, char *buffer, size_t n);
/* Sum of logarithms of x<id> into s<id>: before the loop, in each block, after it. */
void text_sumlog_begin(writer *w, ir_id id);
void text_sumlog_step(writer *w, ir_id id);
void text_sumlog_end(writer *w, ir_id id);
/* Matrix times vector into v<id>, in a block of rows; in a loop by tiles, a tile's blocks
 * before them (rows t to end). */
void text_matvec(writer *w, ir_id id);
void text_matvec_tile(writer *w, ir_id id);
/* Transposed matrix times vector into scratch: before the loop; in each block, which keeps the
 * vector's values for the tile in a loop by tiles; after each tile (rows t to end); after the
 * loop. */
void text_transposed_begin(writer *w, ir_id id);
void text_transposed_block(writer *w, ir_id id);
void text_transposed_tile(writer *w, ir_id id);
void text_transposed_end(writer *w, ir_id id);

#endif
