/* Private: what goes between packed.c and letopis-packed.so. Descriptors: the pack, its index. Arguments {"offset", "pack_size", "idx_size", "max"};
 * back come frames with the bytes of the blob, in order. Refusals: "packed.damaged" {what}, "packed.large". */
#ifndef LT_VAULT_PACKED_WIRE_H
#define LT_VAULT_PACKED_WIRE_H

#include "sandbox/frame.h"

#define PACKED_FRAME_BYTES SANDBOX_FRAME_USER
#define PACKED_DEPTH 4096 /* of deltas upon deltas; git allows as many */

#endif
