/* Frames between the program and a plugin's child, above those of sandbox/frame.h. */
#ifndef LT_PLUGIN_WIRE_H
#define LT_PLUGIN_WIRE_H

#include "sandbox/frame.h"

enum plugin_frame {
    /* child → program */
    PLUGIN_FRAME_ASK = SANDBOX_FRAME_USER, /* more input, please; empty */
    PLUGIN_FRAME_EMIT,                     /* JSON */
    PLUGIN_FRAME_FILE,                     /* u8 last, u32 length and name, then the bytes; an empty name goes on with the file before */
    PLUGIN_FRAME_LOG,                      /* u8 level, then the text */
    PLUGIN_FRAME_ABOUT,                    /* JSON: what the plugin is, once, first */
    /* program → child */
    PLUGIN_FRAME_ITEMS, /* any number of u32 length and JSON */
    PLUGIN_FRAME_ROWS,  /* any number of rows, see rows.h */
    PLUGIN_FRAME_END    /* there is no more */
};

#define PLUGIN_JSON_MAX (256u << 10) /* of one emitted document */
#define PLUGIN_ITEM_MAX (1000u << 10) /* of one item */
#define PLUGIN_FILE_MAX (16u << 20)
#define PLUGIN_FILES_MAX 200000u
#define PLUGIN_NAME_MAX 330
#define PLUGIN_LOG_LINES 1000
#define PLUGIN_LOG_BYTES 500
#define PLUGIN_WHY 300

#endif
