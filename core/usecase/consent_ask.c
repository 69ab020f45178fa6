#include "usecase/consent_ask.h"
#include "usecase/family.h"
#include "usecase/publish.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/consent.h"
#include "model/names.h"
#include "model/values.h"

#include <stdlib.h>
#include <string.h>

/* --- may I sign? --- */

/* Code of why not, or NULL; borrowed from err. */
static const char *why_not(struct uc_call *call, const char *purpose, struct lt_error *err)
{
    char at[LT_INSTANT_SIZE];
    const char *pupil = call->target.pupil_id;
    struct model_consent_act act = {.who = strcmp(call->actor.id, pupil) == 0 ? "pupil" : "guardian",
                                    .by = call->actor.id,
                                    .how = "screen",
                                    .confirmed = call->actor.confirmed,
                                    .at = lt_instant_format(call->now, at),
                                    .day = call->today};
    if (call->actor.local) return "consent.local_paper";
    if (!uc_may(call, "consent.read", UC_T_PUPIL, pupil)) return "denied.right";
    return model_consent_act_allowed(call->target.pupil, purpose, &act, call->today, err) ? err->code : NULL;
}

static int put_may(struct uc_call *call, json_t *item, const char *purpose, struct lt_error *err)
{
    struct lt_error fault = {0};
    struct lt_buf words = LT_BUF_INIT(4096);
    const char *why = why_not(call, purpose, &fault);
    int rc = lt_json_put_bool(item, "may", !why) || lt_json_put_str(item, "why", why) ? lt_fail_memory(err) : 0;
    if (!rc && why && fault.code[0]) {
        rc = lt_error_text(&words, call->lang, &fault) || lt_json_put_str(item, "why_text", words.data) ? lt_fail_memory(err) : 0;
    }
    lt_buf_free(&words);
    lt_error_clear(&fault);
    return rc;
}

/* --- what stands --- */

static bool about(const json_t *c, const char *purpose, const char *target)
{
    const char *t = lt_json_str(c, "target");
    if (strcmp(lt_json_str_or(c, "purpose", ""), purpose) != 0) return false;
    return !target || !t || strcmp(t, target) == 0;
}

static json_t *act_json(const struct uc_call *call, const json_t *act)
{
    return json_pack("{s:s, s:s, s:s, s:b}", "who", lt_json_str_or(act, "who", ""), "how", lt_json_str_or(act, "how", ""), "at",
                     lt_json_str_or(act, "at", ""), "mine", strcmp(lt_json_str_or(act, "by", ""), call->actor.id) == 0);
}

/* Documents that still say something: in force, waiting or refusing, newest first. Who signed is told by kind: a guardian is not told
 * of the other. */
static json_t *standing(struct uc_call *call, const json_t *consents, const char *purpose, const char *target)
{
    json_t *list = json_array();
    size_t i, k;
    const json_t *c, *act;
    json_array_foreach(consents, i, c) {
        const char *state = lt_json_str_or(c, "state", "");
        if (!about(c, purpose, target) || strcmp(state, "withdrawn") == 0) continue;
        if (!lt_date_in(call->today, NULL, lt_json_str(c, "to"))) continue;
        json_t *acts = json_array();
        json_array_foreach(lt_json_array(c, "acts"), k, act) json_array_append_new(acts, act_json(call, act));
        json_array_append_new(list, json_pack("{s:s, s:s, s:O*, s:s*, s:s*, s:s*, s:o}", "id", lt_json_str_or(c, "id", ""), "state", state,
                                              "fields", json_object_get(c, "fields"), "from", lt_json_str(c, "from"), "to", lt_json_str(c, "to"),
                                              "text_version", lt_json_str(c, "text_version"), "acts", acts));
    }
    return list;
}

/* --- one question --- */

static int put_text(struct uc_call *call, json_t *item, const char *form, const char *purpose, const char *school, const char *channel,
                    struct lt_error *err)
{
    struct lt_buf text = LT_BUF_INIT(1 << 15);
    char id[80];
    lt_print(id, sizeof id, "consent.%s.%s", form, purpose);
    int rc = lt_msg_add(&text, call->lang, id, "school", school, "channel", channel, (char *)NULL) || lt_json_put_str(item, form, text.data);
    lt_buf_free(&text);
    return rc ? lt_fail_memory(err) : 0;
}

static int add_question(struct uc_call *call, json_t *list, const json_t *consents, const char *school, const char *purpose,
                        const json_t *channel, struct lt_error *err)
{
    const char *target = lt_json_str(channel, "id"), *title = lt_json_str_or(channel, "title", "");
    const json_t *card = call->target.pupil;
    int offset = call->app->clock.offset_minutes;
    json_t *item = json_pack("{s:s, s:s*, s:s*, s:s, s:s, s:b, s:o}", "purpose", purpose, "target", target, "target_title", lt_json_str(channel, "title"),
                             "text_version", CONSENT_TEXT_VERSION, "state",
                             model_consent_summary(consents, card, purpose, target, call->today, offset), "paper_only",
                             strcmp(purpose, "sensitive") == 0, "documents", standing(call, consents, purpose, target));
    int rc = item ? put_text(call, item, "question", purpose, school, title, err) : lt_fail_memory(err);
    if (!rc) rc = put_text(call, item, "text", purpose, school, title, err);
    if (!rc && target && lt_json_put(item, "covered", model_consent_fields(consents, card, target, call->today, offset))) rc = lt_fail_memory(err);
    if (!rc && target && lt_json_put(item, "fields", publish_field_words(PUBLISH_ALL))) rc = lt_fail_memory(err);
    if (!rc) rc = put_may(call, item, purpose, err);
    if (rc || json_array_append(list, item)) rc = rc ? rc : lt_fail_memory(err);
    json_decref(item);
    return rc;
}

