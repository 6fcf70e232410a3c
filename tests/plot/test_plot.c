/* Figures: ticks, SVG that is well-formed and the same each time, hostile data and texts,
 * files, and the message where libcairo is missing. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "plot/plot.h"

static int count(const char *text, const char *what) {
  int n = 0;
  for (const char *at = text; (at = strstr(at, what)); at += strlen(what)) n++;
  return n;
}

/* Elements nest and close, attributes are quoted, & begins an entity. */
static void assert_well_formed(const char *xml) {
  char names[32][32];
  int depth = 0, elements = 0;
  for (const char *c = xml; *c; c++) {
    if (*c == '&')
      assert_true(!strncmp(c, "&lt;", 4) || !strncmp(c, "&gt;", 4) ||
                  !strncmp(c, "&amp;", 5) || !strncmp(c, "&quot;", 6));
    if (*c != '<') continue;
    const char *end = strchr(c, '>');
    assert_non_null(end);
    assert_null(memchr(c + 1, '<', (size_t)(end - c - 1)));
    if (c[1] == '?') {
      assert_ptr_equal(c, xml);
    } else if (c[1] == '/') {
      assert_true(depth > 0);
      depth--;
      assert_int_equal((int)strlen(names[depth]), (int)(end - c - 2));
      assert_memory_equal(names[depth], c + 2, (size_t)(end - c - 2));
    } else {
      int quotes = 0;
      for (const char *q = c; q < end; q++) quotes += *q == '"';
      assert_int_equal(quotes % 2, 0);
      elements++;
      if (end[-1] != '/') {
        assert_true(depth < 32);
        sscanf(c + 1, "%31[a-z]", names[depth++]);
      }
    }
    c = end;
  }
  assert_int_equal(depth, 0);
  assert_true(elements > 0);
  assert_null(strstr(xml, "nan"));
  assert_null(strstr(xml, "inf\""));
}

static char *svg_of(const plot *p) {
  erg_problems problems;
  erg_problems_init(&problems);
  char *svg = plot_svg(p, "fig", &problems);
  erg_problems_print(&problems, stderr, false);
  assert_non_null(svg);
  assert_int_equal(problems.count, 0);
  erg_problems_free(&problems);
  assert_well_formed(svg);
  return svg;
}

/* Every mark, several panels, columns, categories and a legend. */
static plot *everything(void) {
  static const double x[] = {0, 1, 2, 3, NAN, 5}, y[] = {1, 10, INFINITY, 100, 3, 1000},
                      low[] = {0.5, 5, 1, 50, 1, NAN}, high[] = {2, 20, 2, 200, 9, 2000};
  static const char *const names[] = {"mu", "a <very> long & quoted \"name\" of a parameter",
                                      "τ", "sigma"},
                    *const texts[] = {"1.00", "1.01", "", "2.5"};
  plot *p = plot_new(720, 480, "All marks");
  plot_panels(p, 2, 2);
  plot_heading(p, "lines");
  plot_axis(p, PLOT_X, "draw");
  plot_axis(p, PLOT_Y, "value (m/s)");
  plot_log(p, PLOT_Y);
  for (int i = 0; i < 4; i++) plot_line(p, plot_series(i), x, i % 2 ? y : high, 6);
  plot_points(p, plot_series(1), NULL, y, 6);
  plot_rule(p, plot_role(PLOT_MUTED), PLOT_Y, 50);
  plot_panel(p, 1);
  plot_bars(p, plot_series(0), x, y, low, high, 4, 0.7);
  plot_text(p, PLOT_BAD, 2, 50, PLOT_MIDDLE, "INVALID");
  plot_panel(p, 2);
  plot_categories(p, PLOT_Y, names, 4);
  plot_whiskers(p, plot_series(2), PLOT_X, x, low, high, 4);
  plot_column(p, "R-hat", texts, 4);
  plot_panel(p, 3);
  plot_area(p, plot_role(PLOT_BAND), x, low, high, 6);
  plot_hbars(p, plot_series(3), x, low, high, 4, 0.5);
  plot_rug(p, plot_role(PLOT_BAD), x, 6);
  plot_key(p, plot_series(0), PLOT_KEY_LINE, "chain 1");
  plot_key(p, plot_series(1), PLOT_KEY_MARKER, "b & c");
  plot_key(p, plot_series(2), PLOT_KEY_BOX, "box");
  return p;
}

