/* Log lines of the programs: "2026-03-05T10:11:12.345Z level component message key=value". Library folders do not log;
 * they return errors. Only ids go into a line: no names, secrets or search words. */
#ifndef LT_BASE_LOG_H
#define LT_BASE_LOG_H

enum lt_log_level { LT_LOG_ERROR, LT_LOG_WARN, LT_LOG_INFO, LT_LOG_DEBUG };

struct lt_log_ring;

struct lt_log {
    int fd;
    enum lt_log_level level;
    struct lt_log_ring *ring; /* logring.h: the lines go there, too; NULL: not */
};

/* One write(2) a line, so that lines of threads do not mix. Control characters in the text become '?'. */
void lt_log_write(const struct lt_log *log, enum lt_log_level level, const char *component, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
