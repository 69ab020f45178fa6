/* Documents of a repository as somebody else may have written them: the index takes each or refuses it whole, the rules of entries
 * say what is wrong with it. */
#include "fuzz.h"

#include "base/json.h"
#include "index/index.h"
#include "model/consent.h"
#include "model/entry.h"
#include "model/rights.h"

#define ID "0198f3a2-0000-7abc-8def-012345600001"
#define HEAD "1111111111111111111111111111111111111111"

static struct index *ix;

static void close_index(void)
{
    index_close(ix);
}

static void open_index(void)
{
    static char path[128];
    struct lt_error err = {0};
    bool rebuild;
    snprintf(path, sizeof path, "%s/index.db", fuzz_dir());
    FUZZ_CHECK(index_open(&(struct index_config){.path = path}, &ix, &rebuild, &err) == 0);
    atexit(close_index);
}

static void feed(uint8_t kind, const char *text, size_t len)
{
    static const char *const paths[] = {"pupil.json", "classes.json", "entries/2026/" ID "/entry.json",
                                        "entries/2026/" ID "/verified.json", "entries/2026/" ID "/verification.json",
                                        "entries/2026/" ID "/dispute.json", "reviews/" ID ".json", "consents/" ID ".json",
                                        "publications/site/" ID ".json", "school.json", "people/" ID ".json",
                                        "classes/2026/" ID ".json", "programmes/" ID ".json", "groups/" ID ".json",
                                        "events/" ID "/event.json", "channels/" ID ".json", "imports/" ID ".json"};
    static const char *const kinds[] = {"pupil", "classes", "entry", "verified", "verification", "dispute", "review", "consent",
                                        "publication", "school", "person", "class", "programme", "group", "event", "channel",
                                        "import"};
    size_t k = kind % (sizeof paths / sizeof *paths);
    struct lt_error err = {0};
    json_t *doc = NULL;
    const struct index_change change = {.path = paths[k], .data = text, .len = len};
    const struct index_batch batch = {.repo = k < 9 ? ID : "school", .new_head = HEAD, .whole = true, .changes = &change, .len = 1};
    const struct index_batch forget = {.repo = batch.repo, .new_head = "", .whole = true};
    int rc = index_apply(ix, &batch, 1, &err);
    if (rc == LT_SYSTEM) fprintf(stderr, "%s %s\n", err.code, lt_error_param(&err, "why") ? lt_error_param(&err, "why") : "");
    FUZZ_CHECK(rc == 0 || rc == LT_REFUSED);
    fuzz_judge(rc, &err);
    if (rc == 0) {
        rc = index_get(ix, kinds[k], ID, &doc, NULL, &err);
        FUZZ_CHECK(rc == 0 || rc == LT_NOTFOUND);
        fuzz_judge(rc, &err);
        json_decref(doc);
    }
    FUZZ_CHECK(index_apply(ix, &forget, 1, &err) == 0);
}

static void rules(const json_t *entry)
{
    struct lt_error err = {0};
    struct model_entry_facts facts = {0};
    const struct model_entry_check how = {.today = {2026, 11, 20}, .birth = {2012, 5, 1}}, draft = {.today = {2026, 11, 20}, .draft = true};
    json_t *next = NULL;
    const char *state;
    fuzz_judge(model_entry_check(entry, &how, &err), &err);
    fuzz_judge(model_entry_check(entry, &draft, &err), &err);
    model_entry_facts_of(entry, entry, entry, &facts);
    model_entry_steps(&facts);
    model_entry_public(&facts);
    for (int act = MODEL_ENTRY_EDIT; act <= MODEL_ENTRY_ANSWER; act++)
        fuzz_judge(model_entry_next(&facts, (enum model_entry_act)act, &state, &err), &err);
    int rc = model_entry_revise(entry, entry, "draft", &next, &err);
    fuzz_judge(rc, &err);
    if (rc == 0) json_decref(next);
}

/* Input: a byte for the kind of document, then its text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!ix) open_index();
    uint8_t kind = fuzz_byte(&data, &size);
    json_t *doc = NULL;
    feed(kind, (const char *)data, size);
    if (lt_json_parse((const char *)data, size, 1 << 16, &doc, NULL) == 0 && json_is_object(doc)) rules(doc);
    json_decref(doc);
    return 0;
}
