#include "site.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static int32_t site_open(const struct letopis_host *host, void **state)
{
    (void)host;
    *state = NULL;
    return LETOPIS_OK;
}

static void site_close(void *state)
{
    (void)state;
}

static void site_end(void *run)
{
    struct site *s = run;
    if (!s) return;
    struct lt_buf *const bufs[] = {&s->page, &s->part, &s->text, &s->class_rows};
    for (size_t i = 0; i < LT_COUNT(bufs); i++) lt_buf_free(bufs[i]);
    for (size_t i = 0; i < s->lists_len; i++) lt_buf_free(&s->lists[i].rows);
    for (size_t i = 0; i < RECENT; i++) free(s->recent[i].html);
    free(s->lists);
    free(s->classes);
    json_decref(s->job);
    free(s);
}

static int32_t site_begin(void *state, const struct letopis_host *host, const char *job, size_t len, void **run)
{
    struct lt_error err = {0};
    struct site *s = lt_calloc(1, sizeof *s);
    (void)state;
    if (!s) return LETOPIS_FAILED;
    s->host = host;
    s->lists = lt_calloc(LISTS_MOST, sizeof *s->lists);
    lt_buf_init(&s->page, PAGE_MAX + (1 << 20));
    lt_buf_init(&s->part, 1 << 20);
    lt_buf_init(&s->text, 1 << 20);
    lt_buf_init(&s->class_rows, PAGE_MAX);
    if (!s->lists || lt_json_parse(job, len, 4 << 20, &s->job, &err)) {
        lt_error_clear(&err);
        site_end(s);
        return LETOPIS_FAILED;
    }
    const json_t *channel = lt_json_object(s->job, "channel"), *site = lt_json_object(s->job, "site"), *set = lt_json_object(channel, "settings");
    s->lang = lt_lang_parse(lt_json_str(s->job, "lang"), LT_RU);
    s->words = lt_json_object(s->job, "words");
    s->school = lt_json_str_or(site, "school", "");
    s->short_name = lt_json_str_or(site, "short_name", s->school);
    s->title = lt_json_str_or(set, "title", lt_msg(s->lang, "site.title"));
    s->intro = lt_json_str_or(set, "intro", lt_msg(s->lang, "site.intro"));
    s->index_allowed = strcmp(lt_json_str_or(set, "search_engines", "off"), "on") == 0;
    style_colours(s, lt_json_str(set, "accent"));
    *run = s;
    return style_write(s);
}

/* An entry in the lists it belongs to. */
static int file_entry(struct site *s, const json_t *pupil, const json_t *entry)
{
    const char *year = lt_json_str(entry, "year"), *level = lt_json_str(entry, "level"), *section = lt_json_str(entry, "section");
    char text[300];
    lt_buf_reset(&s->part);
    row_html(s, pupil, entry, "../", true, &s->part);
    if (s->part.failed) return LETOPIS_FAILED;
    recent_note(s, pupil, entry);
    if (year) {
        char value[40];
        lt_print(value, sizeof value, "%.30s", year);
        for (char *c = value; *c; c++) *c = *c == '/' ? '-' : *c;
        struct lt_buf title = LT_BUF_INIT(300);
        lt_msg_add(&title, s->lang, "site.year", "year", year, (char *)NULL);
        int rc = list_add(s, "year", value, title.data ? title.data : "", year, s->part.data);
        lt_buf_free(&title);
        if (rc) return rc;
    }
    if (level) {
        site_level(s, level, text, sizeof text);
        if (list_add(s, "level", level, text, site_word(s, "level", level), s->part.data)) return LETOPIS_FAILED;
    }
    return section ? list_add(s, "section", section, site_word(s, "section", section), site_word(s, "section", section), s->part.data) : LETOPIS_OK;
}

static int32_t site_item(void *run, const char *json, size_t len)
{
    struct site *s = run;
    struct lt_error err = {0};
    json_t *pupil = NULL;
    size_t i;
    const json_t *entry;
    if (lt_json_parse(json, len, 2 << 20, &pupil, &err)) {
        lt_error_clear(&err);
        return LETOPIS_FAILED;
    }
    int rc = class_row(s, pupil);
    if (!rc) rc = person_page(s, pupil);
    json_array_foreach(lt_json_array(pupil, "entries"), i, entry) {
        if (!rc) rc = file_entry(s, pupil, entry);
        s->entries++;
    }
    s->pupils++;
    json_decref(pupil);
    return rc;
}

static int32_t site_finish(void *run)
{
    struct site *s = run;
    char text[120];
    if (class_flush(s) || lists_finish(s) || front_page(s)) return LETOPIS_FAILED;
    lt_print(text, sizeof text, "{\"pages\":%u,\"pupils\":%u,\"entries\":%u}", s->pages, s->pupils, s->entries);
    return s->host->emit(s->host->ctx, text, strlen(text)) == 0 ? LETOPIS_OK : LETOPIS_FAILED;
}

static const struct letopis_publisher publisher = {
    sizeof publisher,
    LETOPIS_PUBLISHER_FOLDER,
    "[{\"name\":\"accent\",\"kind\":\"colour\",\"title\":{\"ru\":\"Цвет школы\",\"en\":\"Colour of the school\"}},"
    "{\"name\":\"title\",\"kind\":\"text\",\"title\":{\"ru\":\"Заголовок сайта\",\"en\":\"Title of the site\"}},"
    "{\"name\":\"intro\",\"kind\":\"text\",\"title\":{\"ru\":\"Строка под заголовком\",\"en\":\"Line under the title\"}},"
    "{\"name\":\"search_engines\",\"values\":[\"off\",\"on\"],\"title\":{\"ru\":\"Показывать поисковикам\",\"en\":\"Let search engines in\"}}]",
    site_begin,
    site_item,
    site_finish,
    site_end};

static const void *site_capability(void *state, const char *id)
{
    (void)state;
    return strcmp(id, LETOPIS_PUBLISHER_1) == 0 ? &publisher : NULL;
}

LETOPIS_PLUGIN_EXPORT const struct letopis_plugin letopis_plugin = {
    LETOPIS_PLUGIN_MAGIC, sizeof letopis_plugin, LETOPIS_ABI_MAJOR, LETOPIS_ABI_MINOR, "site", "1.0", site_open, site_close, site_capability};
