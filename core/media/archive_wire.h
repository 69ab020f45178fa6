/* Frames between archive.c and its module. The child asks, the parent answers each question with one frame. */
#ifndef LT_MEDIA_ARCHIVE_WIRE_H
#define LT_MEDIA_ARCHIVE_WIRE_H

#include "sandbox/frame.h"

enum archive_frame {
    ARCHIVE_NEXT = SANDBOX_FRAME_USER, /* child: which member now? parent: MEMBER {u64 size, u64 modified, name} or END */
    ARCHIVE_PULL,                      /* child: more of it. parent: DATA, empty at its end */
    ARCHIVE_OUT,                       /* child: bytes of the ZIP; not answered */
    ARCHIVE_MEMBER,
    ARCHIVE_DATA,
    ARCHIVE_END
};

#define ARCHIVE_CHUNK (256u << 10)

#endif
