/* Reading shapes. */
#include "usecase/shape.h"

#include "base/mem.h"
#include "base/text.h"
#include "model/values.h"

#include <string.h>

static const struct uc_shape *const files[] = {uc_shapes_common, uc_shapes_portfolio, uc_shapes_school, uc_shapes_work};

const struct uc_shape *uc_shape_at(size_t i)
{
    for (size_t f = 0; f < LT_COUNT(files); f++) {
        for (const struct uc_shape *s = files[f]; s->name; s++) {
            if (i-- == 0) return s;
        }
    }
    return NULL;
}

static const struct uc_shape *find(const char *name, size_t len)
{
    for (size_t f = 0; f < LT_COUNT(files); f++) {
        for (const struct uc_shape *s = files[f]; s->name; s++) {
            if (strncmp(s->name, name, len) == 0 && !s->name[len]) return s;
        }
    }
    return NULL;
}

const struct uc_shape *uc_shape_find(const char *name)
{
    return find(name, strlen(name));
}

static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz_0123456789";

const char *uc_row_gives(const struct uc_row *row, const char **name)
{
    if (name) *name = NULL;
    if (!row->gives || row->gives[strspn(row->gives, LETTERS)]) return row->gives;
    const struct uc_shape *s = uc_shape_find(row->gives);
    if (name) *name = row->gives;
    return s ? s->fields : row->gives;
}

/* --- one field --- */

static enum uc_shape_kind kind_of(const char *type)
{
    static const struct {
        const char *word;
        enum uc_shape_kind kind;
    } kinds[] = {{"text", UC_SHAPE_TEXT},   {"int", UC_SHAPE_INT},   {"number", UC_SHAPE_NUMBER}, {"bool", UC_SHAPE_BOOL},     {"id", UC_SHAPE_ID},
                 {"actor", UC_SHAPE_ACTOR}, {"date", UC_SHAPE_DATE}, {"at", UC_SHAPE_AT},         {"sha256", UC_SHAPE_SHA256}, {"any", UC_SHAPE_ANY}};
    for (size_t i = 0; i < LT_COUNT(kinds); i++) {
        if (strcmp(kinds[i].word, type) == 0) return kinds[i].kind;
    }
    return UC_SHAPE_PART;
}

static void read_type(struct uc_shape_field *f)
{
    if (*f->type == '=') {
        f->kind = UC_SHAPE_WORD;
        f->words = strchr(f->type, '|') ? f->type + 1 : NULL;
        if (!f->words && !model_values(f->type + 1, NULL)) f->kind = UC_SHAPE_WRONG;
        return;
    }
    f->kind = kind_of(f->type);
    if (f->kind != UC_SHAPE_PART) return;
    f->part = uc_shape_find(f->type);
    if (!f->part) f->kind = UC_SHAPE_WRONG;
}

static void read_field(const char *word, size_t len, struct uc_shape_field *f)
{
    *f = (struct uc_shape_field){.kind = UC_SHAPE_WRONG, .beside = *word == '^'};
    if (f->beside) word++, len--;
    const char *colon = memchr(word, ':', len);
    size_t head = colon ? (size_t)(colon - word) : len, n = strspn(word, LETTERS);
    if (n > head) n = head;
    bool whole = lt_print(f->name, sizeof f->name, "%.*s", (int)n, word) && n;
    for (size_t i = n; i < head; i++) {
        f->optional |= word[i] == '?';
        f->many |= word[i] == '*';
        f->map |= word[i] == '%';
        f->null |= word[i] == '-';
        f->secret |= word[i] == '$';
        whole = whole && strchr("?*%-$", word[i]);
    }
    if (colon) whole = whole && lt_print(f->type, sizeof f->type, "%.*s", (int)(len - head - 1), colon + 1);
    else lt_print(f->type, sizeof f->type, "text");
    if (whole) read_type(f);
    else lt_print(f->type, sizeof f->type, "?");
}

void uc_shape_begin(struct uc_shape_walk *w, const char *fields)
{
    *w = (struct uc_shape_walk){.at = {fields}};
}

bool uc_shape_next(struct uc_shape_walk *w, struct uc_shape_field *out)
{
    while (w->depth >= 0) {
        const char *word = w->at[w->depth] + strspn(w->at[w->depth], " ");
        size_t len = strcspn(word, " ");
        w->at[w->depth] = word + len;
        if (!len) {
            w->depth--;
            continue;
        }
        if (*word != '+') {
            read_field(word, len, out);
            return true;
        }
        const struct uc_shape *s = find(word + 1, len - 1);
        if (!s || w->depth + 1 >= UC_SHAPE_DEPTH) {
            *out = (struct uc_shape_field){.kind = UC_SHAPE_WRONG};
            lt_print(out->name, sizeof out->name, "%.*s", len < 40 ? (int)len : 40, word);
            w->depth = s ? -1 : w->depth;
            return true;
        }
        w->at[++w->depth] = s->fields;
    }
    return false;
}

