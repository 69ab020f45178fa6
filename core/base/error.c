#include "base/error.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Errors quote what was read, and that may be anything; the sentence, the log and the JSON made of it must be UTF-8. */
static void make_utf8(char *s)
{
    while (*s) {
        unsigned char c = (unsigned char)*s;
        size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        if (strnlen(s, n) == n && lt_utf8_valid(s, n))
            s += n;
        else
            *s++ = '?';
    }
}

static bool add_param(struct lt_error *err, const char *name, const char *value)
{
    size_t n = strlen(name) + 1, v = strlen(value) + 1;
    if (n + v > sizeof err->params - err->params_len) return false;
    memcpy(err->params + err->params_len, name, n);
    memcpy(err->params + err->params_len + n, value, v);
    make_utf8(err->params + err->params_len + n);
    err->params_len += n + v;
    return true;
}

static void fill(struct lt_error *err, int status, const char *field, const char *code, va_list args)
{
    lt_error_clear(err);
    err->status = status;
    snprintf(err->code, sizeof err->code, "%s", code);
    /* an unknown field has whatever name it was given: cut between characters */
    snprintf(err->field, sizeof err->field, "%.*s", (int)lt_utf8_clip(field, sizeof err->field - 1), field);
    make_utf8(err->field);
    const char *name;
    while ((name = va_arg(args, const char *))) {
        const char *value = va_arg(args, const char *);
        if (!add_param(err, name, value ? value : "")) break;
    }
}

int lt_fail(struct lt_error *err, int status, const char *code, ...)
{
    if (!err) return status;
    va_list args;
    va_start(args, code);
    fill(err, status, "", code, args);
    va_end(args);
    return status;
}

int lt_fail_field(struct lt_error *err, int status, const char *field, const char *code, ...)
{
    if (!err) return status;
    va_list args;
    va_start(args, code);
    fill(err, status, field, code, args);
    va_end(args);
    return status;
}

int lt_fail_errno(struct lt_error *err, const char *doing, const char *path)
{
    int number = errno;
    const char *name = strerrorname_np(number);
    const char *words = strerrordesc_np(number);
    /* of a path too long to be kept the end says more than the beginning */
    char tail[404];
    size_t len = path ? strlen(path) : 0;
    if (len > 400) {
        const char *from = path + len - 400;
        while ((*from & 0xC0) == 0x80)
            from++;
        snprintf(tail, sizeof tail, "…%s", from);
        path = tail;
    }
    lt_fail(err, LT_SYSTEM, "system.io", "doing", doing, "reason", words ? words : "", "errno",
            name ? name : "", "path", path ? path : "", (char *)NULL);
    errno = number;
    return LT_SYSTEM;
}

int lt_fail_memory(struct lt_error *err)
{
    return lt_fail(err, LT_SYSTEM, "system.memory", (char *)NULL);
}

void lt_error_details(struct lt_error *err, json_t *details)
{
    if (!err) {
        json_decref(details);
        return;
    }
    json_decref(err->details);
    err->details = details;
}

const char *lt_error_param(const struct lt_error *err, const char *name)
{
    for (size_t at = 0; at < err->params_len;) {
        const char *key = err->params + at;
        const char *value = key + strlen(key) + 1;
        if (strcmp(key, name) == 0) return value;
        at = (size_t)(value - err->params) + strlen(value) + 1;
    }
    return NULL;
}

void lt_error_param_add(struct lt_error *err, const char *name, const char *value)
{
    if (err && !lt_error_param(err, name)) add_param(err, name, value);
}

void lt_error_clear(struct lt_error *err)
{
    if (!err) return;
    json_decref(err->details);
    *err = (struct lt_error){0};
}

char *lt_num(char buf[24], long long n)
{
    snprintf(buf, 24, "%lld", n);
    return buf;
}
