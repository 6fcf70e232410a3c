/* Text of a sum of logarithms: one logarithm of a product for each lane.
 *
 * A product of up to 16 values between 2^-60 and 2^60 neither over- nor underflows. The
 * exponent of any other value is taken out of it first, and the product's own every 16
 * blocks. Both are exact, so that it changes no bit whether and when they happen. */
#include "emit/expression.h"

void text_sumlog_begin(writer *w, ir_id id) {
  fprintf(w->out,
          "    erg_v a%d = erg_splat(1.0);\n    erg_vi e%d = erg_splati(0L);\n"
          "    erg_m bad%d = erg_lane_below(0);\n",
          id, id, id);
}

void text_sumlog_step(writer *w, ir_id id) {
  fprintf(w->out,
          "      {\n"
          "        const erg_m far = erg_not(erg_and(erg_ge(x%d, erg_splat(%.17g)),\n"
          "                                          erg_le(x%d, erg_splat(%.17g))));\n"
          "        if (erg_some(far)) {\n"
          "          bad%d = erg_or(bad%d, erg_not(erg_and(erg_ge(x%d, erg_splat(%.17g)),\n"
          "                                                erg_lt(x%d, erg_inf_()))));\n",
          id, 0x1p-60, id, 0x1p60, id, id, id, 0x1p-1022, id);
  fprintf(w->out,
          "          e%d = e%d + (erg_shr(erg_bits(x%d), 52) - 1023L);\n"
          "          x%d = erg_mantissa_(x%d);\n"
          "        }\n"
          "        a%d = a%d * x%d;\n"
          "        if ((b / ERG_W & 15) == 15) {\n"
          "          e%d = e%d + (erg_shr(erg_bits(a%d), 52) - 1023L);\n"
          "          a%d = erg_mantissa_(a%d);\n"
          "        }\n"
          "      }\n",
          id, id, id, id, id, id, id, id, id, id, id, id, id);
}

void text_sumlog_end(writer *w, ir_id id) {
  emit_use_function(w->p, "erg_log");
  /* 2^52 + 2^51 turns a whole number, whatever its sign, into a double */
  fprintf(w->out,
          "    {\n"
          "      const erg_v big = erg_splat(6755399441055744.0);\n"
          "      const erg_vi e = e%d + (erg_shr(erg_bits(a%d), 52) - 1023L);\n"
          "      const erg_v sum = erg_fma(erg_from_bits(erg_bits(big) + e) - big,\n"
          "                                erg_splat(0.69314718055994531),\n"
          "                                erg_log(erg_mantissa_(a%d)));\n"
          "      s%d = erg_sum_lanes(ERG_PASS erg_sel(bad%d, erg_nan_(), sum));\n"
          "    }\n",
          id, id, id, id, id);
}
