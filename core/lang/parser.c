#include <stdio.h>
#include <string.h>

#include "lang/ast.h"

/* Nesting of an expression: bounds the recursion of every later step, too. */
#define MAX_DEPTH 400

typedef struct {
  lang_arena *arena;
  lang_text text;
  erg_problems *problems;
  token next;      /* the token looked at */
  size_t at;       /* behind it */
  size_t last_end; /* end of the token before */
  int nesting;
} parser;

static erg_place place_of(const parser *p, size_t start, size_t length) {
  if (p->text.value) return erg_toml_string_place(p->text.value, start, length);
  return erg_place_within(p->text.key, start, length ? length : 1);
}

static erg_place here(const parser *p) { return place_of(p, p->next.start, p->next.length); }

static void advance(parser *p) {
  p->last_end = p->next.start + p->next.length;
  p->next = lang_token(p->text.text, &p->at);
}

static parser start(lang_arena *a, lang_text text, erg_problems *problems) {
  parser p = {.arena = a, .text = text, .problems = problems};
  p.next = lang_token(text.text, &p.at);
  return p;
}

static void describe(const parser *p, char *text, size_t size) {
  if (p->next.kind == TOK_END)
    snprintf(text, size, "the end");
  else
    snprintf(text, size, "'%.*s'", (int)(p->next.length < 40 ? p->next.length : 40),
             p->text.text + p->next.start);
}

/* Where the rule that failed has none of its own. */
static const char *advice(const parser *p, const char *what) {
  switch (p->next.kind) {
    case TOK_END:
      return strstr(what, "')'") ? "close the bracket"
             : strstr(what, "']'")
                 ? "close it with ]"
                 : "the text ends too early: write the rest, or take the last sign out";
    case TOK_RPAREN:
    case TOK_RBRACKET:
      return strstr(what, "end") ? "take it out, or open a bracket before it"
                                 : "something is missing before it";
    case TOK_NAME:
    case TOK_NUMBER:
    case TOK_LPAREN:
      return "write '*' between factors, ',' between arguments";
    default:
      return NULL;
  }
}

static const ast *expected(parser *p, const char *what, const char *next) {
  char found[64];
  describe(p, found, sizeof found);
  if (!next) next = advice(p, what);
  if (p->next.kind == TOK_BAD)
    erg_error(p->problems, here(p), p->next.next, "%s %s", found, p->next.trouble);
  else
    erg_error(p->problems, here(p), next, "expected %s, found %s", what, found);
  return NULL;
}

static bool is_op(const parser *p, ast_op op) {
  return p->next.kind == TOK_OP && p->next.op == op;
}

static bool is_word(const parser *p, const char *word) {
  return p->next.kind == TOK_NAME && p->next.length == strlen(word) &&
         !memcmp(p->text.text + p->next.start, word, p->next.length);
}

static bool take(parser *p, token_kind kind) {
  if (p->next.kind != kind) return false;
  advance(p);
  return true;
}

static const char *take_name(parser *p) {
  const char *name = lang_copy(p->arena, p->text.text + p->next.start, p->next.length);
  advance(p);
  return name;
}

static ast *node(parser *p, ast_kind kind, erg_place place) {
  ast *n = lang_alloc(p->arena, sizeof *n);
  n->kind = kind;
  n->place = n->whole = place;
  n->depth = 1;
  return n;
}

/* Closes a node whose text began at `begin`. */
static const ast *finish(parser *p, ast *n, size_t begin) {
  for (int i = 0; i < n->n_args; i++)
    if (n->args[i]->depth >= n->depth) n->depth = n->args[i]->depth + 1;
  n->whole = place_of(p, begin, p->last_end - begin);
  if (n->depth <= MAX_DEPTH) return n;
  erg_error(p->problems, n->place, "give parts of it names in [define]",
            "the expression is nested more than %d deep", MAX_DEPTH);
  return NULL;
}

static const ast *expression(parser *p);

/* A growing list in the arena. */
typedef struct {
  const ast **items;
  int n, room;
} list;

