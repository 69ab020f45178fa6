#include "index/sql.h"

#include "base/json.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define CURSOR_MAX 4096

int cursor_make(const char *list, const json_t *key, char **out, struct lt_error *err)
{
    json_t *all = json_array();
    int failed = json_array_append_new(all, json_string(list));
    failed |= json_array_extend(all, (json_t *)(uintptr_t)key);
    char *text = failed ? NULL : json_dumps(all, JSON_COMPACT);
    json_decref(all);
    if (!text)
        return lt_fail_memory(err);
    size_t len = strlen(text), size = sodium_base64_encoded_len(len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *coded = malloc(size);
    if (coded)
        sodium_bin2base64(coded, size, (const unsigned char *)text, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    free(text);
    if (!coded)
        return lt_fail_memory(err);
    *out = coded;
    return LT_OK;
}

static bool fits(const json_t *all, const char *list, const char *types)
{
    size_t n = strlen(types);
    const char *name = json_string_value(json_array_get(all, 0));
    if (json_array_size(all) != n + 1 || !name || strcmp(name, list) != 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(all, i + 1);
        if (types[i] == 'i' ? !json_is_integer(v) : !json_is_string(v))
            return false;
    }
    return true;
}

int cursor_read(const char *list, const char *types, const char *cursor, json_t **key, struct lt_error *err)
{
    char text[CURSOR_MAX];
    size_t len = strlen(cursor), got = 0;
    const char *end = NULL;
    json_t *all = NULL;
    if (len < CURSOR_MAX && sodium_base642bin((unsigned char *)text, sizeof text, cursor, len, NULL, &got, &end,
                                              sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
        end == cursor + len)
        lt_json_parse(text, got, CURSOR_MAX, &all, NULL);
    if (!fits(all, list, types)) {
        json_decref(all);
        return lt_fail_field(err, LT_USAGE, "cursor", "cursor.malformed", (char *)NULL);
    }
    json_array_remove(all, 0);
    *key = all;
    return LT_OK;
}
