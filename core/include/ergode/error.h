/* Ergode: error codes.
 *
 * 0 is success; a positive code means that the caller may go on (the point was
 * rejected, the run was cancelled, the request is not supported); a negative code
 * means that the object is of no further use except to be destroyed.
 */
#ifndef ERGODE_ERROR_H
#define ERGODE_ERROR_H

#include <stdint.h>

/* X(name, value, text) */
#define ERG_STATUS_LIST(X)                                                   \
  X(ERG_OK, 0, "success")                                                    \
  X(ERG_REJECT, 1, "the point lies outside the support")                     \
  X(ERG_CANCELLED, 2, "cancelled by the caller")                             \
  X(ERG_UNSUPPORTED, 3, "not supported")                                     \
  X(ERG_NO_DEVICE, 4, "no such device")                                      \
  X(ERG_INVALID, -1, "invalid argument or input")                            \
  X(ERG_NO_MEMORY, -2, "out of memory")                                      \
  X(ERG_IO, -3, "input or output failed")                                    \
  X(ERG_COMPILE, -4, "compilation failed")                                   \
  X(ERG_DEVICE, -5, "the device or its driver failed")                       \
  X(ERG_INIT, -6, "no initial point with finite log density")                \
  X(ERG_INTERNAL, -7, "internal error")

typedef enum erg_status {
#define ERG_STATUS_ENUM(name, value, text) name = value,
  ERG_STATUS_LIST(ERG_STATUS_ENUM)
#undef ERG_STATUS_ENUM
} erg_status;

/* True if `member` lies within the first s->size bytes, that is, if the writer of
 * the structure knew it. Readers test every member added after version 1.0. */
#define ERG_HAS(s, member)                                                   \
  ((s)->size >= (uint32_t)((const char *)&(s)->member - (const char *)(s) +   \
                           sizeof((s)->member)))

#endif
