#include "report/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "read/whole_file.h"

static const char *const tones[] = {"none", "good", "warning", "bad", "text"};

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
    "h1,h2,h3,p,li,summary,th.group{overflow-wrap:anywhere}b.bad{color:var(--plot-bad)}"
    "h3{font-size:1em;margin:1em 0 .3em}a{color:inherit}"
    "nav{margin:.8em 0;color:var(--plot-muted)}nav a{margin-right:1em;white-space:nowrap}"
    "summary{cursor:pointer;color:var(--plot-muted);margin:.6em 0}"
    "pre{overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid "
    "var(--plot-grid);border-radius:6px;padding:8px}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:"
    "tabular-nums}th,td{padding:2px 10px;border-bottom:1px solid var(--plot-grid);"
    "text-align:left;vertical-align:top}tbody th{font-weight:normal}"
    "table.numbers thead th+th,table.numbers td{text-align:right;white-space:nowrap}"
    "table.numbers thead th.text{text-align:left}.scroll+.scroll{margin-top:1em}"
    /* no wider than what is seen of a table that scrolls */
    "div.seen{max-width:min(50em,50vw)}"
    "table.numbers tbody th{min-width:min(14em,34vw);max-width:22em;overflow-wrap:break-word}"
    "th.group{font-weight:bold!important;padding-top:8px}"
    "td{overflow-wrap:break-word}td.text{text-align:left!important;white-space:normal!important;"
    "min-width:14em}.range{font-size:.85em;color:var(--plot-muted)}\n"
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,310px),1fr));"
    "gap:12px;margin:.6em 0 1em}"
    ".figures.large{grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr))}"
    "figure{margin:0;break-inside:avoid}figure.wide{grid-column:1/-1}"
    "@media screen and (max-width:640px){figure.wide{overflow-x:auto}" /* or too small to read */
    "figure.wide svg.plot{min-width:560px}}"
    "figcaption{font-size:.85em;color:var(--plot-muted)}\n"
    "@media print{body{max-width:none;padding:0;font-size:10pt}.scroll{overflow:visible}"
    "nav{display:none}table{font-size:75%}th,td{padding:1px 4px;white-space:normal!important;"
    "min-width:0!important}div.seen{max-width:none}tbody th:not(.group),"
    "thead th:first-child{min-width:4.5em!important}"
    "th,td.text{overflow-wrap:anywhere!important}tr{break-inside:avoid}"
    "table.many{font-size:58%}table.many th,table.many td{padding:1px 2px}"
    ".figures.large{grid-template-columns:1fr 1fr}"
    "h2,h3,h2+p{break-after:avoid}"
    "details::details-content{content-visibility:visible;display:block;height:auto}}\n";

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
  fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
        "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
        "<link rel=\"icon\" href=\"data:,\"/>\n", out); /* no request for an icon */
  element(out, "title", title);
  fprintf(out, "<style>\n%s%s</style>\n</head>\n<body>\n", plot_css(), css);
  element(out, "h1", title);
}

void page_end(FILE *out) { fputs("</body>\n</html>\n", out); }
void page_heading(FILE *out, const char *text) { element(out, "h2", text); }
void page_subheading(FILE *out, const char *text) { element(out, "h3", text); }
void page_paragraph(FILE *out, const char *text) { element(out, "p", text); }

void page_section(FILE *out, const char *id, const char *title) {
  fprintf(out, "<h2 id=\"%s\">", id);
  page_escaped(out, title);
  fputs("</h2>\n", out);
}

static void open_placed(FILE *out, const char *name, const char *place) {
  fprintf(out, "<%s", name);
  if (place) {
    fputs(" data-path=\"", out);
    page_escaped(out, place);
    putc('"', out);
  }
}

void page_value(FILE *out, const char *place, const char *text) {
  if (place) {
    open_placed(out, "span", place);
    putc('>', out);
  }
  page_escaped(out, text);
  if (place) fputs("</span>", out);
}

void page_details_begin(FILE *out, const char *summary) {
  fputs("<details>\n", out);
  element(out, "summary", summary);
}

void page_details_end(FILE *out) { fputs("</details>\n", out); }

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

void page_box_line_begin(FILE *out, page_tone tone) {
  fprintf(out, "<li class=\"%s\">", tones[tone]);
}

void page_box_line_end(FILE *out) { fputs("</li>\n", out); }
void page_box_end(FILE *out) { fputs("</ul>\n</div>\n", out); }

void page_table_begin(FILE *out, const char *const *titles, int n, bool numbers) {
  /* What scrolls must be reached by the keyboard. */
  fprintf(out, "<div class=\"scroll\" tabindex=\"0\">\n<table class=\"%s%s\">\n",
          numbers ? "numbers" : "texts", n > 10 ? " many" : "");
  if (titles) fputs("<thead><tr>", out);
  for (int i = 0; titles && i < n; i++) {
    bool text = titles[i][0] == '\t';
    fputs(text ? "<th scope=\"col\" class=\"text\">" : "<th scope=\"col\">", out);
    page_escaped(out, titles[i] + text);
    fputs("</th>", out);
  }
  fputs(titles ? "</tr></thead>\n<tbody>\n" : "<tbody>\n", out);
}

void page_row_begin(FILE *out) { fputs("<tr>", out); }

void page_row_head(FILE *out, const char *place, const char *text) {
  open_placed(out, "th scope=\"row\"", place);
  putc('>', out);
  page_escaped(out, text);
  fputs("</th>", out);
}

void page_cell_begin(FILE *out, page_tone tone) {
  if (tone == PAGE_NONE)
    fputs("<td>", out);
  else
    fprintf(out, "<td class=\"%s\">", tones[tone]);
}

void page_wide_cell_begin(FILE *out, page_tone tone, int columns) {
  fprintf(out, "<td class=\"text %s\" colspan=\"%d\"><div class=\"seen\">", tones[tone],
          columns);
}

void page_wide_cell_end(FILE *out) { fputs("</div></td>", out); }

void page_group(FILE *out, const char *place, const char *text, int columns) {
  fprintf(out, "<tr><th class=\"group\" scope=\"rowgroup\" colspan=\"%d\">", columns);
  page_value(out, place, text);
  fputs("</th></tr>\n", out);
}

void page_cell_end(FILE *out) { fputs("</td>", out); }

void page_cell(FILE *out, page_tone tone, const char *text) {
  page_cell_begin(out, tone);
  page_escaped(out, text);
  page_cell_end(out);
}

void page_row_end(FILE *out) { fputs("</tr>\n", out); }
void page_table_end(FILE *out) { fputs("</tbody>\n</table>\n</div>\n", out); }
void page_figures_begin(FILE *out, bool large) {
  fprintf(out, "<div class=\"figures%s\">\n", large ? " large" : "");
}
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
  erg_whole_file file = erg_whole_open(path);
  errno = 0;
  if (file.out && fwrite(text, 1, length, file.out) != length) file.error = errno ? errno : EIO;
  int code = erg_whole_close(&file, 0);
  if (!code) return true;
  return erg_error(problems, (erg_place){0}, "free space, or write elsewhere",
                   "%s can't be written: %s", path, strerror(code));
}
