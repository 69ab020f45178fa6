/* guardian: the dated relation between a pupil and a legal representative, with its rights. It stands in the pupil's card. */
#include "usecase/call.h"
#include "usecase/pupil.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* Every right that is refused is written out; what is not said is granted. */
static json_t *rights_of(const json_t *in)
{
    static const char *const words[] = {"see", "add", "consent", "papers"};
    json_t *rights = json_object();
    for (size_t i = 0; rights && i < 4; i++) {
        if (lt_json_array_has(lt_json_array(in, "without"), words[i])) json_object_set_new(rights, words[i], json_false());
    }
    return rights;
}

/* The relation that has not ended before the day: without an end, or with one still to come. */
static json_t *running(const json_t *card, const char *person, const char *day)
{
    size_t i;
    json_t *g;
    json_array_foreach(lt_json_array(card, "guardians"), i, g) {
        const char *to = lt_json_str(g, "to");
        if (strcmp(lt_json_str_or(g, "person", ""), person) == 0 && (!to || strcmp(to, day) >= 0)) return g;
    }
    return NULL;
}

/* Ends it; what had not begun by then never was. */
static int end_relation(json_t *card, json_t *g, const char *to)
{
    json_t *list = lt_json_array(card, "guardians");
    if (strcmp(lt_json_str_or(g, "from", ""), to) <= 0) return lt_json_put_str(g, "to", to);
    for (size_t i = json_array_size(list); i-- > 0;) {
        if (json_array_get(list, i) == g) return json_array_remove(list, i);
    }
    return -1;
}

static int put_card(struct uc_call *call, const char *subject, int (*fn)(struct uc_call *, const json_t *, json_t *, struct lt_error *),
                    const json_t *in, json_t **out, struct lt_error *err)
{
    const char *pupil = lt_json_str_or(in, "pupil", "");
    struct uc_tx *tx = NULL;
    json_t *card = NULL;
    int rc = uc_tx_begin1(call, pupil, &tx, err);
    if (!rc) rc = uc_tx_get(tx, pupil, PUPIL_PATH, &card, err);
    if (!rc) rc = fn(call, in, card, err);
    if (!rc) rc = uc_tx_put(tx, pupil, PUPIL_PATH, card, err);
    if (!rc) rc = uc_tx_commit(tx, subject, NULL, err);
    uc_tx_end(tx);
    if (rc) json_decref(card);
    else *out = card;
    return rc;
}

/* A relation with new rights ends the old one the day before: what was in force on a day stays known. */
static int do_link(struct uc_call *call, const json_t *in, json_t *card, struct lt_error *err)
{
    const char *person = lt_json_str_or(in, "person", "");
    char today[LT_DATE_SIZE], before[LT_DATE_SIZE];
    struct lt_date from = call->today;
    if (lt_json_str(in, "from")) lt_date_parse(lt_json_str(in, "from"), &from);
    json_t *item = json_pack("{s:s, s:s, s:s, s:o}", "person", person, "kind", lt_json_str_or(in, "kind", "parent"), "from",
                             lt_date_format(from, today), "rights", rights_of(in));
    static const char *const keys[] = {"ground", "document", "to"};
    for (size_t i = 0; item && i < 3; i++) lt_json_copy_key(item, in, keys[i]);
    json_t *list = lt_json_array(card, "guardians"), *old = running(card, person, today);
    const char *to = lt_json_str(in, "to");
    if (to && strcmp(to, today) < 0) return json_decref(item), lt_fail_field(err, LT_USAGE, "to", "role.term", (char *)NULL);
    if (!item || (!list && lt_json_put(card, "guardians", list = json_array()))) return json_decref(item), lt_fail_memory(err);
    if (old && end_relation(card, old, lt_date_format(lt_date_add_days(from, -1), before))) return json_decref(item), lt_fail_memory(err);
    return json_array_append_new(list, item) ? lt_fail_memory(err) : 0;
}

static int do_unlink(struct uc_call *call, const json_t *in, json_t *card, struct lt_error *err)
{
    char today[LT_DATE_SIZE], day[LT_DATE_SIZE];
    json_t *g = running(card, lt_json_str_or(in, "person", ""), lt_date_format(call->today, today));
    if (!g) return lt_fail_field(err, LT_NOTFOUND, "person", "guardian.absent", (char *)NULL);
    lt_date_format(lt_date_add_days(call->today, -1), day);
    return end_relation(card, g, lt_json_str_or(in, "to", day)) ? lt_fail_memory(err) : 0;
}

static int run_link(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *person = NULL;
    int rc = uc_doc(call, "person", lt_json_str_or(in, "person", ""), &person, err);
    json_decref(person);
    return rc ? rc : put_card(call, "Link guardian", do_link, in, out, err);
}

static int run_unlink(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return put_card(call, "End the relation of a guardian", do_unlink, in, out, err);
}

static const struct uc_field link_fields[] = {{"pupil", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                              {"person", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                              {"kind", UC_ENUM, 0, 0, 0, "guardian_kind"},
                                              {"without", UC_WORDS, UC_MANY, 0, 0, "guardian_right"},
                                              {"ground", UC_TEXT, 0, 0, 200, NULL},
                                              {"document", UC_TEXT, 0, 0, 200, NULL},
                                              {"from", UC_DATE, 0, 0, 0, NULL},
                                              {"to", UC_DATE, 0, 0, 0, NULL},
                                              {0}};
static const struct uc_field unlink_fields[] = {{"pupil", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                                {"person", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                                {"to", UC_DATE, 0, 0, 0, NULL},
                                                {0}};

static const struct uc_row rows[] = {
    {.noun = "guardian", .verb = "link", .method = "POST", .tail = "/{person}", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "pupil", .right = "guardian.link", .target = UC_T_PUPIL, .target_field = "pupil", .fields = link_fields, .run = run_link},
    {.noun = "guardian", .verb = "unlink", .method = "DELETE", .tail = "/{person}", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "pupil", .right = "guardian.link", .target = UC_T_PUPIL, .target_field = "pupil", .fields = unlink_fields, .run = run_unlink},
};

const struct uc_noun uc_noun_guardian = UC_NOUN("guardian", "guardians", "/pupils/{pupil}/guardians", rows);
