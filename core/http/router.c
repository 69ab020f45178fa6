#include "http/router.h"

#include "base/text.h"
#include "http/input.h"

#include <string.h>

bool http_row_open(const struct uc_row *row)
{
    return row->method && !(row->flags & (UC_NO_DATA | UC_EXCLUSIVE)) && (!row->doors || (row->doors & UC_HTTP));
}

void http_row_path(const struct uc_row *row, char out[ROUTER_PATH])
{
    const struct uc_noun *noun = uc_noun_of(row);
    const char *plural = noun->plural ? noun->plural : noun->word;
    lt_print(out, ROUTER_PATH, "%s%s%s", noun->parent ? noun->parent : "/", noun->parent ? "" : plural, row->tail);
}

bool http_path_names(const struct uc_row *row, const char *field)
{
    char path[ROUTER_PATH], place[40];
    http_row_path(row, path);
    return lt_print(place, sizeof place, "{%s}", field) && strstr(path, place);
}

/* One segment of the pattern against one of the path; *exact grows with each that is a word. */
static bool segment(const char *pattern, size_t pattern_len, const char *path, size_t path_len, struct http_match *m, int *exact)
{
    if (pattern_len && pattern[0] == '{') {
        if (!path_len || m->len == ROUTER_PARAMS) return false;
        lt_print(m->names[m->len], sizeof m->names[0], "%.*s", (int)(pattern_len - 2), pattern + 1);
        if (!http_decode(path, path_len, false, m->values[m->len], ROUTER_VALUE)) return false;
        m->len++;
        return true;
    }
    (*exact)++;
    return pattern_len == path_len && memcmp(pattern, path, path_len) == 0;
}

/* How many segments are the same words, or -1 where the path is another. */
static int fits(const char *pattern, const char *path, struct http_match *m)
{
    int exact = 0;
    m->len = 0;
    while (*pattern == '/' && *path == '/') {
        size_t n = strcspn(++pattern, "/"), k = strcspn(++path, "/");
        if (!segment(pattern, n, path, k, m, &exact)) return -1;
        pattern += n;
        path += k;
    }
    return *pattern || *path ? -1 : exact;
}

/* Could a row of the noun have this path? Its first words say. */
static bool may_fit(const struct uc_noun *noun, const char *path)
{
    if (noun->parent) return strncmp(path, noun->parent, strcspn(noun->parent, "{")) == 0;
    const char *plural = noun->plural ? noun->plural : noun->word;
    return *path == '/' && strncmp(path + 1, plural, strlen(plural)) == 0;
}

static void allow(struct http_match *m, const char *method)
{
    if (strstr(m->allow, method)) return;
    size_t n = strlen(m->allow);
    lt_print(m->allow + n, sizeof m->allow - n, "%s%s%s", n ? ", " : "", method, strcmp(method, "GET") == 0 ? ", HEAD" : "");
}

bool http_match(const char *method, const char *path, struct http_match *out)
{
    struct http_match try = {0};
    int best = -1;
    size_t n;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    *out = (struct http_match){0};
    if (strcmp(method, "HEAD") == 0) method = "GET";
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < nouns[i]->len && may_fit(nouns[i], path); k++) {
            const struct uc_row *row = &nouns[i]->rows[k];
            char pattern[ROUTER_PATH];
            if (!http_row_open(row)) continue;
            http_row_path(row, pattern);
            int exact = fits(pattern, path, &try);
            if (exact < 0) continue;
            allow(out, row->method);
            if (strcmp(row->method, method) != 0 || exact <= best) continue;
            best = exact;
            out->row = row;
            out->len = try.len;
            memcpy(out->names, try.names, sizeof out->names);
            memcpy(out->values, try.values, sizeof out->values);
        }
    }
    if (*out->allow) lt_print(out->allow + strlen(out->allow), sizeof out->allow - strlen(out->allow), ", OPTIONS");
    return out->row != NULL;
}
