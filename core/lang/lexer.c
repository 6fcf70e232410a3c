#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/ast.h"

static bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool digit(char c) { return c >= '0' && c <= '9'; }

bool lang_is_name(const char *text) {
  if (!letter(text[0])) return false;
  for (const char *s = text; *s; s++)
    if (!letter(*s) && !digit(*s)) return false;
  return true;
}

bool lang_is_reserved(const char *text) {
  static const char *const words[] = {"in",   "and",  "or",    "not",  "if",    "pi", "inf",
                                      "time", "flat", "value", "true", "false", NULL};
  for (int i = 0; words[i]; i++)
    if (!strcmp(words[i], text)) return true;
  return false;
}

const char *ast_op_text(ast_op op) {
  static const char *const texts[] = {
      "or", "and", "<", "<=", ">", ">=", "==", "!=", "+", "-", "*", "/", "@", "^"};
  return texts[op];
}

/* strtod without a locale's decimal comma: digits are copied out and the host's locale
 * stays "C" (the program never calls setlocale). */
static token number(const char *text, size_t *at) {
  size_t s = *at;
  token t = {.kind = TOK_NUMBER, .start = s, .integer = true};
  while (digit(text[s])) s++;
  if (text[s] == '.' && text[s + 1] != '.') {
    t.integer = false;
    s++;
    while (digit(text[s])) s++;
  }
  if (text[s] == 'e' || text[s] == 'E') {
    size_t e = s + 1;
    if (text[e] == '+' || text[e] == '-') e++;
    if (digit(text[e])) {
      t.integer = false;
      while (digit(text[e])) e++;
      s = e;
    }
  }
  t.length = s - t.start;
  *at = s;
  char *end;
  t.number = strtod(text + t.start, &end);
  if (letter(text[s]) || (text[s] == '.' && text[s + 1] != '.')) {
    while (letter(text[s]) || digit(text[s]) || text[s] == '.') s++;
    *at = s;
    t = (token){.kind = TOK_BAD,
                .start = t.start,
                .length = s - t.start,
                .trouble = "is not a number",
                .next =
                    "write numbers as 12, 0.5 or 1e-3, names with a letter first and "
                    "products with '*'"};
  } else if (isinf(t.number)) {
    t = (token){.kind = TOK_BAD,
                .start = t.start,
                .length = t.length,
                .trouble = "is too large for a number",
                .next = "write inf for infinity"};
  }
  return t;
}

static token simple(token_kind kind, size_t *at, size_t length) {
  token t = {.kind = kind, .start = *at, .length = length};
  *at += length;
  return t;
}

static token operation(ast_op op, size_t *at, size_t length) {
  token t = simple(TOK_OP, at, length);
  t.op = op;
  return t;
}

static token bad(size_t *at, size_t length, const char *trouble, const char *next) {
  token t = simple(TOK_BAD, at, length);
  t.trouble = trouble;
  t.next = next;
  return t;
}

token lang_token(const char *text, size_t *at) {
  while (text[*at] == ' ' || text[*at] == '\t' || text[*at] == '\n' || text[*at] == '\r') ++*at;
  const char *s = text + *at;
  if (digit(s[0]) || (s[0] == '.' && digit(s[1]))) return number(text, at);
  if (letter(s[0])) {
    size_t n = 1;
    while (letter(s[n]) || digit(s[n])) n++;
    if (n == 3 && !memcmp(s, "and", 3)) return operation(OP_AND, at, n);
    if (n == 2 && !memcmp(s, "or", 2)) return operation(OP_OR, at, n);
    if (s[n] == '.' && letter(s[n + 1]))
      return bad(at, n + 1, "has a point in a name", "names consist of letters, digits and _");
    return simple(TOK_NAME, at, n);
  }
  switch (s[0]) {
    case 0:
      return simple(TOK_END, at, 0);
    case '(':
      return simple(TOK_LPAREN, at, 1);
    case ')':
      return simple(TOK_RPAREN, at, 1);
    case '[':
      return simple(TOK_LBRACKET, at, 1);
    case ']':
      return simple(TOK_RBRACKET, at, 1);
    case ',':
      return simple(TOK_COMMA, at, 1);
    case ':':
      return simple(TOK_COLON, at, 1);
    case '~':
      return simple(TOK_TILDE, at, 1);
    case '+':
      return operation(OP_ADD, at, 1);
    case '-':
      return operation(OP_SUB, at, 1);
    case '*':
      if (s[1] == '*') return bad(at, 2, "is not an operator", "write a^b for a power");
      return operation(OP_MUL, at, 1);
    case '/':
      return operation(OP_DIV, at, 1);
    case '^':
      return operation(OP_POW, at, 1);
    case '@':
      return operation(OP_CONTRACT, at, 1);
    case '<':
      return s[1] == '=' ? operation(OP_LE, at, 2) : operation(OP_LT, at, 1);
    case '>':
      return s[1] == '=' ? operation(OP_GE, at, 2) : operation(OP_GT, at, 1);
    case '=':
      if (s[1] == '=') return operation(OP_EQ, at, 2);
      return bad(at, 1, "is not an operator", "write a == b to compare");
    case '!':
      if (s[1] == '=') return operation(OP_NE, at, 2);
      return bad(at, 1, "is not an operator", "write not a");
    case '&':
      return bad(at, s[1] == '&' ? 2 : 1, "is not an operator", "write a and b");
    case '|':
      return bad(at, s[1] == '|' ? 2 : 1, "is not an operator", "write a or b");
    case '%':
      return bad(at, 1, "is not an operator", "write fmod(a, b)");
    case '.':
      if (s[1] == '.') return simple(TOK_RANGE, at, 2);
      return bad(at, 1, "is not expected here", "write 0.5 or .5 for a number");
    default:
      break;
  }
  size_t n = 1;
  while ((s[n] & 0xc0) == 0x80) n++; /* a whole character of UTF-8 */
  return bad(at, n, "is not part of an expression",
             "expressions are made of names, numbers, ( ) [ ] , : ~ and the operators "
             "+ - * / ^ @ < <= > >= == != and or not");
}
