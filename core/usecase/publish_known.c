/* What stands in publications/ of all portfolios for one channel, held small: a run compares it with what is covered. */
#include "usecase/publish.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/values.h"

#include <stdlib.h>
#include <string.h>

static unsigned bits_of(const json_t *words)
{
    unsigned out = 0;
    size_t i;
    const json_t *w;
    json_array_foreach(words, i, w) {
        int bit = model_value_rank("consent_field", json_string_value(w));
        if (bit >= 0) out |= 1u << bit;
    }
    return out;
}

static int add(struct publish_list *l, const json_t *row, struct lt_error *err)
{
    struct publish_known *grown = lt_array_grow(l->v, &l->cap, l->len + 1, sizeof *grown);
    if (!grown) return lt_fail_memory(err);
    l->v = grown;
    struct publish_known *k = &l->v[l->len++];
    const char *state = lt_json_str_or(row, "state", "");
    *k = (struct publish_known){.revision = lt_json_int(row, "revision", 0), .fields = bits_of(lt_json_array(row, "fields"))};
    lt_print(k->id, sizeof k->id, "%s", lt_json_str_or(row, "id", ""));
    lt_print(k->pupil, sizeof k->pupil, "%s", lt_json_str_or(row, "pupil", ""));
    lt_print(k->entry, sizeof k->entry, "%s", lt_json_str_or(row, "entry", ""));
    lt_print(k->pictures, sizeof k->pictures, "%s", lt_json_str_or(row, "pictures", ""));
    k->removing = strcmp(state, "removing") == 0;
    k->shown = k->removing || strcmp(state, "published") == 0;
    k->retracted = lt_json_str(row, "retracted") != NULL;
    return 0;
}

static int by_entry(const void *a, const void *b)
{
    const struct publish_known *x = a, *y = b;
    int order = strcmp(x->entry, y->entry);
    return order ? order : strcmp(x->id, y->id);
}

int publish_known_read(struct uc_call *call, const char *channel, const char *pupil, struct publish_list *out, struct lt_error *err)
{
    enum { PAGE = 1000 };
    json_t *params = json_pack("{s:s, s:s*}", "channel", channel, "pupil", pupil);
    char *cursor = NULL;
    int rc = params ? 0 : lt_fail_memory(err);
    *out = (struct publish_list){0};
    do {
        json_t *page = NULL, *row;
        char *next = NULL;
        size_t i;
        if (!rc) rc = index_list(call->app->index, "publications", params, PAGE, cursor, &page, &next, err);
        free(cursor);
        cursor = next;
        json_array_foreach(page, i, row) {
            if (!rc) rc = add(out, row, err);
        }
        json_decref(page);
    } while (!rc && cursor);
    free(cursor);
    json_decref(params);
    if (out->len) qsort(out->v, out->len, sizeof *out->v, by_entry);
    if (rc) publish_known_free(out);
    return rc;
}

bool publish_pictures_lost(const struct publish_known *k, const char *sum)
{
    return *k->pictures && strcmp(k->pictures, sum) != 0;
}

struct publish_known *publish_known_find(const struct publish_list *l, const char *entry)
{
    size_t from = 0, to = l->len;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(l->v[middle].entry, entry);
        if (order == 0) return &l->v[middle];
        if (order < 0) from = middle + 1;
        else to = middle;
    }
    return NULL;
}

/* Documents without an entry stand first. */
bool publish_known_barred(const struct publish_list *l, const char *pupil)
{
    for (size_t i = 0; i < l->len && !*l->v[i].entry; i++)
        if (l->v[i].retracted && strcmp(l->v[i].pupil, pupil) == 0) return true;
    return false;
}

void publish_known_free(struct publish_list *l)
{
    free(l->v);
    *l = (struct publish_list){0};
}