static void add(parser *p, list *l, const ast *item) {
  if (l->n == l->room) {
    int room = l->room ? 2 * l->room : 4;
    const ast **items = lang_alloc(p->arena, (size_t)room * sizeof *items);
    if (l->n) memcpy(items, l->items, (size_t)l->n * sizeof *items);
    l->items = items;
    l->room = room;
  }
  l->items[l->n++] = item;
}

/* Expressions with commas up to `close`, which is taken; at least one. */
static bool sequence(parser *p, list *l, token_kind close, const char *closing) {
  for (;;) {
    const ast *a = expression(p);
    if (!a) return false;
    add(p, l, a);
    if (take(p, close)) return true;
    if (!take(p, TOK_COMMA)) {
      char what[48];
      snprintf(what, sizeof what, "an operator, ',' or '%s'", closing);
      expected(p, what, NULL);
      return false;
    }
  }
}

/* Whether "NAME in" stands next: a loop. */
static bool at_binder(const parser *p) {
  if (p->next.kind != TOK_NAME) return false;
  size_t at = p->at;
  token t = lang_token(p->text.text, &at);
  return t.kind == TOK_NAME && t.length == 2 && !memcmp(p->text.text + t.start, "in", 2);
}

static bool binder(parser *p, ast_binder *b) {
  b->index_place = here(p);
  b->index = take_name(p);
  if (lang_is_reserved(b->index))
    return erg_error(p->problems, b->index_place, "choose another name for the index",
                     "'%s' has a meaning of its own", b->index);
  advance(p); /* in */
  b->dim_place = here(p);
  if (p->next.kind != TOK_NAME)
    return expected(p, "the name of a dimension", "write sum(k in lag: ...)") != NULL;
  b->dim = take_name(p);
  return true;
}

static const ast *call(parser *p, const char *name, erg_place place, size_t begin) {
  advance(p); /* ( */
  if (at_binder(p)) {
    ast *n = node(p, AST_LOOP, place);
    n->name = name;
    ast_binder found[8];
    do {
      if (n->n_binders == 8) return expected(p, "at most 8 indices in a loop", NULL);
      if (!at_binder(p)) return expected(p, "an index such as 'k in lag'", NULL);
      if (!binder(p, &found[n->n_binders])) return NULL;
      n->n_binders++;
    } while (take(p, TOK_COMMA));
    n->binders = lang_alloc(p->arena, (size_t)n->n_binders * sizeof *found);
    memcpy(n->binders, found, (size_t)n->n_binders * sizeof *found);
    if (!take(p, TOK_COLON))
      return expected(p, "':' after the index", "write sum(k in lag: ...)");
    list l = {0};
    const ast *body = expression(p);
    if (!body) return NULL;
    add(p, &l, body);
    n->args = l.items;
    n->n_args = 1;
    if (!take(p, TOK_RPAREN)) return expected(p, "an operator or ')'", NULL);
    return finish(p, n, begin);
  }
  ast *n = node(p, AST_CALL, place);
  n->name = name;
  list l = {0};
  if (!take(p, TOK_RPAREN) && !sequence(p, &l, TOK_RPAREN, ")")) return NULL;
  n->args = l.items;
  n->n_args = l.n;
  return finish(p, n, begin);
}

static const ast *primary(parser *p) {
  size_t begin = p->next.start;
  erg_place place = here(p);
  switch (p->next.kind) {
    case TOK_NUMBER: {
      ast *n = node(p, AST_NUMBER, place);
      n->number = p->next.number;
      n->integer = p->next.integer;
      advance(p);
      return n;
    }
    case TOK_NAME: {
      if (is_word(p, "in")) return expected(p, "a name or a number", NULL);
      const char *name = take_name(p);
      if (p->next.kind == TOK_LPAREN) return call(p, name, place, begin);
      ast *n = node(p, AST_NAME, place);
      n->name = name;
      return n;
    }
    case TOK_LPAREN: {
      advance(p);
      const ast *inner = expression(p);
      if (!inner) return NULL;
      if (!take(p, TOK_RPAREN)) return expected(p, "an operator or ')'", NULL);
      return inner;
    }
    case TOK_LBRACKET: {
      advance(p);
      ast *n = node(p, AST_VECTOR, place);
      list l = {0};
      if (!sequence(p, &l, TOK_RBRACKET, "]")) return NULL;
      n->args = l.items;
      n->n_args = l.n;
      return finish(p, n, begin);
    }
    default:
      return expected(p, "a name, a number or '('", NULL);
  }
}

