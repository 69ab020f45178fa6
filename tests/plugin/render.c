/* render FOLDER PLUGINS PUPILS ENTRIES [setting=value …]: a made-up school rendered by the site plugin into FOLDER, with the time it took. For looking at
 * pages and for the benchmark of rendering; nothing here is a real person. */
#include "plugin/run.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "usecase/release.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct school {
    unsigned pupils, entries, at;
    struct release release;
};

static const char *const surnames[] = {"Абрамова", "Белозёрова", "Васильченко", "Громова", "Дьяконова", "Ежова", "Жукова-Заречная", "Зимина", "Ильина"};
static const char *const names[] = {"Анна", "Вероника", "Дарья", "Ева", "Мария", "София", "Таисия"};
static const char *const titles[] = {"Всероссийская олимпиада школьников по математике", "Конкурс чтецов «Живая классика»",
                                     "Научно-практическая конференция «Шаг в будущее», секция экологии малых рек", "Первенство города по лыжным гонкам",
                                     "Фестиваль детского творчества «Радуга»", "Турнир имени М. В. Ломоносова", "Проект «Память улиц нашего района»",
                                     "Кенгуру — математика для всех"};
static const char *const organisers[] = {"Управление образования города Заречного", "Центр «Сириус»", "Школа № 7", "Федерация лыжных гонок"};
static const char *const levels[] = {"school", "municipal", "regional", "national", "international", "municipal", "school"};
static const char *const results[] = {"winner", "prize_winner", "participant", "laureate", "diploma_holder", "finalist"};
static const char *const sections[] = {"study", "extracurricular", "additional", "personal"};

static json_t *entry(unsigned n)
{
    char date[16], year[16];
    unsigned month = 1 + n % 12, y = 2024 + n % 3;
    lt_print(date, sizeof date, "%u-%02u-%02u", y, month, 1 + n * 7 % 28);
    lt_print(year, sizeof year, "%u/%02u", month >= 9 ? y : y - 1, (month >= 9 ? y + 1 : y) % 100);
    json_t *e = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "title", titles[n % 8], "organiser", organisers[n % 4], "level", levels[n % 7], "result",
                          results[n % 6], "section", sections[n % 4], "date", date, "year", year);
    if (n % 6 == 1) json_object_set_new(e, "place", json_integer(2));
    if (n % 11 == 3) json_object_set_new(e, "mentor", json_string("Петрова Мария Ивановна"));
    if (n % 13 == 4)
        json_object_set_new(e, "reviews", json_pack("[{s:s, s:s}]", "kind", "review", "text",
                                                    "Готовилась сама, по вечерам. Мы видели, сколько в этой олимпиаде труда и сколько радости."));
    return e;
}

static int by_year(const void *a, const void *b)
{
    return strcmp(lt_json_str(*(json_t *const *)b, "date"), lt_json_str(*(json_t *const *)a, "date"));
}

static int next(void *user, struct lt_buf *out, struct lt_error *err)
{
    struct school *s = user;
    char key[40], name[100], klass[24];
    if (s->at == s->pupils) return 0;
    unsigned i = s->at++, each = s->entries / s->pupils, classes = s->pupils / 25 + 1, c = i / 25;
    static const char *const letters[] = {"А", "Б", "В", "Г", "Д", "Е", "Ж", "З", "И", "К", "Л", "М"};
    unsigned number = 1 + c * 11 / classes, letter = 0;
    while (letter < c && 1 + (c - letter - 1) * 11 / classes == number) letter++;
    lt_print(key, sizeof key, "%08x%024u", i * 2654435761u, i);
    lt_print(name, sizeof name, "%s %s", surnames[i % 9], names[i % 7]);
    lt_print(klass, sizeof klass, "%u%s", number, letters[letter % 12]);
    json_t **all = calloc(each + 1, sizeof *all), *entries = json_array();
    for (unsigned k = 0; k < each; k++) all[k] = entry(i * 31 + k * 5);
    qsort(all, each, sizeof *all, by_year);
    for (unsigned k = 0; k < each; k++) json_array_append_new(entries, all[k]);
    free(all);
    json_t *item = json_pack("{s:s, s:s, s:s, s:o}", "key", key, "name", name, "class", klass, "entries", entries);
    int rc = lt_json_compact(item, out, err);
    json_decref(item);
    return rc ? rc : 1;
}

