/* What of one pupil may be shown at a channel today. */
#include "usecase/publish.h"

#include "base/json.h"
#include "base/text.h"
#include "model/entry.h"
#include "model/names.h"
#include "model/values.h"
#include "usecase/family.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

json_t *publish_field_words(unsigned fields)
{
    size_t n;
    const char *const *words = model_values("consent_field", &n);
    json_t *out = json_array();
    for (size_t i = 0; out && i < n; i++)
        if (fields & (1u << i)) json_array_append_new(out, json_string(words[i]));
    return out;
}

/* --- the channel --- */

const char *publish_setting(const json_t *channel, const char *name, const char *dflt)
{
    return lt_json_str_or(lt_json_object(channel, "settings"), name, dflt);
}

int publish_channel_open(struct uc_call *call, const char *id, struct publish_channel *out, struct lt_error *err)
{
    *out = (struct publish_channel){0};
    int rc = uc_doc(call, "channel", id, &out->doc, err);
    if (!rc && strcmp(lt_json_str_or(out->doc, "state", ""), "active") != 0)
        rc = lt_fail(err, LT_NOTFOUND, "channel.absent", "id", id, (char *)NULL);
    if (rc) {
        publish_channel_close(out);
        return rc;
    }
    lt_print(out->id, sizeof out->id, "%s", id);
    out->folder = publish_setting(out->doc, "folder", "");
    out->plugin = lt_json_str_or(out->doc, "plugin", "");
    out->names = publish_setting(out->doc, "names", "surname_name");
    out->lang = lt_lang_parse(publish_setting(out->doc, "lang", "ru"), LT_RU);
    out->keep = (size_t)strtoul(publish_setting(out->doc, "keep", "2"), NULL, 10);
    return 0;
}

void publish_channel_close(struct publish_channel *ch)
{
    json_decref(ch->doc);
    *ch = (struct publish_channel){0};
}

/* --- the pupil --- */

/* The id of a pupil is 74 random bits and never leaves the school: a hash of it cannot be guessed, and two channels cannot be joined. */
static void key_of(const char *channel, const char *pupil, char out[33])
{
    unsigned char hash[16];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)pupil, strlen(pupil), (const unsigned char *)channel, strlen(channel));
    lt_hex(hash, sizeof hash, out);
}

char *publish_shown_name(const json_t *pupil, const char *form)
{
    const char *surname = lt_json_str_or(pupil, "surname", ""), *name = lt_json_str_or(pupil, "name", ""),
               *patronymic = lt_json_str_or(pupil, "patronymic", "");
    if (strcmp(form, "full") == 0) return model_name_full(surname, name, patronymic);
    if (strcmp(form, "initials") == 0) return model_name_short(surname, name, "");
    return model_name_full(surname, name, "");
}

static unsigned covered(const json_t *consents, const json_t *pupil, const char *channel, struct uc_call *call)
{
    size_t n;
    const char *const *words = model_values("consent_field", &n);
    unsigned out = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(PUBLISH_ALL & (1u << i))) continue;
        struct model_consent_query q = {"dissemination", words[i], channel, call->today, call->app->clock.offset_minutes};
        if (model_consent_covers(consents, pupil, &q)) out |= 1u << i;
        if (i == 0 && !out) return 0; /* without a name there is nobody to show */
    }
    return out;
}

static int fill(struct uc_call *call, const struct publish_channel *ch, const json_t *pupil, const json_t *consents,
                struct publish_pupil *p, struct lt_error *err)
{
    int offset = call->app->clock.offset_minutes;
    struct model_consent_query processing = {.purpose = "processing", .on = call->today, .offset_minutes = offset};
    p->fields = covered(consents, pupil, ch->id, call);
    p->processing = model_consent_covers(consents, pupil, &processing);
    if (!(p->fields & PUBLISH_NAME)) {
        const char *summary = model_consent_summary(consents, pupil, "dissemination", ch->id, call->today, offset);
        p->why = strcmp(summary, "active") == 0 ? "no_name" : summary;
        p->fields = 0;
        return 0;
    }
    p->name = publish_shown_name(pupil, ch->names);
    p->order = p->name ? lt_fold(p->name) : NULL;
    if (!p->order) return lt_fail_memory(err);
    if (!*p->name) { /* a card without a name */
        p->why = "no_name";
        p->fields = 0;
    }
    return 0;
}

static int fill_class(struct uc_call *call, struct publish_pupil *p, struct lt_error *err)
{
    json_t *classes = NULL;
    struct lt_error miss = {0};
    int rc = index_get(call->app->index, "classes", p->id, &classes, NULL, &miss);
    if (!rc) lt_print(p->klass, sizeof p->klass, "%s", lt_json_str_or(model_class_on(classes, call->today), "name", ""));
    json_decref(classes);
    if (rc && rc != LT_NOTFOUND) {
        *err = miss;
        return rc;
    }
    lt_error_clear(&miss);
    return 0;
}

int publish_pupil_open(struct uc_call *call, const struct publish_channel *ch, const char *pupil, struct publish_pupil *out,
                       struct lt_error *err)
{
    json_t *card = NULL, *consents = NULL;
    *out = (struct publish_pupil){0};
    lt_print(out->id, sizeof out->id, "%s", pupil);
    key_of(ch->id, pupil, out->key);
    /* The head first: whatever is read afterwards is of this state or newer, and a newer one is noticed. */
    int rc = vault_head(call->app->vault, pupil, out->head, err);
    if (!rc) rc = uc_doc(call, "pupil", pupil, &card, err);
    if (!rc) rc = family_consents(call, pupil, &consents, err);
    if (!rc) rc = fill(call, ch, card, consents, out, err);
    if (!rc && (out->fields & PUBLISH_CLASS)) rc = fill_class(call, out, err);
    json_decref(card);
    json_decref(consents);
    if (rc) publish_pupil_close(out);
    return rc;
}

void publish_pupil_close(struct publish_pupil *p)
{
    free(p->name);
    free(p->order);
    p->name = p->order = NULL;
}

/* --- entries --- */

int publish_entries(struct uc_call *call, const char *pupil, json_t **out, struct lt_error *err)
{
    return uc_all(call, "showable", json_pack("{s:s}", "pupil", pupil), out, err);
}

const char *publish_entry_why(const struct publish_pupil *p, const json_t *verified)
{
    if (p->why) return p->why;
    if (!(p->fields & PUBLISH_TITLE)) return "no_title";
    if (lt_json_bool(verified, "sensitive", false)) return "sensitive";
    if (strcmp(lt_json_str_or(verified, "ground", ""), "consent") == 0 && !p->processing) return "no_processing";
    return NULL;
}

enum { PICTURES_MOST = 20 };

int publish_pictures(unsigned fields, const json_t *row, struct publish_pictures *out, struct lt_error *err)
{
    const json_t *files = lt_json_array(lt_json_object(row, "verified"), "files");
    *out = (struct publish_pictures){.pages = fields & PUBLISH_DOCUMENT ? model_mask_shown(lt_json_object(row, "mask"), files) : json_array()};
    if (!out->pages) return lt_fail_memory(err);
    while (json_array_size(out->pages) > PICTURES_MOST) json_array_remove(out->pages, PICTURES_MOST);
    int rc = json_array_size(out->pages) ? mask_key(out->pages, out->sum, err) : 0;
    if (rc) json_decref(out->pages);
    return rc;
}

unsigned publish_fields_of(unsigned fields, const struct publish_pictures *pictures)
{
    return *pictures->sum ? fields : fields & ~(unsigned)PUBLISH_DOCUMENT;
}