static const ast *postfix(parser *p) {
  size_t begin = p->next.start;
  const ast *a = primary(p);
  while (a && p->next.kind == TOK_LBRACKET) {
    ast *n = node(p, AST_INDEX, here(p));
    advance(p);
    list l = {0};
    add(p, &l, a);
    if (!sequence(p, &l, TOK_RBRACKET, "]")) return NULL;
    n->args = l.items;
    n->n_args = l.n;
    a = finish(p, n, begin);
  }
  return a;
}

static const ast *binary(parser *p, ast_op op, erg_place place, const ast *left,
                         const ast *right, size_t begin) {
  if (!left || !right) return NULL;
  ast *n = node(p, AST_BINARY, place);
  list l = {0};
  add(p, &l, left);
  add(p, &l, right);
  n->op = op;
  n->args = l.items;
  n->n_args = 2;
  return finish(p, n, begin);
}

static const ast *negative(parser *p, erg_place place, const ast *a, size_t begin) {
  if (!a) return NULL;
  if (a->kind == AST_NUMBER) {
    ast *n = node(p, AST_NUMBER, place);
    n->number = -a->number;
    n->integer = a->integer;
    return finish(p, n, begin);
  }
  ast *n = node(p, AST_NEG, place);
  list l = {0};
  add(p, &l, a);
  n->args = l.items;
  n->n_args = 1;
  return finish(p, n, begin);
}

/* Signs before the operand that `operand` reads. */
static const ast *with_sign(parser *p, const ast *(*operand)(parser *)) {
  size_t begin = p->next.start;
  erg_place place = here(p);
  if (is_op(p, OP_SUB) || is_op(p, OP_ADD)) {
    bool minus = is_op(p, OP_SUB);
    if (++p->nesting > MAX_DEPTH) return expected(p, "fewer signs in a row", NULL);
    advance(p);
    const ast *a = with_sign(p, operand);
    p->nesting--;
    return minus ? negative(p, place, a, begin) : a;
  }
  return operand(p);
}

/* a^b^c is a^(b^c); the exponent may have a sign. */
static const ast *power(parser *p) {
  size_t begin = p->next.start;
  const ast *a = postfix(p);
  if (!a || !is_op(p, OP_POW)) return a;
  erg_place place = here(p);
  if (++p->nesting > MAX_DEPTH) return expected(p, "fewer powers in a row", NULL);
  advance(p);
  const ast *exponent = with_sign(p, power);
  p->nesting--;
  return binary(p, OP_POW, place, a, exponent, begin);
}

static const ast *signed_power(parser *p) { return with_sign(p, power); }

static const ast *contraction(parser *p) {
  size_t begin = p->next.start;
  const ast *a = power(p);
  while (a && is_op(p, OP_CONTRACT)) {
    erg_place place = here(p);
    advance(p);
    a = binary(p, OP_CONTRACT, place, a, signed_power(p), begin);
  }
  return a;
}

static const ast *factor(parser *p) { return with_sign(p, contraction); }

static const ast *product(parser *p) {
  size_t begin = p->next.start;
  const ast *a = factor(p);
  while (a && (is_op(p, OP_MUL) || is_op(p, OP_DIV))) {
    ast_op op = p->next.op;
    erg_place place = here(p);
    advance(p);
    a = binary(p, op, place, a, factor(p), begin);
  }
  return a;
}

static const ast *sum(parser *p) {
  size_t begin = p->next.start;
  const ast *a = product(p);
  while (a && (is_op(p, OP_ADD) || is_op(p, OP_SUB))) {
    ast_op op = p->next.op;
    erg_place place = here(p);
    advance(p);
    a = binary(p, op, place, a, product(p), begin);
  }
  return a;
}

static bool at_comparison(const parser *p) {
  return p->next.kind == TOK_OP && p->next.op >= OP_LT && p->next.op <= OP_NE;
}

