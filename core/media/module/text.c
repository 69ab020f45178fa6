/* Plain texts: UTF-8 or Windows-1251 without control characters. */
#include "inspect.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

bool text_begins_markup(const struct job *j) {
    static const char *const words[] = {"<?xml", "<!doctype", "<html", "<svg", "<head", "<body", "<script", "<iframe", "<table",
                                        "<meta", "<style"};
    size_t i = j->len >= 3 && memcmp(j->data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (i < j->len && (j->data[i] == ' ' || (j->data[i] >= '\t' && j->data[i] <= '\r')))
        i++;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (j->len - i >= strlen(words[k]) && strncasecmp((const char *)j->data + i, words[k], strlen(words[k])) == 0)
            return true;
    return false;
}

static bool has_controls(const struct job *j) {
    for (size_t i = 0; i < j->len; i++)
        if (j->data[i] < 32 && !(j->data[i] >= '\t' && j->data[i] <= '\r') && j->data[i] != 0x1b && j->data[i] != 0x1a)
            return true;
    return false;
}

/* Windows-1251: letters outnumber what is not one, and 0x98 does not exist. */
static bool is_1251(const struct job *j) {
    size_t letters = 0, other = 0;
    for (size_t i = 0; i < j->len; i++) {
        if (j->data[i] == 0x98)
            return false;
        if (j->data[i] >= 0xc0 || j->data[i] == 0xa8 || j->data[i] == 0xb8)
            letters++;
        else if (j->data[i] >= 0x80)
            other++;
    }
    return letters > other;
}

int inspect_text(struct job *j, const char *mime) {
    const char *charset = NULL;
    if (!has_controls(j))
        charset = lt_utf8_valid((const char *)j->data, j->len) ? "utf-8" : is_1251(j) ? "windows-1251" : NULL;
    if (charset)
        return job_answer(j, json_pack("{s:s, s:s}", "mime", "text/plain", "charset", charset));
    if (strncmp(mime, "text/", 5) == 0)
        return job_refuse(j, "text", NULL);
    return job_answer(j, json_pack("{s:s}", "mime", mime));
}
