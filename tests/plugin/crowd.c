/* crowd DATA CHANNEL PUPILS ENTRIES: fills the data folder with made-up pupils who all consent to the channel, every entry verified. For measuring
 * publication at size; the documents go straight into the vault, the next opening of the folder feeds the index. */
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/text.h"
#include "vault/vault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct crowd {
    struct vault *vault;
    struct vault_tx *tx;
    struct lt_id_source *ids;
    struct lt_error err;
};

static void stop(struct crowd *c, int rc)
{
    if (!rc) return;
    fprintf(stderr, "%s\n", c->err.code);
    exit(1);
}

static void put(struct crowd *c, const char *pupil, const char *path, json_t *doc)
{
    struct lt_buf b = LT_BUF_INIT(VAULT_TEXT_MAX);
    stop(c, lt_json_canonical(doc, &b, &c->err));
    stop(c, vault_tx_put(c->tx, pupil, path, b.data, b.len, &c->err));
    lt_buf_free(&b);
    json_decref(doc);
}

static json_t *consent(struct crowd *c, const char *pupil, const char *purpose, const char *channel, char id[LT_ID_SIZE])
{
    lt_id_next(c->ids, id);
    json_t *doc = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:[{s:s, s:s, s:s, s:s}]}", "id", id, "pupil", pupil, "purpose", purpose, "state",
                            "active", "from", "2020-09-01", "to", "2099-08-31", "acts", "who", "guardian", "by", pupil, "how", "screen", "at",
                            "2020-09-01T09:00:00.000Z");
    if (*channel) {
        lt_json_put_str(doc, "target", channel);
        lt_json_put(doc, "fields", json_pack("[s,s,s,s,s,s,s]", "name", "class", "title", "result", "organiser", "date", "review"));
    }
    return doc;
}

static void entry(struct crowd *c, const char *pupil, unsigned n)
{
    static const char *const levels[] = {"school", "municipal", "regional", "national"}, *const results[] = {"winner", "prize_winner", "participant"},
                             *const sections[] = {"study", "extracurricular", "additional", "personal"};
    char id[LT_ID_SIZE], path[VAULT_PATH_MAX], title[200], date[16];
    lt_id_next(c->ids, id);
    lt_print(title, sizeof title, "Всероссийская олимпиада школьников по математике, тур %u", n);
    lt_print(date, sizeof date, "2025-%02u-%02u", 1 + n % 12, 1 + n % 28);
    json_t *doc = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s}}", "id", id, "pupil", pupil, "revision", 1,
                            "state", "verified", "kind", "achievement", "section", sections[n % 4], "activity", "olympiad", "title", title, "organiser",
                            "Управление образования города Заречного", "level", levels[n % 4], "result", results[n % 3], "date", date, "school_year",
                            n % 12 < 8 ? "2024/25" : "2025/26", "ground", "law", "source", "kind", "staff", "by", pupil);
    lt_print(path, sizeof path, "entries/2025/%s/verified.json", id);
    put(c, pupil, path, json_incref(doc));
    lt_print(path, sizeof path, "entries/2025/%s/entry.json", id);
    put(c, pupil, path, doc);
}

static void pupil(struct crowd *c, const char *id, const char *channel, unsigned n, unsigned entries)
{
    static const char *const surnames[] = {"Абрамова", "Белозёрова", "Васильченко", "Громова", "Дьяконова", "Ежова"}, *const names[] = {"Анна", "Ева", "Мария", "София"};
    char consent_id[LT_ID_SIZE], path[VAULT_PATH_MAX], klass[16], class_id[LT_ID_SIZE];
    lt_print(klass, sizeof klass, "%u/%u", 1 + n / 25 % 11, 1 + n / 275);
    lt_print(class_id, sizeof class_id, "00000000-0000-7000-8000-%012u", n / 25);
    put(c, id, "pupil.json", json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", id, "surname", surnames[n % 6], "name", names[n % 4], "sex", "f", "birth",
                                       "2017-03-05", "state", "active"));
    put(c, id, "classes.json", json_pack("{s:[{s:s, s:i, s:s, s:s, s:s}]}", "classes", "class", class_id, "year", 2025, "name", klass, "from", "2020-09-01", "basis",
                                         "enrolled"));
    json_t *doc = consent(c, id, "dissemination", channel, consent_id);
    lt_print(path, sizeof path, "consents/%s.json", consent_id);
    put(c, id, path, doc);
    for (unsigned i = 0; i < entries; i++) entry(c, id, n + i);
}

int main(int argc, char **argv)
{
    enum { TOGETHER = 100 };
    struct crowd c = {0};
    struct lt_clock clock;
    if (argc < 5) return 2;
    unsigned pupils = (unsigned)strtoul(argv[3], NULL, 10), entries = (unsigned)strtoul(argv[4], NULL, 10);
    lt_clock_system(&clock, 180);
    c.ids = lt_id_source_new(&clock);
    struct vault_config config = {.dir = argv[1], .clock = &clock};
    struct vault_author who = {.name = "staff", .email = "crowd@example.invalid"};
    struct vault_message message = {.subject = "Make a crowd", .use_case = "pupil.add", .actor = "crowd"};
    stop(&c, vault_open(&config, &c.vault, &c.err));
    for (unsigned at = 0; at < pupils; at += TOGETHER) {
        char ids[TOGETHER][LT_ID_SIZE];
        const char *repos[TOGETHER];
        unsigned n = pupils - at < TOGETHER ? pupils - at : TOGETHER;
        const struct vault_result *result;
        for (unsigned i = 0; i < n; i++) lt_id_next(c.ids, ids[i]), repos[i] = ids[i];
        stop(&c, vault_tx_begin(c.vault, &who, repos, n, &c.tx, &c.err));
        for (unsigned i = 0; i < n; i++) pupil(&c, ids[i], argv[2], at + i, entries / pupils);
        stop(&c, vault_tx_commit(c.tx, &message, NULL, 0, &result, &c.err));
        vault_tx_end(c.tx);
    }
    vault_close(c.vault);
    lt_id_source_free(c.ids);
    return 0;
}
