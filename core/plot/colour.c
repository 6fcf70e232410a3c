/* Colours: roles, their values for files, and CSS for figures in a page. */
#include "plot/internal.h"

/* Series: the palette of Okabe and Ito, yellow and black made readable on white. All differ,
 * so that a colour in cairo's output tells its role. */
static const struct {
  const char *variable;
  unsigned rgb;
} colours[PLOT_ALL_COLOURS] = {
    {"--plot-ink", 0x1f2328},  {"--plot-muted", 0x656d76}, {"--plot-grid", 0xe4e7ea},
    {"--plot-band", 0xd5e2ee}, {"--plot-bad", 0xc8102e},   {"--plot-paper", 0xffffff},
    {"--plot-1", 0x0072b2},    {"--plot-2", 0xe69f00},     {"--plot-3", 0x009e73},
    {"--plot-4", 0xcc79a7},    {"--plot-5", 0xd55e00},     {"--plot-6", 0x56b4e9},
    {"--plot-7", 0x8a7a00},    {"--plot-8", 0x5a5a5a}};

unsigned plot_rgb(int colour) {
  return colours[colour >= 0 && colour < PLOT_ALL_COLOURS ? colour : 0].rgb;
}

const char *plot_variable(int colour) {
  return colours[colour >= 0 && colour < PLOT_ALL_COLOURS ? colour : 0].variable;
}

const char *plot_css(void) {
#define LIGHT                                                                              \
  "--plot-ink:#1f2328;--plot-muted:#656d76;--plot-grid:#e4e7ea;--plot-band:#d5e2ee;"       \
  "--plot-bad:#c8102e;--plot-paper:#ffffff;--plot-1:#0072b2;--plot-2:#e69f00;"             \
  "--plot-3:#009e73;--plot-4:#cc79a7;--plot-5:#d55e00;--plot-6:#56b4e9;--plot-7:#8a7a00;"  \
  "--plot-8:#5a5a5a"
  return ":root{" LIGHT "}\n"
         "@media screen and (prefers-color-scheme:dark){:root{"
         "--plot-ink:#e6edf3;--plot-muted:#9aa4af;--plot-grid:#2c333b;--plot-band:#24384c;"
         "--plot-bad:#ff6b7a;--plot-paper:#0d1117;--plot-1:#4aa8e0;--plot-2:#f0b429;"
         "--plot-3:#2fc79a;--plot-4:#e39bc4;--plot-5:#f58442;--plot-6:#8cccf5;"
         "--plot-7:#cfc04a;--plot-8:#b0b0b0}}\n"
         "svg.plot{display:block;width:100%;height:auto;font-family:inherit}\n";
#undef LIGHT
}
