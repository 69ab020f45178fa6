/* consent form: what is signed by hand. One consent a sheet (152-FZ art. 9, 10.1: apart from any other paper); the contents of the consent to
 * dissemination are those of order 18 of Roskomnadzor of 24.02.2021. */
#include "usecase/consent_paper.h"
#include "usecase/klass_board.h"
#include "usecase/spool.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/consent.h"
#include "model/names.h"
#include "model/values.h"

#include <stdlib.h>
#include <string.h>

struct forms {
    struct uc_call *call;
    const char *purpose, *target;
    char target_title[200], school[300], until[32];
    json_t *blocks;
    size_t made;
};

static const char *words(const struct forms *f, const char *id) { return lt_msg(f->call->lang, id); }

/* "form.<purpose>.<part>", else "form.<part>". */
static const char *purpose_words(const struct forms *f, const char *part)
{
    char id[96];
    lt_print(id, sizeof id, "form.%s.%s", f->purpose, part);
    if (lt_msg_known(f->call->lang, id)) return lt_msg(f->call->lang, id);
    lt_print(id, sizeof id, "form.%s", part);
    return lt_msg(f->call->lang, id);
}

static int add(struct forms *f, json_t *block) { return json_array_append_new(f->blocks, block); }

static int add_text(struct forms *f, const char *text)
{
    return add(f, json_pack("{s:s, s:s, s:s}", "type", "text", "text", text, "align", "justify"));
}

static int add_part(struct forms *f, const char *label, const char *text)
{
    return add(f, json_pack("{s:s, s:i, s:[[s, s]]}", "type", "fields", "label", 42, "rows", label, text));
}

static int add_lines(struct forms *f, const char *hint)
{
    return add(f, json_pack("{s:s, s:[{s:s}]}", "type", "sign", "items", "hint", hint));
}

/* What the school did not say of itself is written in by hand. */
static const char *or_line(const char *text) { return *text ? text : "______________________________"; }

static int add_operator(struct forms *f)
{
    char address[256], inn[64], ogrn[64], site[256];
    struct lt_buf b = LT_BUF_INIT(4096);
    uc_setting(f->call, "school.address", address, sizeof address);
    uc_setting(f->call, "school.inn", inn, sizeof inn);
    uc_setting(f->call, "school.ogrn", ogrn, sizeof ogrn);
    uc_setting(f->call, "school.site", site, sizeof site);
    lt_msg_add(&b, f->call->lang, "form.operator", "name", f->school, "address", or_line(address), "inn", or_line(inn), "ogrn", or_line(ogrn), (char *)NULL);
    int rc = b.data ? add_part(f, words(f, "form.operator_label"), b.data) : -1;
    lt_buf_free(&b);
    if (!rc && (strcmp(f->purpose, "dissemination") == 0 || strcmp(f->purpose, "image") == 0)) {
        char where[512];
        lt_print(where, sizeof where, "%s %s", f->target_title, or_line(site));
        rc = add_part(f, words(f, "form.resource_label"), where);
    }
    return rc;
}

/* The list of data: of a dissemination each item with a box of its own, because the law lets the person choose; else lines of the catalogue. */
static int add_data(struct forms *f)
{
    json_t *items = json_array();
    bool boxes = strcmp(f->purpose, "dissemination") == 0;
    if (boxes) {
        for (const char *const *v = model_values("consent_field", NULL); v && *v; v++)
            json_array_append_new(items, json_string(lt_label(f->call->lang, "consent_field", *v)));
    } else {
        for (const char *p = purpose_words(f, "data"); *p; p += strcspn(p, "\n"), p += *p == '\n')
            json_array_append_new(items, json_stringn(p, strcspn(p, "\n")));
    }
    if (add_text(f, purpose_words(f, boxes ? "choose" : "data_label"))) return -1;
    return add(f, json_pack("{s:s, s:s, s:o}", "type", "list", "marks", boxes ? "box" : "dash", "items", items));
}

static int add_signatures(struct forms *f, enum model_signers who)
{
    int rc = 0;
    if (who != MODEL_SIGN_PUPIL)
        rc = add(f, json_pack("{s:s, s:[{s:s},{s:s},{s:s}]}", "type", "sign", "items", "hint", words(f, "form.sign_guardian"), "hint", words(f, "form.sign_name"),
                              "hint", words(f, "form.sign_date")));
    if (!rc && who != MODEL_SIGN_GUARDIAN)
        rc = add(f, json_pack("{s:s, s:[{s:s},{s:s},{s:s}]}", "type", "sign", "items", "hint", words(f, "form.sign_pupil"), "hint", words(f, "form.sign_name"),
                              "hint", words(f, "form.sign_date")));
    return rc;
}

static int add_head(struct forms *f, const char *pupil, const char *name, enum model_signers who)
{
    char form[LT_ID_SIZE], code[200], caption[64];
    static const char *const ids[] = {"form.signs_guardian", "form.signs_both", "form.signs_pupil"};
    lt_id_next(f->call->app->ids, form);
    lt_print(code, sizeof code, CONSENT_CODE_MARK " %s %s %s %s", form, pupil, f->purpose, f->target ? f->target : "-");
    lt_print(caption, sizeof caption, "№ %.8s", form + 24);
    json_t *left = json_pack("[{s:s, s:i, s:s}, {s:s, s:i, s:[[s, s]]}, {s:s, s:s, s:b}]", "type", "heading", "level", 2, "text", purpose_words(f, "title"),
                             "type", "fields", "label", 30, "rows", words(f, "form.pupil"), name, "type", "text", "text", words(f, ids[who]), "muted", 1);
    return add(f, json_pack("{s:s, s:i, s:o, s:[{s:s, s:s, s:i, s:s}]}", "type", "side", "width", 38, "left", left, "right", "type", "qr", "text", code, "size",
                            36, "caption", caption));
}

