/* Expressions as trees, and the parser's interface. Internal to core/lang. */
#ifndef ERGODE_LANG_AST_H
#define ERGODE_LANG_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/source.h"
#include "read/toml.h"

/* Memory that lives as long as its model. */
typedef struct lang_arena {
  struct lang_block *blocks;
  size_t used, size;
} lang_arena;
void *lang_alloc(lang_arena *a, size_t bytes); /* zeroed */
char *lang_copy(lang_arena *a, const char *text, size_t length);
void lang_arena_free(lang_arena *a);
__attribute__((format(printf, 2, 3))) char *lang_print(lang_arena *a, const char *format, ...);

typedef enum {
  AST_NUMBER, AST_NAME, AST_CALL, AST_INDEX, AST_NEG, AST_NOT, AST_BINARY, AST_VECTOR,
  AST_LOOP /* sum(k in lag: body): args[0] the body, binders the indices */
} ast_kind;

typedef struct {
  const char *index, *dim;
  erg_place index_place, dim_place;
} ast_binder;

typedef enum {
  OP_OR, OP_AND, OP_LT, OP_LE, OP_GT, OP_GE, OP_EQ, OP_NE, OP_ADD, OP_SUB, OP_MUL, OP_DIV,
  OP_CONTRACT, OP_POW
} ast_op;

typedef struct ast ast;
struct ast {
  ast_kind kind;
  ast_op op;         /* BINARY */
  bool integer;      /* NUMBER: written without point or exponent */
  int depth;         /* of the tree below */
  double number;
  const char *name;  /* NAME, CALL, LOOP */
  const ast **args;  /* INDEX: args[0] is indexed by the others */
  int n_args;
  ast_binder *binders;
  int n_binders;
  erg_place place;   /* of the name or the operator */
  erg_place whole;   /* from the first to the last byte, if on one line */
};

/* The text that is parsed: a TOML string, or a quoted key. */
typedef struct {
  const char *text;
  const erg_toml *value; /* a string value, or */
  erg_place key;         /* a key's first character */
} lang_text;

/* "real[county] ~ normal(mu, sigma)" */
typedef struct {
  const char *name;     /* support: real, positive, interval, or a dimension */
  erg_place place;
  const ast **bounds;
  int n_bounds;
  const ast **dims;     /* names, or numbers for anonymous dimensions */
  int n_dims;
  bool has_prior;
  const ast *prior;
  const char *text;     /* "positive", "interval(0, 1)" */
} ast_type;

/* Left sides: "K[i, j]", "X[i in diamond, k]", "y[t > K]", "deaths[t, m if test]". */
typedef struct {
  const char *index;    /* NULL for a fixed position */
  const char *dim;      /* range, where said */
  const ast *fixed;     /* NUMBER */
  erg_place place;
} ast_index;

typedef struct {
  const char *name;
  erg_place place;
  ast_index *indices;
  int n_indices;
  const ast *test;      /* conditions, joined by `and`; NULL where none */
} ast_left;

/* All return NULL or false after one error. */
const ast *lang_parse_expression(lang_arena *a, lang_text text, erg_problems *p);
bool lang_parse_type(lang_arena *a, lang_text text, ast_type *type, erg_problems *p);
bool lang_parse_left(lang_arena *a, lang_text text, ast_left *left, erg_problems *p);
/* "~ prior" or "prior". */
const ast *lang_parse_prior(lang_arena *a, lang_text text, erg_problems *p);
/* A number as an expression, for values written without quotes. */
const ast *lang_number(lang_arena *a, double value, bool integer, erg_place place);

const char *ast_op_text(ast_op op);
bool lang_is_name(const char *text);
/* Words that can't be names of entries. */
bool lang_is_reserved(const char *text);

/* The lexer. */
typedef enum {
  TOK_END, TOK_NUMBER, TOK_NAME, TOK_LPAREN, TOK_RPAREN, TOK_LBRACKET, TOK_RBRACKET,
  TOK_COMMA, TOK_COLON, TOK_TILDE, TOK_OP, TOK_RANGE, TOK_BAD
} token_kind;

typedef struct {
  token_kind kind;
  ast_op op;
  bool integer;
  double number;
  size_t start, length;
  const char *trouble; /* BAD: what is wrong; `next` what to do */
  const char *next;
} token;

/* The token at *at, moving it on. */
token lang_token(const char *text, size_t *at);

#endif