static void test_svg(void **state) {
  (void)state;
  plot *p = everything(), *q = everything();
  char *a = svg_of(p), *b = svg_of(q);
  assert_string_equal(a, b); /* no time, no random ids */
  assert_non_null(strstr(a, ">value (m/s)</text>"));
  assert_non_null(strstr(a, ">b &amp; c</text>"));
  assert_non_null(strstr(a, "&lt;very&gt;"));
  assert_non_null(strstr(a, ">INVALID</text>"));
  assert_non_null(strstr(a, "var(--plot-bad)"));
  assert_int_equal(count(a, " id="), 2); /* the figure and its title */
  assert_int_equal(count(a, "rgb("), 0);
  assert_int_equal(count(a, "<text"), count(a, "</text>"));
  free(a);
  free(b);
  plot_free(p);
  plot_free(q);
}

/* A rule lies where the axis says: at 3/4 of a range 0 to 4, whose ends are ticks. */
static void test_positions(void **state) {
  (void)state;
  plot *p = plot_new(400, 300, NULL);
  plot_range(p, PLOT_X, 0, 4);
  plot_range(p, PLOT_Y, 0, 1);
  plot_rule(p, plot_role(PLOT_BAD), PLOT_X, 3);
  char *svg = svg_of(p);
  double from, to, at = NAN;
  const char *label = strstr(svg, ">0</text>"), *last = strstr(svg, ">4</text>");
  assert_non_null(label);
  assert_non_null(last);
  while (strncmp(label, "<text x=\"", 9)) label--;
  while (strncmp(last, "<text x=\"", 9)) last--;
  assert_int_equal(sscanf(label, "<text x=\"%lf", &from), 1);
  assert_int_equal(sscanf(last, "<text x=\"%lf", &to), 1);
  const char *rule = strstr(svg, "--plot-bad");
  assert_non_null(rule);
  rule = strstr(rule, "d=\"M ");
  assert_int_equal(sscanf(rule, "d=\"M %lf", &at), 1);
  assert_true(fabs(at - (from + 0.75 * (to - from))) < 0.02);
  free(svg);
  plot_free(p);
}

static void test_hostile_data(void **state) {
  (void)state;
  double values[6][3] = {{NAN, NAN, NAN}, {INFINITY, -INFINITY, 1}, {2, 2, 2},
                         {1e308, -1e308, 0}, {1e-300, 2e-300, 3e-300}, {-1, 0, 1e249}};
  for (int log = 0; log < 2; log++) {
    for (int k = 0; k < 6; k++) {
      for (int n = 0; n <= 3; n++) {
        plot *p = plot_new(300, 200, "");
        if (log) plot_log(p, PLOT_Y);
        plot_line(p, plot_series(k), NULL, values[k], n);
        plot_points(p, plot_series(4), values[k], values[k], n);
        plot_bars(p, plot_series(k), values[k], values[k], values[k], values[k], n, 1);
        plot_area(p, plot_series(k), values[k], NULL, values[k], n);
        plot_rule(p, plot_series(k), PLOT_Y, values[k][0]);
        free(svg_of(p));
        plot_free(p);
      }
    }
  }
}

static void test_outside_is_clipped(void **state) {
  (void)state;
  double x[] = {-10, 0.5, 10}, y[] = {-1000, 0.5, 1000};
  plot *p = plot_new(300, 200, NULL);
  plot_range(p, PLOT_X, 0, 1);
  plot_range(p, PLOT_Y, 0, 1);
  plot_line(p, plot_role(PLOT_BAD), x, y, 3);
  plot_points(p, plot_role(PLOT_BAD), x, y, 3);
  char *svg = svg_of(p);
  for (const char *c = strstr(svg, "<path"); c; c = strstr(c + 1, "<path")) {
    const char *end = strstr(c, "/>"), *d = strstr(c, " d=\"");
    bool line = false;
    double px = NAN, py = NAN;
    for (const char *k = d; k < end; k++) {
      if (*k == 'M') line = false;
      if (*k == 'L') line = true;
      if ((*k == 'L') && sscanf(k + 1, "%lf %lf", &px, &py) == 2)
        assert_true(line && px >= 0 && px <= 300 && py >= 0 && py <= 200);
    }
  }
  free(svg);
  plot_free(p);
}