static const ast *comparison(parser *p) {
  size_t begin = p->next.start;
  const ast *a = sum(p);
  if (!a || !at_comparison(p)) return a;
  ast_op op = p->next.op;
  erg_place place = here(p);
  advance(p);
  a = binary(p, op, place, a, sum(p), begin);
  if (a && at_comparison(p))
    return expected(p, "one comparison", "write a < b and b < c for a < b < c");
  return a;
}

static const ast *negation(parser *p) {
  size_t begin = p->next.start;
  if (!is_word(p, "not")) return comparison(p);
  erg_place place = here(p);
  if (++p->nesting > MAX_DEPTH) return expected(p, "fewer 'not' in a row", NULL);
  advance(p);
  const ast *a = negation(p);
  p->nesting--;
  if (!a) return NULL;
  ast *n = node(p, AST_NOT, place);
  list l = {0};
  add(p, &l, a);
  n->args = l.items;
  n->n_args = 1;
  return finish(p, n, begin);
}

static const ast *conjunction(parser *p) {
  size_t begin = p->next.start;
  const ast *a = negation(p);
  while (a && is_op(p, OP_AND)) {
    erg_place place = here(p);
    advance(p);
    a = binary(p, OP_AND, place, a, negation(p), begin);
  }
  return a;
}

static const ast *disjunction(parser *p) {
  size_t begin = p->next.start;
  const ast *a = conjunction(p);
  while (a && is_op(p, OP_OR)) {
    erg_place place = here(p);
    advance(p);
    a = binary(p, OP_OR, place, a, conjunction(p), begin);
  }
  return a;
}

static const ast *expression(parser *p) {
  if (++p->nesting > MAX_DEPTH) {
    erg_error(p->problems, here(p), "give parts of it names in [define]",
              "the expression is nested more than %d deep", MAX_DEPTH);
    return NULL;
  }
  const ast *a = disjunction(p);
  p->nesting--;
  return a;
}

static bool at_end(parser *p) {
  if (p->next.kind == TOK_END) return true;
  const char *next = NULL;
  if (p->next.kind == TOK_NAME || p->next.kind == TOK_NUMBER || p->next.kind == TOK_LPAREN)
    next = "write '*' between factors";
  if (p->next.kind == TOK_TILDE) next = "priors stand in [params], outcomes in [observe]";
  expected(p, "an operator or the end", next);
  return false;
}

/* ---- entrances ------------------------------------------------------------ */

const ast *lang_number(lang_arena *a, double value, bool integer, erg_place place) {
  ast *n = lang_alloc(a, sizeof *n);
  *n = (ast){.kind = AST_NUMBER,
             .number = value,
             .integer = integer,
             .place = place,
             .whole = place,
             .depth = 1};
  return n;
}

const ast *lang_parse_expression(lang_arena *a, lang_text text, erg_problems *problems) {
  parser p = start(a, text, problems);
  if (p.next.kind == TOK_END) {
    erg_error(problems, here(&p), NULL, "the expression is empty");
    return NULL;
  }
  const ast *e = expression(&p);
  return e && at_end(&p) ? e : NULL;
}

const ast *lang_parse_prior(lang_arena *a, lang_text text, erg_problems *problems) {
  parser p = start(a, text, problems);
  take(&p, TOK_TILDE);
  const ast *e = expression(&p);
  return e && at_end(&p) ? e : NULL;
}

