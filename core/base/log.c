#include "base/log.h"

#include "base/clock.h"
#include "base/logring.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2000 /* below PIPE_BUF: a write to a pipe is not split either */

static const char *level_word(enum lt_log_level level)
{
    switch (level) {
    case LT_LOG_ERROR:
        return "error";
    case LT_LOG_WARN:
        return "warn";
    case LT_LOG_INFO:
        return "info";
    default:
        return "debug";
    }
}

/* C0, DEL and the two-byte C1: a value can neither begin a line of its own nor command a terminal. */
static void mask_controls(char *s)
{
    for (unsigned char *p = (unsigned char *)s; *p; p++) {
        if (*p < 0x20 || *p == 0x7F)
            *p = '?';
        else if (*p == 0xC2 && p[1] >= 0x80 && p[1] < 0xA0)
            p[0] = p[1] = '?';
    }
}

void lt_log_write(const struct lt_log *log, enum lt_log_level level, const char *component, const char *fmt,
                  ...)
{
    if (level > log->level) return;
    int saved = errno;
    struct lt_clock clock;
    char when[LT_INSTANT_SIZE],
        line[LINE_MAX_BYTES + 8]; /* a character more than is written: the cut is seen */
    lt_clock_system(&clock, 0);
    int head = snprintf(line, 200, "%s %s %s ", lt_instant_format(lt_clock_now(&clock), when),
                        level_word(level), component);
    size_t len = head < 0 ? 0 : head > 199 ? 199 : (size_t)head;
    va_list args;
    va_start(args, fmt);
    vsnprintf(line + len, sizeof line - len, fmt, args);
    va_end(args);
    mask_controls(line);
    len = lt_utf8_clip(line, LINE_MAX_BYTES);
    line[len] = 0;
    if (log->ring) lt_log_ring_add(log->ring, line);
    line[len++] = '\n';
    while (write(log->fd, line, len) < 0 && errno == EINTR)
        continue;
    errno = saved;
}
