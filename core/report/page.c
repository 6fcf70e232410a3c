#include "report/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const tones[] = {"none", "good", "warning", "bad"};

static const char css[] =
    "body{margin:0 auto;max-width:1080px;padding:16px;background:var(--plot-paper);"
    "color:var(--plot-ink);font:15px/1.5 system-ui,sans-serif}\n"
    "h1{font-size:1.6em;margin:.3em 0}h2{font-size:1.2em;margin:1.6em 0 .4em}\n"
    ".box{border:2px solid var(--plot-muted);border-radius:8px;padding:8px 16px}\n"
    ".box.good{border-color:var(--plot-3)}.box.warning{border-color:var(--plot-2)}"
    ".box.bad{border-color:var(--plot-bad)}\n"
    ".box p{font-size:1.15em;font-weight:bold;margin:.2em 0}.box ul{margin:.3em 0;"
    "padding-left:1.2em}.box li.bad,td.bad{color:var(--plot-bad);font-weight:bold}"
    ".box li.warning,td.warning{font-weight:bold}.box li.good{color:var(--plot-muted)}"
    ".next{display:block;font-weight:normal;color:var(--plot-ink)}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:"
    "tabular-nums}th,td{padding:2px 10px;border-bottom:1px solid var(--plot-grid);"
    "text-align:left;vertical-align:top}table.numbers th+th,table.numbers td+td{text-align:"
    "right;white-space:nowrap}td{overflow-wrap:anywhere}\n"
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,310px),1fr));"
    "gap:12px}figure{margin:0;break-inside:avoid}figure.wide{grid-column:1/-1}"
    "@media screen and (max-width:640px){figure.wide{overflow-x:auto}" /* or too small to read */
    "figure.wide svg.plot{min-width:560px}}"
    "figcaption{font-size:.85em;color:var(--plot-muted)}\n"
    "@media print{body{max-width:none;padding:0;font-size:10pt}.scroll{overflow:visible}"
    "table{font-size:75%}th,td{padding:1px 4px}tr{break-inside:avoid}h2,h3,h2+p{break-after:avoid}}\n";

void page_escaped(FILE *out, const char *text) {
  for (; *text; text++) {
    switch (*text) {
      case '<': fputs("&lt;", out); break;
      case '>': fputs("&gt;", out); break;
      case '&': fputs("&amp;", out); break;
      case '"': fputs("&quot;", out); break;
      case '\'': fputs("&#39;", out); break;
      default: putc((unsigned char)*text < 32 && *text != '\n' ? ' ' : *text, out);
    }
  }
}

static void element(FILE *out, const char *name, const char *text) {
  fprintf(out, "<%s>", name);
  page_escaped(out, text);
  fprintf(out, "</%s>\n", name);
}

void page_begin(FILE *out, const char *title) {
  fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n", out); /* no request for an icon */
  element(out, "title", title);
  fprintf(out, "<style>\n%s%s</style>\n</head>\n<body>\n", plot_css(), css);
  element(out, "h1", title);
}

void page_end(FILE *out) { fputs("</body>\n</html>\n", out); }
void page_heading(FILE *out, const char *text) { element(out, "h2", text); }
void page_paragraph(FILE *out, const char *text) { element(out, "p", text); }

void page_box_begin(FILE *out, page_tone tone, const char *headline) {
  fprintf(out, "<div class=\"box %s\">\n", tones[tone]);
  element(out, "p", headline);
  fputs("<ul>\n", out);
}

void page_box_line(FILE *out, page_tone tone, const char *text, const char *next) {
  fprintf(out, "<li class=\"%s\">", tones[tone]);
  page_escaped(out, text);
  if (next && *next) {
    fputs("<span class=\"next\">next: ", out);
    page_escaped(out, next);
    fputs("</span>", out);
  }
  fputs("</li>\n", out);
}

void page_box_end(FILE *out) { fputs("</ul>\n</div>\n", out); }

void page_table_begin(FILE *out, const char *const *titles, int n, bool numbers) {
  fprintf(out, "<div class=\"scroll\">\n<table%s>\n", numbers ? " class=\"numbers\"" : "");
  if (titles) fputs("<thead><tr>", out);
  for (int i = 0; titles && i < n; i++) {
    fputs("<th scope=\"col\">", out);
    page_escaped(out, titles[i]);
    fputs("</th>", out);
  }
  fputs(titles ? "</tr></thead>\n<tbody>\n" : "<tbody>\n", out);
}

void page_row_begin(FILE *out) { fputs("<tr>", out); }

void page_cell(FILE *out, page_tone tone, const char *text) {
  if (tone == PAGE_NONE)
    fputs("<td>", out);
  else
    fprintf(out, "<td class=\"%s\">", tones[tone]);
  page_escaped(out, text);
  fputs("</td>", out);
}

void page_row_end(FILE *out) { fputs("</tr>\n", out); }
void page_table_end(FILE *out) { fputs("</tbody>\n</table>\n</div>\n", out); }
void page_figures_begin(FILE *out) { fputs("<div class=\"figures\">\n", out); }
void page_figures_end(FILE *out) { fputs("</div>\n", out); }

bool page_figure(FILE *out, const plot *p, const char *id, const char *caption, bool wide,
                 erg_problems *problems) {
  char *svg = plot_svg(p, id, problems);
  if (!svg) return false;
  fprintf(out, "<figure%s>\n%s", wide ? " class=\"wide\"" : "", svg);
  if (caption && *caption) element(out, "figcaption", caption);
  fputs("</figure>\n", out);
  free(svg);
  return true;
}

bool page_save(const char *path, const char *text, size_t length, erg_problems *problems) {
  FILE *out = fopen(path, "wbe");
  bool good = out && fwrite(text, 1, length, out) == length;
  int code = errno;
  if (out && fclose(out) != 0 && good) {
    good = false;
    code = errno;
  }
  if (good) return true;
  return erg_error(problems, (erg_place){0}, "free space, or write elsewhere",
                   "%s can't be written: %s", path, strerror(code));
}