/* A long line keeps its extremes though most of its points go. */
static void test_long_line(void **state) {
  (void)state;
  enum { N = 100000 };
  double *y = malloc(N * sizeof *y);
  for (int i = 0; i < N; i++) y[i] = sin(i * 12.9898) * 0.5;
  y[54321] = 7;
  plot *p = plot_new(400, 200, NULL);
  plot_range(p, PLOT_Y, 0, 7);
  plot_line(p, plot_role(PLOT_BAD), NULL, y, N);
  char *svg = svg_of(p);
  assert_true(strlen(svg) < 60000);
  const char *line = strstr(svg, "--plot-bad");
  double least = INFINITY;
  for (const char *k = strstr(line, "d=\""); *k && *k != '/'; k++) {
    double px, py;
    if (*k == 'L' && sscanf(k + 1, "%lf %lf", &px, &py) == 2 && py < least) least = py;
  }
  assert_true(fabs(least - 10) < 0.02); /* the frame's top */
  free(svg);
  free(y);
  plot_free(p);
}

static void test_ticks(void **state) {
  (void)state;
  double t[PLOT_MOST_TICKS];
  char text[40];
  assert_int_equal(plot_ticks(0, 10, false, 5, t), 6);
  assert_true(t[0] == 0 && t[1] == 2 && t[5] == 10);
  int n = plot_ticks(-0.31, 0.29, false, 5, t);
  for (int i = 0; i < n; i++) assert_true(t[i] >= -0.31 && t[i] <= 0.29);
  plot_tick_text(t, n, false, 0, text, sizeof text);
  assert_string_equal(text, "-0.2");
  n = plot_ticks(1, 1e6, true, 6, t);
  assert_int_equal(n, 7);
  plot_tick_text(t, n, true, 6, text, sizeof text);
  assert_string_equal(text, "1e+06");
  /* Of every second power one alone is in sight: then every one, not those of a linear axis. */
  assert_int_equal(plot_ticks(110, 1.3e5, true, 3, t), 3);
  assert_true(t[0] == 1e3 && t[1] == 1e4 && t[2] == 1e5);
  assert_int_equal(plot_ticks(1, 1, false, 5, t), 0);
  assert_int_equal(plot_ticks(NAN, 1, false, 5, t), 0);
  assert_int_equal(plot_ticks(-1, 1, true, 5, t), 0);
  for (int e = -200; e <= 200; e += 7) { /* any size: few, ordered, within, all different */
    double low = 1.7 * pow(10, e), high = 9.3 * pow(10, e);
    n = plot_ticks(low, high, false, 5, t);
    assert_in_range(n, 2, 10);
    char before[40] = "";
    for (int i = 0; i < n; i++) {
      assert_true(t[i] >= low * (1 - 1e-9) && t[i] <= high * (1 + 1e-9));
      plot_tick_text(t, n, false, i, text, sizeof text);
      assert_string_not_equal(text, before);
      strcpy(before, text);
    }
  }
}

static void check_file(const plot *p, const char *folder, const char *name, const char *magic) {
  char path[200], start[16] = "";
  erg_problems problems;
  erg_problems_init(&problems);
  snprintf(path, sizeof path, "%s/%s", folder, name);
  assert_true(plot_save(p, path, &problems));
  FILE *in = fopen(path, "rb");
  assert_non_null(in);
  assert_true(fread(start, 1, 8, in) == 8);
  fseek(in, 0, SEEK_END);
  assert_true(ftell(in) > 1000);
  fclose(in);
  assert_memory_equal(start, magic, strlen(magic));
#ifdef XMLLINT
  if (strstr(name, ".svg")) {
    char command[500];
    snprintf(command, sizeof command, "%s --noout %s", XMLLINT, path);
    assert_int_equal(system(command), 0);
  }
#endif
  if (!getenv("KEEP_FIGURES")) unlink(path);
  erg_problems_free(&problems);
}

