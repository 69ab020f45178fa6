/* person naming: an adult's own yes to being named beside the achievements of pupils they prepared. Given on screen by that person alone, else entered from a
 * signed paper; taken back at any time, and the pages follow at once. */
#include "usecase/attach.h"
#include "usecase/person.h"
#include "usecase/publish.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_VERSION "1" /* of what the screen says */

bool person_named(const json_t *person)
{
    const json_t *naming = lt_json_object(person, "naming");
    return naming && !lt_json_object(naming, "withdrawn");
}

static int store_paper(struct uc_tx *tx, const char *id, const struct attached *paper, char sha[65], struct lt_error *err)
{
    char path[VAULT_PATH_MAX];
    struct vault_stored stored;
    int n = 1;
    do {
        lt_print(path, sizeof path, "people/%s/naming-%02d.%s", id, n++, paper->extension);
    } while (uc_tx_has(tx, VAULT_SCHOOL, path));
    if (lseek(paper->file->fd, 0, SEEK_SET) < 0) return lt_fail_errno(err, "read", paper->name);
    int rc = uc_tx_put_file(tx, VAULT_SCHOOL, path, paper->file->fd, paper->size, &stored, err);
    if (!rc) memcpy(sha, stored.sha256, 65);
    return rc;
}

static int give(struct uc_call *call, const json_t *in, struct uc_tx *tx, json_t *doc, const struct attached *paper, struct lt_error *err)
{
    char at[LT_INSTANT_SIZE], sha[65] = "";
    const char *id = lt_json_str_or(doc, "id", "");
    if (person_named(doc)) return lt_fail(err, LT_CONFLICT, "naming.given", (char *)NULL);
    int rc = paper ? store_paper(tx, id, paper, sha, err) : 0;
    if (rc) return rc;
    json_t *naming = json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s*, s:s*}", "by", id, "at", lt_instant_format(call->now, at), "how", paper ? "paper" : "screen",
                               "text_version", paper ? NULL : TEXT_VERSION, "paper_date", paper ? lt_json_str(in, "paper_date") : NULL, "entered_by",
                               paper ? call->actor.id : NULL, "sha256", paper ? sha : NULL);
    return lt_json_put(doc, "naming", naming) ? lt_fail_memory(err) : 0;
}

static int withdraw(struct uc_call *call, json_t *doc, struct lt_error *err)
{
    if (!person_named(doc)) return lt_fail(err, LT_CONFLICT, "naming.none", (char *)NULL);
    return lt_json_put(lt_json_object(doc, "naming"), "withdrawn", uc_stamp(call)) ? lt_fail_memory(err) : 0;
}

static int check(struct uc_call *call, const json_t *in, const struct attached *paper, struct lt_error *err)
{
    char today[LT_DATE_SIZE];
    bool own = strcmp(call->actor.id, lt_json_str_or(in, "id", "")) == 0;
    const char *day = lt_json_str(in, "paper_date");
    if (!paper && !own) return lt_fail_field(err, LT_REFUSED, "paper", "naming.paper", (char *)NULL);
    if (!paper && !call->actor.confirmed) return lt_fail(err, LT_REFUSED, "consent.unconfirmed", (char *)NULL);
    if (paper && (!day || strcmp(day, lt_date_format(call->today, today)) > 0))
        return lt_fail_field(err, LT_USAGE, "paper_date", "naming.paper_date", (char *)NULL);
    return 0;
}

int person_run_naming(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct attached *paper = NULL;
    size_t len = 0;
    struct uc_tx *tx = NULL;
    json_t *doc = NULL;
    char path[VAULT_PATH_MAX];
    const char *id = lt_json_str_or(in, "id", "");
    bool back = lt_json_bool(in, "withdraw", false);
    person_path(id, path);
    int rc = attach_inspect(call, in, "paper", &paper, &len, err);
    if (!rc && !back) rc = check(call, in, len ? paper : NULL, err);
    if (!rc) rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = uc_tx_get(tx, VAULT_SCHOOL, path, &doc, err);
    if (!rc) rc = back ? withdraw(call, doc, err) : give(call, in, tx, doc, len ? paper : NULL, err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, path, doc, err);
    if (!rc) rc = uc_tx_commit(tx, back ? "Take a mentor's name back" : "Let a mentor be named", NULL, err);
    uc_tx_end(tx);
    free(paper);
    if (!rc && back) publication_unnamed(call, id);
    if (!rc && !uc_may(call, "person.contacts", UC_T_PERSON, id)) json_object_del(doc, "contacts");
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}