static int file(void *user, const char *name, const void *data, size_t len, bool first, bool last, struct lt_error *err)
{
    struct school *s = user;
    return release_file(&s->release, name, data, len, first, last, err);
}

static int emit(void *user, const json_t *doc, struct lt_error *err)
{
    (void)user, (void)doc, (void)err;
    return 0;
}

static json_t *words(enum lt_lang lang)
{
    json_t *out = json_object(), *level = json_object(), *result = json_object(), *section = json_object();
    for (size_t i = 0; i < 7; i++) json_object_set_new(level, levels[i], json_string(lt_label(lang, "level", levels[i])));
    for (size_t i = 0; i < 6; i++) json_object_set_new(result, results[i], json_string(lt_label(lang, "result", results[i])));
    for (size_t i = 0; i < 4; i++) json_object_set_new(section, sections[i], json_string(lt_label(lang, "section", sections[i])));
    json_object_set_new(out, "level", level);
    json_object_set_new(out, "result", result);
    json_object_set_new(out, "section", section);
    json_object_set_new(out, "review_kind", json_pack("{s:s}", "review", lt_label(lang, "review_kind", "review")));
    return out;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct school s = {0};
    struct lt_error err = {0};
    char id[LT_ID_SIZE], program[4096];
    if (argc < 5) return 2;
    s.pupils = (unsigned)strtoul(argv[3], NULL, 10);
    s.entries = (unsigned)strtoul(argv[4], NULL, 10);
    json_t *settings = json_object();
    for (int i = 5; i < argc; i++) {
        char *eq = strchr(argv[i], '=');
        if (!eq) return 2;
        *eq = 0;
        json_object_set_new(settings, argv[i], json_string(eq + 1));
    }
    enum lt_lang lang = lt_lang_parse(lt_json_str(settings, "lang"), LT_RU);
    json_t *job = json_pack("{s:s, s:s, s:{s:s, s:s, s:o}, s:{s:s, s:s}, s:o}", "action", "publish", "lang", lt_lang_word(lang), "channel", "id", "c",
                            "title", "Сайт", "settings", settings, "site", "school", "МБОУ «Средняя школа № 7» города Заречного", "short_name",
                            "Школа № 7", "words", words(lang));
    struct lt_clock clock;
    lt_clock_system(&clock, 180);
    struct lt_id_source *ids = lt_id_source_new(&clock);
    lt_id_next(ids, id);
    lt_print(program, sizeof program, "%s/plugin_child", LETOPIS_BINARY_DIR "/tests");
    const char *own = getenv("LETOPIS_PROGRAM");
    struct sandbox_config config = {.program = own ? own : program, .modules_dir = argv[2]};
    struct plugin_job run = {.config = &config, .cap = PLUGIN_PUBLISHER, .id = "site", .args = job, .next = next, .file = file, .emit = emit, .user = &s};
    double begin = seconds();
    int rc = release_open(lt_fs_system(), argv[1], "bench", true, &s.release, &err);
    if (!rc) rc = release_begin(&s.release, id, &err);
    if (!rc) rc = plugin_run_job(&run, &err);
    if (!rc) rc = release_settle(&s.release, &err);
    if (!rc) rc = release_switch(&s.release, 0, &err);
    double took = seconds() - begin;
    struct lt_buf text = LT_BUF_INIT(4096);
    if (rc) lt_error_text(&text, LT_EN, &err), fprintf(stderr, "%s\n", text.data);
    else printf("%u pupils, %u entries, %u files, %.1f MB: %.2f s, %.0f entries/s\n", s.pupils, s.entries, s.release.files, (double)s.release.bytes / 1e6,
                took, s.entries / took);
    release_close(&s.release);
    lt_buf_free(&text);
    json_decref(job);
    lt_id_source_free(ids);
    return rc ? 1 : 0;
}