/* Names, texts and titles that are too wide take two lines; none of their letters is lost. */
static void test_two_lines(void **state) {
  (void)state;
  static const char name[] = "opencl pocl:0, 16,384 chains, 2 threads, and more",
                    title[] = "Effective draws a second: hierarchical_normal[group=100, obs=10]";
  assert_int_equal(plot_text_break("short", 11, 100), 5);
  size_t at = plot_text_break(name, 11, 190);
  assert_true(at < strlen(name) && name[at - 1] == ' ');
  assert_true(plot_text_break("aaaaaaaaaaaaaaaaaaaaaaaa", 11, 50) < 10);
  assert_int_equal(plot_text_break("\xe2\x80\xa6\xe2\x80\xa6", 11, 12) % 3, 0);
  assert_int_equal(plot_text_break("ab", 11, 1), 2); /* nothing fits: not broken */
  const char *names[] = {name, "b"}, *texts[] = {"12.5", "sd of a_long_name_of[a, quantity]"};
  plot *p = plot_new(480, 100, title);
  plot_categories(p, PLOT_Y, names, 2);
  plot_column(p, "", texts, 2);
  plot_range(p, PLOT_X, 0, 1);
  erg_problems problems;
  erg_problems_init(&problems);
  char *svg = plot_svg(p, "two", &problems);
  assert_non_null(svg);
  char first[80];
  snprintf(first, sizeof first, ">%.*s</text>", (int)at, name);
  assert_int_equal(count(svg, first), 1);
  snprintf(first, sizeof first, ">%s</text>", name + at);
  assert_int_equal(count(svg, first), 1);
  assert_int_equal(count(svg, "obs=10]</text>"), 1); /* the end of the title, on a line */
  snprintf(first, sizeof first, ">%s</text>", title);
  assert_int_equal(count(svg, first), 0);
  assert_int_equal(count(svg, "…"), 0);
  free(svg);
  plot_free(p);
  erg_problems_free(&problems);
}

static void test_files(void **state) {
  (void)state;
  char folder[] = "/tmp/ergode-plot-XXXXXX";
  assert_non_null(mkdtemp(folder));
  plot *p = everything();
  check_file(p, folder, "a.svg", "<?xml");
  check_file(p, folder, "a.png", "\211PNG");
  check_file(p, folder, "a.pdf", "%PDF");
  erg_problems problems;
  erg_problems_init(&problems);
  assert_false(plot_save(p, "figure.bmp", &problems));
  assert_false(plot_save(p, "/nowhere/figure.svg", &problems));
  assert_int_equal(problems.count, 2);
  assert_non_null(strstr(problems.list[0].next, ".svg, .png or .pdf"));
  assert_non_null(strstr(problems.list[1].cause, "No such file"));
  erg_problems_free(&problems);
  plot_free(p);
  if (getenv("KEEP_FIGURES")) printf("figures in %s\n", folder);
  rmdir(folder);
}

static void test_without_cairo(void **state) {
  (void)state;
  erg_problems problems;
  erg_problems_init(&problems);
  plot *p = everything();
  assert_null(plot_svg(p, "fig", &problems));
  assert_false(plot_save(p, "/tmp/never.png", &problems));
  assert_int_equal(problems.count, 2);
  assert_non_null(strstr(problems.list[0].cause, "libcairo"));
  assert_non_null(strstr(problems.list[0].next, "apt install libcairo2"));
  assert_int_not_equal(access("/tmp/never.png", F_OK), 0);
  plot_free(p);
  erg_problems_free(&problems);
}

int main(int argc, char **argv) {
  const struct CMUnitTest all[] = {
      cmocka_unit_test(test_ticks), cmocka_unit_test(test_svg),
      cmocka_unit_test(test_positions), cmocka_unit_test(test_hostile_data),
      cmocka_unit_test(test_outside_is_clipped), cmocka_unit_test(test_long_line),
      cmocka_unit_test(test_two_lines), cmocka_unit_test(test_files)};
  const struct CMUnitTest missing[] = {cmocka_unit_test(test_without_cairo)};
  if (argc > 1 && !strcmp(argv[1], "--without-cairo"))
    return cmocka_run_group_tests(missing, NULL, NULL);
  return cmocka_run_group_tests(all, NULL, NULL);
}
