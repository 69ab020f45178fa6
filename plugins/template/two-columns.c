/* A working plugin to copy: an importer for a table of two columns, the pupil's name and what was reached in a contest of the school.
 *
 * Build it anywhere, without the sources of Letopis:
 *     cmake -S . -B build && cmake --build build        (finds letopis-plugin.pc)
 *     install -m 644 build/two-columns.so /usr/lib/<architecture>/letopis/plugins/
 *     letopis plugin check two-columns && letopis plugin enable two-columns
 *
 * It shows what every plugin does: keep the host, take what is borrowed, hand out through emit, say why with fail. */
#include <letopis/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One job. There is one at a time, and the next one is another process. */
struct job {
    const struct letopis_host *host;
    unsigned rows;
};

static void fail(const struct letopis_host *host, const char *why)
{
    host->fail(host->ctx, why, strlen(why));
}

/* --- text into JSON --- */

struct text {
    char data[8192];
    size_t len;
    int full;
};

static void add(struct text *t, const char *s, size_t len)
{
    if (len > sizeof t->data - t->len) {
        t->full = 1;
        return;
    }
    memcpy(t->data + t->len, s, len);
    t->len += len;
}

static void add_word(struct text *t, const char *s)
{
    add(t, s, strlen(s));
}

/* A JSON string. What comes in is UTF-8 already; only quotes, backslashes and control characters need care. */
static void add_string(struct text *t, const char *s, size_t len)
{
    size_t i;
    add_word(t, "\"");
    for (i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        char number[8];
        if (c == '"' || c == '\\') {
            add_word(t, "\\");
            add(t, s + i, 1);
        } else if (c < 0x20) {
            snprintf(number, sizeof number, "\\u%04x", c);
            add_word(t, number);
        } else {
            add(t, s + i, 1);
        }
    }
    add_word(t, "\"");
}

/* --- the importer --- */

static int32_t begin(void *state, const struct letopis_host *host, const char *document, size_t len, void **run)
{
    struct job *j = calloc(1, sizeof *j);
    (void)state;
    (void)document; /* {"action", "format", "lang", "file_name", "today", "year", "mapping"}: this importer needs none of it */
    (void)len;
    if (!j) {
        fail(host, "out of memory");
        return LETOPIS_FAILED;
    }
    j->host = host;
    *run = j;
    return LETOPIS_OK;
}

static const struct letopis_cell *column(const struct letopis_row *row, uint32_t number)
{
    size_t i;
    for (i = 0; i < row->cells_len; i++) {
        const struct letopis_cell *c = letopis_row_cell(row, i);
        if (c->column == number && c->len > 0) return c;
    }
    return NULL;
}

static int is_heading(const struct letopis_cell *c)
{
    static const char *const words[] = {"ФИО", "Имя", "Ученик"};
    size_t i;
    for (i = 0; c && i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(c->text, words[i]) == 0) return 1;
    }
    return 0;
}

/* A row becomes a proposal; what is missing becomes a problem that the person sees beside the row. The program finds the pupil. */
static int32_t take_row(void *run, const struct letopis_row *row)
{
    struct job *j = run;
    const struct letopis_cell *name = column(row, 1), *title = column(row, 2);
    struct text t;
    char number[32];
    t.len = 0;
    t.full = 0;
    if (!name && !title) return LETOPIS_OK; /* an empty line */
    snprintf(number, sizeof number, "%lu", (unsigned long)row->row);
    if (row->row == 1 && is_heading(name)) { /* a row that says nothing is named, so that no row of the file is missing in the preview */
        add_word(&t, "{\"row\":1,\"skipped\":\"heading\",\"message\":\"Заголовок\",\"sheet\":");
        add_string(&t, row->sheet, row->sheet_len);
        add_word(&t, "}");
        return !t.full && j->host->emit(j->host->ctx, t.data, t.len) == 0 ? LETOPIS_OK : LETOPIS_FAILED;
    }
    add_word(&t, "{\"row\":");
    add_word(&t, number);
    add_word(&t, ",\"sheet\":");
    add_string(&t, row->sheet, row->sheet_len);
    add_word(&t, ",\"pupil\":{\"full_name\":");
    add_string(&t, name ? name->text : "", name ? name->len : 0);
    add_word(&t, "},\"values\":{\"kind\":\"achievement\",\"activity\":\"contest\",\"level\":\"school\",\"title\":");
    add_string(&t, title ? title->text : "", title ? title->len : 0);
    add_word(&t, "}");
    if (!name || !title)
        add_word(&t, name ? ",\"problems\":[{\"column\":2,\"code\":\"title_missing\",\"message\":\"Не указано, что достигнуто\"}]"
                          : ",\"problems\":[{\"column\":1,\"code\":\"name_missing\",\"message\":\"Не указано имя\"}]");
    add_word(&t, "}");
    if (t.full) {
        fail(j->host, "A row is too long.");
        return LETOPIS_FAILED;
    }
    j->rows++;
    return j->host->emit(j->host->ctx, t.data, t.len) == 0 ? LETOPIS_OK : LETOPIS_FAILED;
}

static int32_t finish(void *run)
{
    struct job *j = run;
    char line[64];
    snprintf(line, sizeof line, "%u rows", j->rows);
    return j->host->log(j->host->ctx, LETOPIS_LOG_INFO, line, strlen(line)) == 0 ? LETOPIS_OK : LETOPIS_FAILED;
}

static void end(void *run)
{
    free(run);
}

static const struct letopis_importer importer = {
    sizeof importer,
    0,
    "[{\"name\":\"two-columns\",\"title\":{\"ru\":\"Имя и достижение\",\"en\":\"Name and achievement\"},"
    "\"columns\":[{\"word\":\"full_name\",\"title\":{\"ru\":\"Имя\",\"en\":\"Name\"},\"required\":true},"
    "{\"word\":\"title\",\"title\":{\"ru\":\"Достижение\",\"en\":\"Achievement\"},\"required\":true}]}]",
    begin,
    take_row,
    finish,
    end};

/* --- the plugin --- */

static int32_t open_plugin(const struct letopis_host *host, void **state)
{
    (void)host; /* this is the place to load data from /usr/share; later no path can be opened */
    *state = NULL;
    return LETOPIS_OK;
}

static void close_plugin(void *state)
{
    (void)state;
}

static const void *capability(void *state, const char *id)
{
    (void)state;
    return strcmp(id, LETOPIS_IMPORTER_1) == 0 ? &importer : NULL;
}

LETOPIS_PLUGIN_EXPORT const struct letopis_plugin letopis_plugin = {
    LETOPIS_PLUGIN_MAGIC, sizeof letopis_plugin, LETOPIS_ABI_MAJOR, LETOPIS_ABI_MINOR,
    "two-columns", "1.0", open_plugin, close_plugin, capability};
