/* The search line and cursors: whatever is typed or sent, SQLite is never given something it cannot read. */
#include "fuzz.h"

#include "base/json.h"
#include "index/index.h"
#include "index/lists.h"
#include "index/words.h"

#define PUPIL "0198f3a2-0000-7abc-8def-012345600001"
#define ENTRY "0198f3a2-0000-7abc-8def-012345600002"

static struct index *ix;

static void close_index(void)
{
    index_close(ix);
}

static void open_index(void)
{
    static const char pupil[] = "{\"id\":\"" PUPIL "\",\"surname\":\"Иванов\",\"name\":\"Пётр\",\"state\":\"active\"}";
    static const char entry[] = "{\"id\":\"" ENTRY "\",\"pupil\":\"" PUPIL "\",\"title\":\"Олимпиада \\\"Ломоносов\\\" 9*\","
                                "\"state\":\"submitted\",\"date\":\"2026-03-05\",\"organiser\":\"MSU AND OR NOT NEAR\"}";
    static char path[128];
    struct lt_error err = {0};
    bool rebuild;
    const struct index_change changes[] = {{.path = "pupil.json", .data = pupil, .len = sizeof pupil - 1},
                                           {.path = "entries/2026/" ENTRY "/entry.json", .data = entry, .len = sizeof entry - 1}};
    const struct index_batch batch = {.repo = PUPIL, .new_head = "1111111111111111111111111111111111111111", .whole = true,
                                      .changes = changes, .len = 2};
    snprintf(path, sizeof path, "%s/index.db", fuzz_dir());
    FUZZ_CHECK(index_open(&(struct index_config){.path = path}, &ix, &rebuild, &err) == 0);
    FUZZ_CHECK(index_apply(ix, &batch, 1, &err) == 0);
    atexit(close_index);
}

static void expression(const char *s, bool prefixes)
{
    struct lt_buf out = LT_BUF_INIT(1 << 16);
    struct lt_error err = {0};
    fuzz_judge(words_query(s, prefixes, &out, &err), &err);
    lt_buf_free(&out);
}

static void ask(const char *text, const char *cursor, const json_t *params)
{
    struct lt_error err = {0};
    json_t *items = NULL;
    char *next = NULL;
    int rc = index_search(ix, text, params, 2, cursor, &items, &next, &err);
    if (rc == LT_SYSTEM) fprintf(stderr, "%s %s\n", err.code, lt_error_param(&err, "why"));
    FUZZ_CHECK(rc == 0 || rc == LT_USAGE);
    fuzz_judge(rc, &err);
    json_decref(items);
    free(next);
}

/* A cursor that is taken is one that could have been given: made again it is the same page. */
static void cursor(const char *text)
{
    const struct list *l;
    for (size_t i = 0; (l = list_at(i)); i++) {
        struct lt_error err = {0};
        json_t *key = NULL;
        char *made = NULL;
        int rc = cursor_read(l->name, l->types, text, &key, &err);
        if (rc == 0) FUZZ_CHECK(json_array_size(key) == strlen(l->types) && cursor_make(l->name, key, &made, &err) == 0);
        fuzz_judge(rc, &err);
        free(made);
        if (rc == 0) {
            json_t *params = json_object(), *items = NULL;
            char *next = NULL;
            rc = index_list(ix, l->name, params, 2, text, &items, &next, &err);
            /* a list may ask for a filter that a stranger's cursor does not bring */
            if (rc == LT_SYSTEM) FUZZ_CHECK(strcmp(err.code, "index.filter") == 0);
            fuzz_judge(rc, &err);
            json_decref(items);
            json_decref(params);
            free(next);
        }
        json_decref(key);
    }
}

/* Input: the cursor as the door gets it, LF, the search line. A line that begins with '[' is put into base64 first. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!ix) open_index();
    char *given = fuzz_line(&data, &size), *text = fuzz_line(&data, &size), *made = NULL;
    json_t *key = NULL;
    expression(text, false);
    expression(text, true);
    ask(text, NULL, NULL);
    ask(text, given, NULL);
    if (*given == '[' && lt_json_parse(given, strlen(given), 4096, &key, NULL) == 0) {
        const char *list = json_string_value(json_array_get(key, 0));
        char *name = lt_strdup(list);
        json_array_remove(key, 0);
        if (name && cursor_make(name, key, &made, NULL) == 0) {
            cursor(made);
            ask(text, made, NULL);
        }
        free(name);
        free(made);
        json_decref(key);
    }
    cursor(given);
    free(given);
    free(text);
    return 0;
}
