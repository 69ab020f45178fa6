/* Frames between the program and its child: [u32 type][u32 length][payload], little-endian, over one stream socket.
 *
 * A child is not believed: the parent limits the size of each frame and of all frames together, and every reader of
 * payloads re-checks what came. Types below SANDBOX_FRAME_USER belong to this folder, the rest to each module. */
#ifndef LT_SANDBOX_FRAME_H
#define LT_SANDBOX_FRAME_H

#include "base/buf.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SANDBOX_FRAME_HEAD 8u
#define SANDBOX_FRAME_MAX (1u << 20) /* most bytes of one payload */

enum sandbox_frame {
    SANDBOX_FRAME_START = 1, /* parent → child: the arguments, JSON */
    SANDBOX_FRAME_READY = 2, /* child → parent: both steps of the jail stand and are verified; JSON {"landlock": abi} */
    SANDBOX_FRAME_DONE = 3,  /* child → parent: finished, nothing follows */
    SANDBOX_FRAME_FAIL = 4,  /* child → parent: refused; JSON of a struct lt_error; nothing follows */
    SANDBOX_FRAME_USER = 16  /* first type of modules and plugins */
};

/* Little-endian numbers of payloads. put: appends. get: reads at *at and moves it; false when the bytes end. */
int sandbox_put_u8(struct lt_buf *b, uint8_t v);
int sandbox_put_u16(struct lt_buf *b, uint16_t v);
int sandbox_put_u32(struct lt_buf *b, uint32_t v);
int sandbox_put_u64(struct lt_buf *b, uint64_t v);
int sandbox_put_f64(struct lt_buf *b, double v);
int sandbox_put_bytes(struct lt_buf *b, const char *s, size_t len); /* u32 length, then the bytes */

struct sandbox_cursor {
    const unsigned char *data;
    size_t len, at;
};
bool sandbox_get_u8(struct sandbox_cursor *c, uint8_t *out);
bool sandbox_get_u16(struct sandbox_cursor *c, uint16_t *out);
bool sandbox_get_u32(struct sandbox_cursor *c, uint32_t *out);
bool sandbox_get_u64(struct sandbox_cursor *c, uint64_t *out);
bool sandbox_get_f64(struct sandbox_cursor *c, double *out);                        /* only finite numbers */
bool sandbox_get_bytes(struct sandbox_cursor *c, const char **out, size_t *out_len); /* borrowed, not terminated */

/* An error as JSON {"status", "code", "field", "params": {…}} and back. Decoding takes nothing on trust: the status is a known
 * one, the code has only [a-z0-9_.] and begins with one of the prefixes (NULL-ended list, such as {"table.", NULL}),
 * parameters are short and valid UTF-8. encode: malloc'ed text or NULL. decode: fills err and returns its status; something
 * unacceptable becomes LT_REFUSED "sandbox.malformed". */
char *sandbox_error_encode(const struct lt_error *err);
int sandbox_error_decode(const void *data, size_t len, const char *const *prefixes, struct lt_error *err);

#endif
