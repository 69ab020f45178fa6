#include "http/describe.h"

#include "http/api.h"
#include "http/router.h"

const char *http_type_word(enum uc_type type)
{
    static const char *const types[] = {[UC_TEXT] = "text", [UC_LINES] = "lines",   [UC_ID] = "id",       [UC_INT] = "int",
                                        [UC_DEC] = "decimal", [UC_BOOL] = "bool",   [UC_DATE] = "date",   [UC_ENUM] = "enum",
                                        [UC_WORDS] = "words", [UC_LOGIN] = "login", [UC_FILE] = "file",   [UC_SECRET] = "secret",
                                        [UC_OBJECT] = "object"};
    return types[type];
}

bool http_field_many(const struct uc_field *f)
{
    return (f->flags & UC_MANY) || f->type == UC_WORDS;
}

const struct uc_row *http_answer_row(const struct uc_row *row)
{
    return api_is_login(row) ? uc_find("session", "me") : row;
}

int http_each_row(int (*each)(void *ctx, const struct uc_row *row), void *ctx)
{
    size_t n;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < nouns[i]->len; k++) {
            const struct uc_row *row = &nouns[i]->rows[k];
            int rc = http_row_open(row) ? each(ctx, row) : 0;
            if (rc) return rc;
        }
    }
    return 0;
}