static const char *set_named(const char *name)
{
    const char *set;
    for (size_t i = 0; (set = model_value_set(i)); i++) {
        if (strcmp(set, name) == 0) return set;
    }
    return NULL;
}

static const char *set_of(const char *fields, const char *key, int depth)
{
    struct uc_shape_walk walk;
    struct uc_shape_field f;
    const char *set = NULL;
    uc_shape_begin(&walk, fields);
    while (!set && uc_shape_next(&walk, &f)) {
        if (f.kind == UC_SHAPE_WORD && !f.words && strcmp(f.name, key) == 0) set = set_named(f.type + 1);
        if (f.kind == UC_SHAPE_PART && f.part && depth < UC_SHAPE_DEPTH) set = set_of(f.part->fields, key, depth + 1);
    }
    return set;
}

const char *uc_row_set(const struct uc_row *row, const char *key)
{
    const char *fields = uc_row_gives(row, NULL);
    return fields ? set_of(fields, key, 0) : NULL;
}

bool uc_shape_word(const struct uc_shape_field *f, const char *word)
{
    if (!f->words) return model_value_known(f->type + 1, word);
    size_t n = strlen(word);
    for (const char *w = f->words; *w; w += strcspn(w, "|"), w += strspn(w, "|")) {
        if (strcspn(w, "|") == n && strncmp(w, word, n) == 0) return true;
    }
    return false;
}

/* --- are they well formed --- */

static bool sound(const char *what, const char *fields, bool list, char why[UC_SHAPE_WHY])
{
    struct uc_shape_walk w, v;
    struct uc_shape_field f, g;
    size_t n = 0, k;
    uc_shape_begin(&w, fields);
    while (uc_shape_next(&w, &f)) {
        n++;
        if (f.kind == UC_SHAPE_WRONG || (f.beside && !list)) {
            lt_print(why, UC_SHAPE_WHY, "%s: the field “%s:%s” cannot be read: no such type, value set or shape", what, f.name, f.type);
            return false;
        }
        uc_shape_begin(&v, fields);
        for (k = 1; k < n && uc_shape_next(&v, &g); k++) {
            if (strcmp(f.name, g.name) != 0 || f.beside != g.beside) continue;
            lt_print(why, UC_SHAPE_WHY, "%s: two fields %s", what, f.name);
            return false;
        }
    }
    if (!n) lt_print(why, UC_SHAPE_WHY, "%s: no fields", what);
    return n > 0;
}

static bool has_field(const char *fields, const char *name, size_t len)
{
    struct uc_shape_walk w;
    struct uc_shape_field f;
    bool found = false, rows;
    uc_shape_begin(&w, fields);
    while (!found && uc_shape_next(&w, &f)) {
        rows = f.kind == UC_SHAPE_PART && (strcmp(f.name, "rows") == 0 || strcmp(f.name, "items") == 0);
        found = (strlen(f.name) == len && strncmp(f.name, name, len) == 0) || (rows && has_field(f.part->fields, name, len));
    }
    return found;
}

/* A column that no field is, of the answer or of its rows, would be empty for ever. */
static bool columns_known(const char *what, const char *fields, const char *columns, char why[UC_SHAPE_WHY])
{
    for (const char *c = columns; c && *c; c += strcspn(c, " "), c += strspn(c, " ")) {
        if (has_field(fields, c, strcspn(c, " .:"))) continue;
        lt_print(why, UC_SHAPE_WHY, "%s: its column %.*s is no field of its shape", what, (int)strcspn(c, " "), c);
        return false;
    }
    return true;
}

bool uc_shape_sound(const struct uc_shape *shape, char why[UC_SHAPE_WHY])
{
    return sound(shape->name, shape->fields, false, why);
}

bool uc_row_sound(const struct uc_row *row, char why[UC_SHAPE_WHY])
{
    char what[96];
    const char *name, *fields = uc_row_gives(row, &name);
    bool speaks = row->reply == UC_ONE || row->reply == UC_LIST;
    lt_print(what, sizeof what, "%s.%s", row->noun, row->verb);
    if (speaks != (fields != NULL)) {
        lt_print(why, UC_SHAPE_WHY,
                 speaks ? "%s: no shape of its answer. Write what it gives into its row: .gives = \"id:id title date?:date\" or the name of a shape of"
                          " core/usecase/shapes*.c (docs/add-a-thing.md)"
                        : "%s: has a shape, but answers no document",
                 what);
        return false;
    }
    if (name && !uc_shape_find(name)) {
        lt_print(why, UC_SHAPE_WHY, "%s: no shape is called %s", what, name);
        return false;
    }
    return !speaks || (sound(what, fields, row->reply == UC_LIST, why) && columns_known(what, fields, row->columns, why) &&
                       columns_known(what, fields, row->sheet, why));
}