static int add_form(struct forms *f, const json_t *card, struct lt_error *err)
{
    struct lt_date birth = {0};
    struct lt_buf term = LT_BUF_INIT(2048);
    lt_date_parse(lt_json_str_or(card, "birth", ""), &birth);
    enum model_signers who = model_consent_signers(birth, f->call->today);
    char *name = model_name_full(lt_json_str(card, "surname"), lt_json_str(card, "name"), lt_json_str(card, "patronymic"));
    char until[LT_DATE_SIZE];
    lt_msg_add(&term, f->call->lang, "form.term", "until", spool_day(f->call->lang, f->until, until), (char *)NULL);
    int rc = name && term.data ? 0 : -1;
    if (!rc && f->made++) rc = add(f, json_pack("{s:s}", "type", "page"));
    if (!rc) rc = add_head(f, lt_json_str_or(card, "id", ""), name, who);
    if (!rc) rc = add_lines(f, words(f, "form.i_am"));
    if (!rc) rc = add_lines(f, words(f, "form.contact"));
    if (!rc) rc = add_text(f, purpose_words(f, "text"));
    if (!rc) rc = add_operator(f);
    if (!rc) rc = add_part(f, words(f, "form.aim_label"), purpose_words(f, "aim"));
    if (!rc) rc = add_data(f);
    if (!rc) rc = add_text(f, words(f, "form.bans"));
    if (!rc) rc = add_lines(f, words(f, "form.bans_hint"));
    if (!rc) rc = add_text(f, term.data);
    if (!rc) rc = add_signatures(f, who);
    free(name);
    lt_buf_free(&term);
    return rc ? lt_fail_memory(err) : 0;
}

/* --- for whom --- */

static int one(struct forms *f, const char *pupil, bool missing, struct lt_error *err)
{
    json_t *card = NULL, *rows = NULL;
    json_t *params = json_pack("{s:s, s:s, s:s, s:s*}", "pupil", pupil, "purpose", f->purpose, "state", "active", "target", f->target);
    int rc = params ? uc_all(f->call, "consents", params, &rows, err) : lt_fail_memory(err);
    bool has = json_array_size(rows) > 0;
    json_decref(rows);
    if (rc || (missing && has)) return rc;
    rc = uc_doc(f->call, "pupil", pupil, &card, err);
    if (!rc) uc_saw(f->call, pupil);
    if (!rc) rc = add_form(f, card, err);
    json_decref(card);
    return rc;
}

static int of_class(struct forms *f, const char *klass, bool missing, struct lt_error *err)
{
    json_t *pupils = NULL;
    size_t i;
    const json_t *p;
    int rc = uc_require(f->call, "class.consents", UC_T_CLASS, klass, err);
    if (!rc) rc = klass_pupils(f->call, klass, &pupils, err);
    json_array_foreach(pupils, i, p) {
        const char *id = lt_json_str_or(p, "id", "");
        if (!rc && uc_may(f->call, "consent.read", UC_T_PUPIL, id)) rc = one(f, id, missing, err);
    }
    json_decref(pupils);
    if (!rc && !f->made) rc = lt_fail(err, LT_REFUSED, "consent.no_forms", (char *)NULL);
    return rc;
}

static int prepare(struct forms *f, struct lt_error *err)
{
    struct uc_call *call = f->call;
    json_t *school = NULL, *channel = NULL;
    char today[LT_DATE_SIZE];
    lt_date_format(call->today, today);
    consent_term(call, today, f->until);
    int rc = uc_doc(call, "school", call->app->installation, &school, err);
    lt_print(f->school, sizeof f->school, "%s", lt_json_str_or(school, "name", ""));
    json_decref(school);
    if (!rc && f->target) rc = uc_doc(call, "channel", f->target, &channel, err);
    lt_print(f->target_title, sizeof f->target_title, "%.*s", (int)lt_utf8_clip(lt_json_str_or(channel, "title", ""), 180), lt_json_str_or(channel, "title", ""));
    json_decref(channel);
    f->blocks = json_array();
    return rc || f->blocks ? rc : lt_fail_memory(err);
}

int consent_run_form(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)out;
    const char *klass = lt_json_str(in, "class"), *pupil = lt_json_str(in, "pupil");
    struct forms f = {.call = call, .purpose = lt_json_str_or(in, "purpose", ""), .target = lt_json_str(in, "target")};
    int rc = !klass == !pupil ? lt_fail_field(err, LT_USAGE, "class", "account.slips_whose", (char *)NULL) : 0;
    if (!rc && pupil) rc = uc_require(call, "consent.read", UC_T_PUPIL, pupil, err);
    if (!rc) rc = prepare(&f, err);
    if (!rc) rc = pupil ? one(&f, pupil, false, err) : of_class(&f, klass, lt_json_bool(in, "missing", false), err);
    if (!rc)
        rc = spool_pdf(call, json_pack("{s:s, s:O, s:f, s:s, s:i}", "title", purpose_words(&f, "title"), "blocks", f.blocks, "size", 10.0, "footer", f.school, "margin", 16),
                       words(&f, "form.file"), err);
    json_decref(f.blocks);
    return rc;
}