bool lang_parse_type(lang_arena *a, lang_text text, ast_type *type, erg_problems *problems) {
  parser p = start(a, text, problems);
  *type = (ast_type){.place = here(&p)};
  if (p.next.kind != TOK_NAME)
    return expected(&p, "a support such as real, positive or interval(0, 1)",
                    "write \"real\", \"real[county]\" or \"positive ~ normal(0, 1)\"") != NULL;
  size_t begin = p.next.start;
  type->name = take_name(&p);
  if (take(&p, TOK_LPAREN)) {
    list l = {0};
    if (!sequence(&p, &l, TOK_RPAREN, ")")) return false;
    type->bounds = l.items;
    type->n_bounds = l.n;
  }
  type->text = lang_copy(a, text.text + begin, p.last_end - begin);
  if (take(&p, TOK_LBRACKET)) {
    list l = {0};
    if (!sequence(&p, &l, TOK_RBRACKET, "]")) return false;
    type->dims = l.items;
    type->n_dims = l.n;
  }
  if (take(&p, TOK_TILDE)) {
    type->has_prior = true;
    type->prior = expression(&p);
    if (!type->prior) return false;
    return at_end(&p);
  }
  if (p.next.kind == TOK_OP)
    return expected(&p, "'[', '~' or the end",
                    "bounds are supports: write positive, unit, lower(a), upper(b) or "
                    "interval(a, b) in place of real") != NULL;
  if (p.next.kind != TOK_END)
    return expected(&p, "'[', '~' or the end", "write \"real[county] ~ normal(0, 1)\"") != NULL;
  return true;
}

/* The leftmost name of a condition: the index that it restricts. */
static const ast *leftmost(const ast *e) {
  while (e->n_args > 0 && (e->kind == AST_BINARY || e->kind == AST_NOT || e->kind == AST_NEG))
    e = e->args[0];
  return e->kind == AST_NAME ? e : NULL;
}

static bool add_test(parser *p, ast_left *left, const ast *test, size_t begin) {
  left->test = left->test ? binary(p, OP_AND, test->place, left->test, test, begin) : test;
  return left->test != NULL;
}

static bool left_index(parser *p, ast_left *left, ast_index *index) {
  size_t begin = p->next.start;
  index->place = here(p);
  if (at_binder(p)) {
    ast_binder b;
    if (!binder(p, &b)) return false;
    index->index = b.index;
    index->dim = b.dim;
    return true;
  }
  const ast *e = expression(p);
  if (!e) return false;
  index->place = e->whole;
  if (e->kind == AST_NUMBER && e->integer) {
    index->fixed = e;
    return true;
  }
  if (e->kind == AST_NAME) {
    index->index = e->name;
  } else {
    const ast *name = leftmost(e);
    bool test = e->kind == AST_NOT || (e->kind == AST_BINARY && (e->op <= OP_NE));
    if (!name || !test)
      return erg_error(p->problems, e->whole,
                       "write \"K[i, j]\", \"X[i in item, 1]\" or \"y[t > 5]\"",
                       "the left side needs an index, a number or a condition here");
    index->index = name->name;
    if (!add_test(p, left, e, begin)) return false;
  }
  if (lang_is_reserved(index->index))
    return erg_error(p->problems, index->place, "choose another name for the index",
                     "'%s' has a meaning of its own", index->index);
  return true;
}

bool lang_parse_left(lang_arena *a, lang_text text, ast_left *left, erg_problems *problems) {
  parser p = start(a, text, problems);
  *left = (ast_left){.place = here(&p)};
  if (p.next.kind != TOK_NAME)
    return expected(&p, "a name", "write y or \"y[i]\" on the left") != NULL;
  left->name = take_name(&p);
  if (lang_is_reserved(left->name))
    return erg_error(problems, left->place, "choose another name",
                     "'%s' has a meaning of its own", left->name);
  if (take(&p, TOK_LBRACKET)) {
    ast_index found[8];
    for (;;) {
      if (left->n_indices == 8) return expected(&p, "at most 8 indices", NULL) != NULL;
      found[left->n_indices] = (ast_index){0};
      if (!left_index(&p, left, &found[left->n_indices])) return false;
      left->n_indices++;
      if (is_word(&p, "if")) {
        advance(&p);
        size_t begin = p.next.start;
        const ast *test = expression(&p);
        if (!test || !add_test(&p, left, test, begin)) return false;
      }
      if (take(&p, TOK_RBRACKET)) break;
      if (!take(&p, TOK_COMMA)) return expected(&p, "',' or ']'", NULL) != NULL;
    }
    left->indices = lang_alloc(a, (size_t)left->n_indices * sizeof *found);
    memcpy(left->indices, found, (size_t)left->n_indices * sizeof *found);
  }
  if (p.next.kind == TOK_END) return true;
  return expected(&p, "'[' or the end of the name", "names consist of letters, digits and _") !=
         NULL;
}