static const char *signers_of(struct uc_call *call)
{
    struct lt_date birth = {0, 0, 0};
    lt_date_parse(lt_json_str_or(call->target.pupil, "birth", ""), &birth);
    enum model_signers rule = model_consent_signers(birth, call->today);
    return rule == MODEL_SIGN_GUARDIAN ? "guardian" : rule == MODEL_SIGN_BOTH ? "both" : "pupil";
}

int consent_run_questions(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    static const char *const purposes[] = {"processing", "image", "olympiad", "sensitive"};
    json_t *consents = NULL, *channels = NULL, *school = NULL, *list = json_array();
    size_t i;
    const json_t *channel;
    int rc = list ? family_consents(call, call->target.pupil_id, &consents, err) : lt_fail_memory(err);
    if (!rc) rc = uc_all(call, "channels", json_pack("{s:s}", "state", "active"), &channels, err);
    if (!rc) rc = uc_doc(call, "school", call->app->installation, &school, err);
    const char *name = lt_json_str_or(school, "name", "");
    if (!rc) rc = add_question(call, list, consents, name, purposes[0], NULL, err);
    json_array_foreach(channels, i, channel) {
        if (!rc) rc = add_question(call, list, consents, name, "dissemination", channel, err);
    }
    for (size_t p = 1; !rc && p < LT_COUNT(purposes); p++) rc = add_question(call, list, consents, name, purposes[p], NULL, err);
    if (!rc) *out = json_pack("{s:s, s:s, s:O}", "pupil", call->target.pupil_id, "signers", signers_of(call), "items", list);
    json_decref(list);
    json_decref(consents);
    json_decref(channels);
    json_decref(school);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* --- preview --- */

static unsigned wanted(const json_t *in)
{
    unsigned bits = 0;
    size_t i;
    const json_t *f;
    json_array_foreach(lt_json_array(in, "field"), i, f) {
        int bit = model_value_rank("consent_field", json_string_value(f));
        if (bit >= 0) bits |= 1u << bit;
    }
    return bits & PUBLISH_ALL;
}

static int later_first(const void *a, const void *b)
{
    const json_t *x = lt_json_object(*(const json_t *const *)a, "verified"), *y = lt_json_object(*(const json_t *const *)b, "verified");
    return strcmp(lt_json_str_or(y, "date", ""), lt_json_str_or(x, "date", ""));
}

/* The first few of the rows by their day, as publish_item takes them. */
static int take_some(json_t *rows, unsigned fields, json_t *list, struct lt_error *err)
{
    enum { SOME = 3 };
    size_t n = json_array_size(rows);
    const json_t **sorted = lt_calloc(n ? n : 1, sizeof *sorted);
    if (!sorted) return lt_fail_memory(err);
    for (size_t i = 0; i < n; i++) sorted[i] = json_array_get(rows, i);
    qsort(sorted, n, sizeof *sorted, later_first);
    for (size_t i = 0; i < n && i < SOME; i++)
        json_array_append_new(list, json_pack("{s:O, s:i}", "verified", lt_json_object(sorted[i], "verified"), "fields", (int)fields));
    free(sorted);
    return 0;
}

/* The newest few entries that could be shown and that the asker may read. */
static int some_entries(struct uc_call *call, unsigned fields, json_t **out, struct lt_error *err)
{
    enum { SOME = 3 };
    json_t *rows = NULL, *list = json_array(), *params = json_pack("{s:s}", "pupil", call->target.pupil_id);
    struct lt_error none = {0};
    int rc = params && list ? uc_scope(call, "entry.list", params, &none) : lt_fail_memory(err);
    if (rc == LT_DENIED) { /* who may give consents but not see is shown the empty card */
        json_decref(params);
        lt_error_clear(&none);
        *out = list;
        return 0;
    }
    if (!rc) rc = uc_all(call, "showable", params, &rows, err);
    if (!rc && (fields & PUBLISH_TITLE)) rc = take_some(rows, fields, list, err);
    json_decref(rows);
    if (rc) json_decref(list);
    else *out = list;
    return rc;
}

int consent_run_preview(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct publish_channel ch = {0};
    struct publish_pupil p = {.fields = wanted(in), .processing = true};
    struct lt_buf text = LT_BUF_INIT(1 << 20);
    json_t *shown = NULL, *item = NULL;
    const json_t *card = call->target.pupil;
    lt_print(p.id, sizeof p.id, "%s", call->target.pupil_id);
    int rc = publish_channel_open(call, lt_json_str_or(in, "target", ""), &ch, err);
    if (rc) return rc;
    if (!(p.fields & PUBLISH_NAME)) p.fields = 0; /* without a name there is nobody to show */
    p.name = p.fields ? publish_shown_name(card, ch.names) : lt_strdup("");
    if (p.fields & PUBLISH_CLASS)
        lt_print(p.klass, sizeof p.klass, "%s", lt_json_str_or(model_class_on(call->target.classes, call->today), "name", ""));
    rc = p.name ? some_entries(call, p.fields, &shown, err) : lt_fail_memory(err);
    if (!rc) rc = publish_item(call, &ch, &p, shown, &text, err);
    if (!rc) rc = lt_json_parse(text.data, text.len, 1 << 20, &item, err);
    if (!rc) json_object_del(item, "key");
    if (!rc) *out = json_pack("{s:s, s:b, s:o, s:o}", "channel", lt_json_str_or(ch.doc, "title", ""), "nobody", !p.fields, "fields", publish_field_words(p.fields), "card", item);
    lt_buf_free(&text);
    json_decref(shown);
    free(p.name);
    publish_channel_close(&ch);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}
