#include "model/mask.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* A whole number up to the unit, and what ends it. */
static bool number(const char **at, char end, int *out)
{
    const char *p = *at;
    int n = 0;
    while (*p >= '0' && *p <= '9' && p - *at < 5) n = n * 10 + (*p++ - '0');
    if (p == *at || *p != end || n > MODEL_MASK_UNIT) return false;
    *at = end ? p + 1 : p;
    *out = n;
    return true;
}

static json_t *area_of(const char *text)
{
    int x, y, w, h;
    bool good = number(&text, ',', &x) && number(&text, ',', &y) && number(&text, ',', &w) && number(&text, 0, &h);
    if (!good || w < 1 || h < 1 || x + w > MODEL_MASK_UNIT || y + h > MODEL_MASK_UNIT) return NULL;
    return json_pack("{s:i, s:i, s:i, s:i}", "x", x, "y", y, "w", w, "h", h);
}

int model_mask_areas(const json_t *texts, json_t **out, struct lt_error *err)
{
    json_t *list = json_array();
    size_t i;
    const json_t *t;
    int rc = list ? 0 : lt_fail_memory(err);
    if (!rc && json_array_size(texts) > MODEL_MASK_AREAS)
        rc = lt_fail_field(err, LT_USAGE, "area", "mask.too_many", "max", LT_NUM(MODEL_MASK_AREAS), (char *)NULL);
    json_array_foreach(texts, i, t) {
        const char *text = json_string_value(t);
        json_t *area = rc || !text ? NULL : area_of(text);
        if (!rc && (!area || json_array_append_new(list, area)))
            rc = lt_fail_field(err, LT_USAGE, "area", "mask.area", "area", text ? text : "", (char *)NULL);
    }
    if (rc) json_decref(list);
    else *out = list;
    return rc;
}

static bool same_file(const json_t *item, const json_t *file)
{
    const char *path = lt_json_str(item, "path"), *sum = lt_json_str(item, "sha256");
    return path && sum && strcmp(path, lt_json_str_or(file, "path", "")) == 0 && strcmp(sum, lt_json_str_or(file, "sha256", "")) == 0;
}

const json_t *model_mask_page(const json_t *mask, const json_t *file, int64_t page)
{
    size_t i;
    const json_t *item;
    json_array_foreach(lt_json_array(mask, "pages"), i, item) {
        if (lt_json_int(item, "page", 0) == page && same_file(item, file)) return item;
    }
    return NULL;
}

bool model_mask_of(const json_t *item, const json_t *files)
{
    size_t i;
    const json_t *f;
    json_array_foreach(files, i, f) {
        if (same_file(item, f)) return true;
    }
    return false;
}

/* Items stand in the order of pages. */
json_t *model_mask_shown(const json_t *mask, const json_t *files)
{
    json_t *out = json_array();
    size_t i, k;
    const json_t *f, *item;
    json_array_foreach(files, i, f) {
        json_array_foreach(lt_json_array(mask, "pages"), k, item) {
            if (!same_file(item, f)) continue;
            json_t *areas = json_object_get(item, "areas"), *page;
            page = json_pack("{s:s, s:s, s:I, s:o}", "path", lt_json_str_or(f, "path", ""), "type", lt_json_str_or(f, "type", ""), "page",
                             (json_int_t)lt_json_int(item, "page", 1), "areas", areas ? json_incref(areas) : json_array());
            if (json_array_append_new(out, page)) return json_decref(out), NULL;
        }
    }
    return out;
}
