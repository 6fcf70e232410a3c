/* The dialect in OpenCL C, both forms, on every device with doubles: the same bits as the
 * host's, functions and group words alike. Skips where there is no device. Some functions
 * in a plain run, all with --all (the compiler takes a second for each). */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "bits_arguments.h"
#include "device/device_text.h"
#include "device/host_math.h"

static int all_functions;
static double x[BITS_N], y[BITS_N], expected[BITS_N], r[BITS_N];

static cl_device_id find_device(cl_device_type type) {
  cl_platform_id platforms[8];
  cl_uint n = 0;
  if (clGetPlatformIDs(8, platforms, &n) != CL_SUCCESS) return NULL;
  for (cl_uint i = 0; i < n && i < 8; i++) {
    cl_device_id device;
    cl_device_fp_config doubles = 0;
    if (clGetDeviceIDs(platforms[i], type, 1, &device, NULL) != CL_SUCCESS) continue;
    clGetDeviceInfo(device, CL_DEVICE_DOUBLE_FP_CONFIG, sizeof doubles, &doubles, NULL);
    if (doubles & CL_FP_FMA) return device;
  }
  return NULL;
}

static void append(char **text, const char *more) {
  size_t a = *text ? strlen(*text) : 0;
  *text = realloc(*text, a + strlen(more) + 1);
  assert_non_null(*text);
  strcpy(*text + a, more);
}

/* One kernel a call, `r[i] = expression` for each block of lanes. */
static void run(cl_device_id device, int vector, const char *name, const char *functions,
                const char *expression) {
  char *text = NULL, kernel_text[1024];
  if (vector) append(&text, "#define ERG_OPENCL_VECTOR 1\n");
  append(&text, erg_device_text("prologue_opencl.h"));
  append(&text, functions);
  snprintf(kernel_text, sizeof kernel_text,
           "__kernel void k(__global const double *x, __global const double *y,\n"
           "                __global double *r, int n) {\n%s"
           "  for (int i = (int)get_group_id(0) * ERG_W; i < n;\n"
           "       i += (int)get_num_groups(0) * ERG_W) {\n"
           "    erg_v a = erg_load(x + i), b = erg_load(y + i);\n"
           "    (void)b;\n"
           "    erg_store(r + i, %s);\n  }\n}\n",
           vector ? "" : "  __local double erg_group_area[ERG_W];\n", expression);
  append(&text, kernel_text);
  cl_int e;
  cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &e);
  assert_int_equal(e, CL_SUCCESS);
  cl_command_queue queue = clCreateCommandQueue(context, device, 0, &e);
  assert_int_equal(e, CL_SUCCESS);
  cl_program program = clCreateProgramWithSource(context, 1, (const char *[]){text}, NULL, &e);
  e = clBuildProgram(program, 1, &device, "-cl-std=CL1.2", NULL, NULL);
  if (e != CL_SUCCESS) {
    static char log[20000];
    clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, sizeof log - 1, log, NULL);
    fail_msg("%s: %s", name, log);
  }
  cl_kernel kernel = clCreateKernel(program, "k", &e);
  assert_int_equal(e, CL_SUCCESS);
  cl_mem in_x = clCreateBuffer(context, CL_MEM_COPY_HOST_PTR, sizeof x, x, &e);
  cl_mem in_y = clCreateBuffer(context, CL_MEM_COPY_HOST_PTR, sizeof y, y, &e);
  cl_mem out = clCreateBuffer(context, CL_MEM_WRITE_ONLY, sizeof r, NULL, &e);
  cl_int n = BITS_N;
  clSetKernelArg(kernel, 0, sizeof in_x, &in_x);
  clSetKernelArg(kernel, 1, sizeof in_y, &in_y);
  clSetKernelArg(kernel, 2, sizeof out, &out);
  clSetKernelArg(kernel, 3, sizeof n, &n);
  size_t local = vector ? 1 : 8, global = local * 16;
  memset(r, 0x55, sizeof r);
  assert_int_equal(
      clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &global, &local, 0, NULL, NULL),
      CL_SUCCESS);
  assert_int_equal(clEnqueueReadBuffer(queue, out, CL_TRUE, 0, sizeof r, r, 0, NULL, NULL),
                   CL_SUCCESS);
  for (int i = 0; i < BITS_N; i++)
    if (bits_of(r[i]) != bits_of(expected[i]))
      fail_msg("%s (%s form) at %.17g, %.17g: %.17g on the device, %.17g on the host", name,
               vector ? "vector" : "item", x[i], y[i], r[i], expected[i]);
  clReleaseMemObject(in_x);
  clReleaseMemObject(in_y);
  clReleaseMemObject(out);
  clReleaseKernel(kernel);
  clReleaseProgram(program);
  clReleaseCommandQueue(queue);
  clReleaseContext(context);
  free(text);
}

