/* Listings of a graph for people. */
#include "ir/ir.h"

static void print_dims(const ir_graph *g, ir_dims dims, FILE *out) {
  const char *separator = "";
  fputc('[', out);
  for (int d = 0; d < g->n_dims; d++)
    if (dims & ir_bit(d)) {
      fprintf(out, "%s%s", separator, g->dims[d].name);
      separator = ", ";
    }
  fputc(']', out);
}

void ir_print_node(const ir_graph *g, ir_id id, FILE *out) {
  const ir_node *n = ir_at(g, id);
  fprintf(out, "  %%%-4d %s", id, ir_op_text(n->op));
  switch (n->op) {
    case IR_CONST:
      fprintf(out, " %.17g", n->value);
      break;
    case IR_DATA:
      fprintf(out, " %s", g->data[n->index].name ? g->data[n->index].name : "(folded)");
      break;
    case IR_INPUT:
      fprintf(out, " %s", g->params[n->index].name);
      break;
    case IR_CENTRE_L:
    case IR_CENTRE_H:
    case IR_CENTRE_K:
    case IR_CENTRE_NUMBER:
    case IR_CENTRE_LEVEL:
    case IR_CENTRE_COUNT:
      fprintf(out, " family %d", n->index);
      break;
    default:
      break;
  }
  for (int i = 0; i < n->n_args; i++) fprintf(out, " %%%d", n->args[i]);
  for (int i = 0; i < n->n_parts; i++) fprintf(out, " %%%d", g->parts[n->parts + i]);
  if (n->dim >= 0) fprintf(out, " %s", g->dims[n->dim].name);
  if (n->dim2 >= 0) fprintf(out, " as %s", g->dims[n->dim2].name);
  if (n->over) {
    fputs(" over ", out);
    print_dims(g, n->over, out);
  }
  fputs("  : ", out);
  print_dims(g, n->dims, out);
  if (n->data_only) fputs(" data", out);
  fputc('\n', out);
}

void ir_print(const ir_graph *g, FILE *out) {
  static const char *const kinds[] = {"prior", "likelihood", "jacobian", "centring"};
  fprintf(out, "graph: %lld unconstrained coordinates, %d nodes\n", (long long)g->dim,
          g->n_nodes);
  for (int d = 0; d < g->n_dims; d++)
    fprintf(out, "  dim %s = %lld\n", g->dims[d].name, (long long)g->dims[d].size);
  for (int i = 0; i < g->n_params; i++)
    fprintf(out, "  param %s: coordinates %lld..%lld, input %%%d, natural %%%d\n",
            g->params[i].name, (long long)g->params[i].offset,
            (long long)(g->params[i].offset + g->params[i].n - 1), g->params[i].input,
            g->params[i].natural);
  for (int i = 0; i < g->n_nodes; i++) ir_print_node(g, i, out);
  for (int i = 0; i < g->n_terms; i++)
    fprintf(out, "  term %s (%s) = sum of %%%d\n", g->terms[i].name, kinds[g->terms[i].kind],
            g->terms[i].node);
}
