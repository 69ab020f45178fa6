/* A small school for the tests of the index. Documents are written with ' for " so that they can be read. */
#ifndef LT_TEST_INDEX_WORLD_H
#define LT_TEST_INDEX_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"
#include "index/index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

struct world {
    char dir[64];
    char path[96];
    struct index *ix;
    struct lt_error err;
};

UNUSED static char *quoted(const char *apostrophes)
{
    char *s = lt_strdup(apostrophes);
    assert_non_null(s);
    for (char *c = s; *c; c++)
        if (*c == '\'')
            *c = '"';
    return s;
}

UNUSED static json_t *J(const char *apostrophes)
{
    char *s = quoted(apostrophes);
    json_error_t why;
    json_t *doc = json_loads(s, 0, &why);
    if (!doc)
        fail_msg("%s: %s", why.text, s);
    free(s);
    return doc;
}

#define OK(w, call)                                                                                                  \
    do {                                                                                                             \
        int status_ = (call);                                                                                        \
        if (status_ < 0)                                                                                             \
            fail_msg("%s: %d %s %s", #call, status_, (w)->err.code,                                                  \
                     lt_error_param(&(w)->err, "why") ? lt_error_param(&(w)->err, "why") : "");                      \
    } while (0)

UNUSED static void world_open(struct world *w)
{
    bool rebuild = false;
    OK(w, index_open(&(struct index_config){.path = w->path}, &w->ix, &rebuild, &w->err));
}

UNUSED static int world_setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    strcpy(w->dir, "/tmp/lt-index-XXXXXX");
    if (!mkdtemp(w->dir))
        return -1;
    snprintf(w->path, sizeof w->path, "%s/index.db", w->dir);
    world_open(w);
    *state = w;
    return 0;
}

UNUSED static int world_teardown(void **state)
{
    struct world *w = *state;
    index_close(w->ix);
    lt_fs_remove_tree(lt_fs_system(), w->dir);
    lt_error_clear(&w->err);
    free(w);
    return 0;
}

/* One document; NULL removes it. */
UNUSED static int try_put(struct world *w, const char *repo, const char *path, const char *apostrophes)
{
    char *s = apostrophes ? quoted(apostrophes) : NULL;
    struct index_change c = {.path = path, .data = s, .len = s ? strlen(s) : 0, .removed = !s};
    struct index_batch b = {.repo = repo, .new_head = "1111111111111111111111111111111111111111", .changes = &c, .len = 1};
    int status = index_apply(w->ix, &b, 1, &w->err);
    free(s);
    return status;
}

UNUSED static void put(struct world *w, const char *repo, const char *path, const char *apostrophes)
{
    OK(w, try_put(w, repo, path, apostrophes));
}

/* entry.json, or the same bytes as verified.json beside it; `more` are further members with a comma in front. */
UNUSED static void put_entry(struct world *w, const char *pupil, const char *id, const char *file, const char *more)
{
    char *path = lt_format("entries/2026/%s/%s.json", id, file);
    char *doc = lt_format("{'id':'%s','pupil':'%s'%s}", id, pupil, more);
    put(w, pupil, path, doc);
    free(path);
    free(doc);
}

UNUSED static json_t *list_page(struct world *w, const char *list, const char *params, int limit, char **cursor)
{
    json_t *p = J(params), *items = NULL;
    char *next = NULL;
    int status = index_list(w->ix, list, p, limit, *cursor, &items, &next, &w->err);
    json_decref(p);
    if (status < 0)
        fail_msg("%s %s: %s %s %s", list, params, w->err.code, lt_error_param(&w->err, "name"), lt_error_param(&w->err, "why"));
    free(*cursor);
    *cursor = next;
    return items;
}

/* The values of a column of all rows, a space between; in a buffer of the caller. */
UNUSED static char *column_of(const json_t *items, const char *column, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *v = json_object_get(json_array_get(items, i), column);
        const char *s = json_is_string(v) ? json_string_value(v) : json_is_true(v) ? "true" : "-";
        at += (size_t)snprintf(out + at, size - at, "%s%s", i ? " " : "", s);
        assert_true(at < size);
    }
    return out;
}

UNUSED static void expect_column(struct world *w, const char *list, const char *params, const char *column, const char *expected)
{
    char *cursor = NULL, got[4000];
    json_t *items = list_page(w, list, params, 1000, &cursor);
    assert_null(cursor);
    column_of(items, column, got, sizeof got);
    if (strcmp(got, expected) != 0)
        fail_msg("%s %s: got \"%s\", expected \"%s\"", list, params, got, expected);
    json_t *p = J(params);
    int count = -1;
    OK(w, index_count(w->ix, list, p, 1000, &count, &w->err));
    assert_int_equal(count, json_array_size(items));
    json_decref(p);
    json_decref(items);
}

#define expect(w, list, params, ids) expect_column(w, list, params, "id", ids)

UNUSED static char *search_ids(struct world *w, const char *text, const char *params, char *out, size_t size)
{
    json_t *p = J(params), *items = NULL;
    char *next = NULL;
    OK(w, index_search(w->ix, text, p, 100, NULL, &items, &next, &w->err));
    assert_null(next);
    column_of(items, "id", out, size);
    json_decref(p);
    json_decref(items);
    return out;
}

UNUSED static void expect_found(struct world *w, const char *text, const char *params, const char *expected)
{
    char got[4000];
    search_ids(w, text, params, got, sizeof got);
    if (strcmp(got, expected) != 0)
        fail_msg("search %s %s: got \"%s\", expected \"%s\"", text, params, got, expected);
}

UNUSED static int add_line(void *user, const char *line, size_t len)
{
    lt_buf_add(user, line, len);
    lt_buf_addc(user, '\n');
    return 0;
}

UNUSED static char *dump(struct world *w)
{
    struct lt_buf b;
    lt_buf_init(&b, 256u << 20);
    OK(w, index_dump(w->ix, add_line, &b, &w->err));
    return lt_buf_take(&b, NULL);
}

#endif