static int chosen(const char *name) {
  static const char *const few[] = {"exp", "log", "rsqrt", "sin", "lgamma", "fmod"};
  for (size_t i = 0; i < sizeof few / sizeof *few; i++)
    if (!strcmp(few[i], name)) return 1;
  return all_functions;
}

static void elementary(cl_device_id device, int vector) {
  char *functions;
  char call[64];
#define ONE(name, f)                                                 \
  functions = erg_device_functions((const char *const[]){#f, NULL}); \
  snprintf(call, sizeof call, "erg_%s(a)", #f);                      \
  for (int i = 0; i < BITS_N; i++) expected[i] = ergm_##name(x[i]);  \
  if (chosen(#f)) run(device, vector, #f, functions, call);          \
  free(functions);
#define TWO(name, f)                                                      \
  functions = erg_device_functions((const char *const[]){#f, NULL});      \
  snprintf(call, sizeof call, "erg_%s(a, b)", #f);                        \
  for (int i = 0; i < BITS_N; i++) expected[i] = ergm_##name(x[i], y[i]); \
  if (chosen(#f)) run(device, vector, #f, functions, call);               \
  free(functions);
  ERGM_FUNCTIONS(ONE, TWO)
}

static void words(cl_device_id device, int vector) {
  for (int i = 0; i < BITS_N; i += 8) {
    double *v = x + i;
    double s = ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
    for (int l = 0; l < 8; l++) expected[i + l] = s;
  }
  run(device, vector, "sum_lanes", "", "erg_sum_lanes(ERG_PASS a)");
  for (int i = 0; i < BITS_N; i++) expected[i] = x[i / 8 * 8 + (5 * (i % 8) + 3) % 8];
  run(device, vector, "pick", "",
      "erg_pick(ERG_PASS a, erg_from_bits(erg_bits(erg_splat(4503599627370496.0) + "
      "erg_splat(5.0) * "
      "erg_lane_number() + erg_splat(3.0)) & 7L | erg_bits(erg_splat(4503599627370496.0))) - "
      "erg_splat(4503599627370496.0))");
  for (int i = 0; i < BITS_N; i += 8) {
    int any = 0;
    for (int l = 0; l < 8; l++) any |= x[i + l] > 3.9;
    for (int l = 0; l < 8; l++) expected[i + l] = any ? 1 : 0;
  }
  run(device, vector, "any", "",
      "erg_any(ERG_PASS erg_gt(a, erg_splat(3.9))) ? erg_splat(1.0) : erg_splat(0.0)");
  for (int i = 0; i < BITS_N; i++) expected[i] = sqrt(x[i]) / y[i];
  run(device, vector, "sqrt", "", "erg_sqrt(a) / b");
  for (int i = 0; i < BITS_N; i++) expected[i] = i % 8 < 5 ? x[i] : 0.0;
  run(device, vector, "load_n", "", "erg_load_n(x + i, 5)");
}

static cl_device_id setup(void) {
  bits_arguments(x, y);
  cl_device_id device = find_device(CL_DEVICE_TYPE_ALL);
  if (!device) {
    print_message("SKIPPED: no OpenCL device with double precision\n");
    skip();
  }
  return device;
}
static void vector_form(void **state) {
  (void)state;
  cl_device_id device = setup();
  words(device, 1);
  elementary(device, 1);
}
static void item_form(void **state) {
  (void)state;
  cl_device_id device = setup();
  words(device, 0);
  elementary(device, 0);
}

int main(int argc, char **argv) {
  all_functions = argc > 1 && !strcmp(argv[1], "--all");
  const struct CMUnitTest tests[] = {cmocka_unit_test(vector_form),
                                     cmocka_unit_test(item_form)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
