/* Private: what goes between print.c and its modules. The document is the descriptor SANDBOX_INPUT_FD, {"size"} of the arguments its
 * length; the child answers with OUT frames (bytes of the file, in order) and one LAST frame (u32: pages, 0 for sheets). */
#ifndef LT_PRINT_WIRE_H
#define LT_PRINT_WIRE_H

#include "sandbox/frame.h"

enum print_frame { PRINT_OUT = SANDBOX_FRAME_USER, PRINT_LAST };

#define PRINT_CHUNK (128u << 10)

#endif
