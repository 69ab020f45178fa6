#include "index/node.h"

#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64          /* as lt_json_parse */
#define KEEP_BYTES (1u << 20) /* memory of a larger document is not kept for the next */

struct reader {
    struct node_doc *d;
    char *at; /* in d->text, which ends in NUL: no read passes it */
    char *end;
    bool memory;
};

/* --- characters --- */

static void skip_space(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r')
        r->at++;
}

/* Bytes of the character at s (RFC 3629), 0 for none. A NUL ends the text, so bytes behind it are not looked at. */
static int utf8_len(const unsigned char *s)
{
    if (s[0] >= 0xC2 && s[0] <= 0xDF)
        return (s[1] & 0xC0) == 0x80 ? 2 : 0;
    if ((s[0] & 0xF0) == 0xE0) {
        unsigned char low = s[0] == 0xE0 ? 0xA0 : 0x80, high = s[0] == 0xED ? 0x9F : 0xBF;
        return s[1] >= low && s[1] <= high && (s[2] & 0xC0) == 0x80 ? 3 : 0;
    }
    if (s[0] >= 0xF0 && s[0] <= 0xF4) {
        unsigned char low = s[0] == 0xF0 ? 0x90 : 0x80, high = s[0] == 0xF4 ? 0x8F : 0xBF;
        return s[1] >= low && s[1] <= high && (s[2] & 0xC0) == 0x80 && (s[3] & 0xC0) == 0x80 ? 4 : 0;
    }
    return 0;
}

static int32_t hex4(const char *s)
{
    int32_t v = 0;
    for (int i = 0; i < 4; i++) {
        char c = s[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0)
            return -1;
        v = v << 4 | digit;
    }
    return v;
}

static char *put_utf8(char *to, int32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xC0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *to++ = (char)(0xE0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    } else {
        *to++ = (char)(0xF0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3F));
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    }
    return to;
}

/* A character written as \uXXXX, one of two halves included; r->at behind the u. NUL would end the text inside C. */
static bool read_escape_u(struct reader *r, char **to)
{
    int32_t c = hex4(r->at);
    if (c <= 0 || (c >= 0xDC00 && c <= 0xDFFF))
        return false;
    r->at += 4;
    if (c >= 0xD800 && c <= 0xDBFF) {
        if (r->at[0] != '\\' || r->at[1] != 'u')
            return false;
        int32_t low = hex4(r->at + 2);
        if (low < 0xDC00 || low > 0xDFFF)
            return false;
        r->at += 6;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    *to = put_utf8(*to, c);
    return true;
}

static bool read_escape(struct reader *r, char **to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    char c = *++r->at;
    if (c == 'u') {
        r->at++;
        return read_escape_u(r, to);
    }
    const char *known = c ? strchr(from, c) : NULL;
    if (!known)
        return false;
    *(*to)++ = into[known - from];
    r->at++;
    return true;
}

/* The string behind the quote at r->at, unescaped where it stands: it never grows. */
static bool read_string(struct reader *r, const char **out, uint32_t *len)
{
    char *start = ++r->at, *to = start;
    for (;;) {
        unsigned char c = (unsigned char)*r->at;
        if (c == '"')
            break;
        if (c < 0x20)
            return false;
        if (c == '\\') {
            if (!read_escape(r, &to))
                return false;
            continue;
        }
        int n = c < 0x80 ? 1 : utf8_len((const unsigned char *)r->at);
        if (!n)
            return false;
        if (to != r->at)
            memmove(to, r->at, (size_t)n);
        to += n;
        r->at += n;
    }
    r->at++;
    *to = '\0';
    *out = start;
    *len = (uint32_t)(to - start);
    return true;
}

/* --- values --- */

static struct node *add_node(struct reader *r)
{
    struct node_doc *d = r->d;
    if (d->n == d->cap) {
        void *grown = lt_array_grow(d->v, &d->cap, d->n + 1, sizeof *d->v);
        if (!grown) {
            r->memory = true;
            return NULL;
        }
        d->v = grown;
    }
    struct node *n = &d->v[d->n++];
    *n = (struct node){.skip = 1};
    return n;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The text of a number is ended with a NUL only for as long as it is looked at: what follows it belongs to the document. */
static bool read_number(struct reader *r, struct node *n)
{
    char *s = r->at;
    s += *s == '-';
    if (!is_digit(*s) || (s[0] == '0' && is_digit(s[1])))
        return false;
    while (is_digit(*s))
        s++;
    bool real = false;
    if (*s == '.') {
        real = true;
        if (!is_digit(*++s))
            return false;
        while (is_digit(*s))
            s++;
    }
    if (*s == 'e' || *s == 'E') {
        real = true;
        s++;
        s += *s == '+' || *s == '-';
        if (!is_digit(*s))
            return false;
        while (is_digit(*s))
            s++;
    }
    char after = *s;
    *s = '\0';
    errno = 0;
    n->type = real ? NODE_REAL : NODE_INT;
    if (real)
        n->s = r->at;
    else
        n->i = strtoll(r->at, NULL, 10);
    /* the decimal point of another locale would make less of a number, never more: only its size is judged here */
    bool fits = real ? !isinf(strtod(r->at, NULL)) : errno != ERANGE;
    *s = after;
    r->at = s;
    return fits;
}

static bool read_word(struct reader *r, const char *word, enum node_type type, struct node *n)
{
    size_t len = strlen(word);
    if (strncmp(r->at, word, len) != 0)
        return false;
    r->at += len;
    /* "truex" is one wrong word */
    char c = *r->at;
    n->type = type;
    return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
}

static bool read_scalar(struct reader *r, struct node *n)
{
    uint32_t len;
    switch (*r->at) {
    case '"':
        n->type = NODE_STRING;
        return read_string(r, &n->s, &len);
    case 't':
        return read_word(r, "true", NODE_TRUE, n);
    case 'f':
        return read_word(r, "false", NODE_FALSE, n);
    case 'n':
        return read_word(r, "null", NODE_NULL, n);
    default:
        return read_number(r, n);
    }
}

static int by_key(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Members that came in order were compared as they came; others are sorted here. */
static bool keys_differ(struct reader *r, const struct node *object)
{
    const char **keys = malloc((object->count + 1) * sizeof *keys);
    size_t n = 0;
    if (!keys) {
        r->memory = true;
        return false;
    }
    for (const struct node *m = node_first(object); m; m = node_next(object, m))
        keys[n++] = m->key;
    qsort(keys, n, sizeof *keys, by_key);
    bool differ = true;
    for (size_t i = 1; i < n && differ; i++)
        differ = strcmp(keys[i - 1], keys[i]) != 0;
    free(keys);
    return differ;
}

static bool read_value(struct reader *r, int depth, const char *key, uint32_t key_len);

static bool read_members(struct reader *r, int depth, size_t self, bool *sorted)
{
    bool object = r->d->v[self].type == NODE_OBJECT;
    char close = object ? '}' : ']';
    const char *key = NULL, *before = NULL;
    uint32_t key_len = 0;
    r->at++;
    skip_space(r);
    if (*r->at == close)
        return true;
    for (;;) {
        if (object) {
            if (*r->at != '"' || !read_string(r, &key, &key_len))
                return false;
            *sorted = *sorted && (!before || strcmp(before, key) < 0);
            before = key;
            skip_space(r);
            if (*r->at++ != ':')
                return false;
            skip_space(r);
        }
        if (!read_value(r, depth + 1, key, key_len))
            return false;
        r->d->v[self].count++;
        skip_space(r);
        if (*r->at == close)
            return true;
        if (*r->at++ != ',')
            return false;
        skip_space(r);
    }
}

static bool read_value(struct reader *r, int depth, const char *key, uint32_t key_len)
{
    size_t self = r->d->n;
    struct node *n = add_node(r);
    if (!n)
        return false;
    n->key = key;
    n->key_len = key_len;
    if (*r->at != '{' && *r->at != '[')
        return read_scalar(r, n);
    if (depth >= DEPTH_MAX)
        return false;
    n->type = *r->at == '{' ? NODE_OBJECT : NODE_ARRAY;
    bool sorted = true;
    if (!read_members(r, depth, self, &sorted))
        return false;
    r->at++;
    n = &r->d->v[self];
    n->skip = (uint32_t)(r->d->n - self);
    return sorted || keys_differ(r, n);
}

void node_free(struct node_doc *d)
{
    free(d->text);
    free(d->v);
    *d = (struct node_doc){0};
}

int node_parse(struct node_doc *d, const char *text, size_t len, const struct node **out)
{
    if (d->text_cap > KEEP_BYTES || d->cap * sizeof *d->v > KEEP_BYTES)
        node_free(d);
    if (d->text_cap < len + 1) {
        size_t cap = len + 1 < 4096 ? 4096 : len + 1;
        char *grown = realloc(d->text, cap);
        if (!grown)
            return -1;
        d->text = grown;
        d->text_cap = cap;
    }
    if (len)
        memcpy(d->text, text, len);
    d->text[len] = '\0';
    d->n = 0;
    struct reader r = {.d = d, .at = d->text, .end = d->text + len};
    skip_space(&r);
    if ((*r.at != '{' && *r.at != '[') || !read_value(&r, 0, NULL, 0))
        return r.memory ? -1 : 0;
    skip_space(&r);
    if (r.at != r.end)
        return 0;
    *out = d->v;
    return 1;
}

/* --- reading --- */

const struct node *node_first(const struct node *of)
{
    return of && of->count && of->type >= NODE_ARRAY ? of + 1 : NULL;
}

const struct node *node_next(const struct node *of, const struct node *n)
{
    const struct node *next = n + n->skip;
    return next < of + of->skip ? next : NULL;
}

const struct node *node_get(const struct node *object, const char *key)
{
    if (!object || object->type != NODE_OBJECT)
        return NULL;
    size_t len = strlen(key);
    const struct node *m = object + 1;
    for (uint32_t i = 0; i < object->count; i++, m += m->skip)
        if (m->key_len == len && memcmp(m->key, key, len) == 0)
            return m;
    return NULL;
}

const char *node_text(const struct node *n)
{
    return n && n->type == NODE_STRING ? n->s : NULL;
}

const char *node_str(const struct node *object, const char *key)
{
    const char *s = node_text(node_get(object, key));
    return s ? s : "";
}

int64_t node_int(const struct node *object, const char *key)
{
    const struct node *n = node_get(object, key);
    return n && n->type == NODE_INT ? n->i : 0;
}

bool node_bool(const struct node *object, const char *key, bool dflt)
{
    const struct node *n = node_get(object, key);
    return n && n->type == NODE_TRUE ? true : n && n->type == NODE_FALSE ? false : dflt;
}

static const struct node *of_type(const struct node *n, enum node_type type)
{
    return n && n->type == type ? n : NULL;
}

const struct node *node_array(const struct node *object, const char *key)
{
    return of_type(node_get(object, key), NODE_ARRAY);
}

const struct node *node_object(const struct node *object, const char *key)
{
    return of_type(node_get(object, key), NODE_OBJECT);
}

size_t node_count(const struct node *n)
{
    return n && n->type >= NODE_ARRAY ? n->count : 0;
}

json_t *node_json(const struct node *n)
{
    json_t *made = NULL;
    switch (n->type) {
    case NODE_NULL:
        return json_null();
    case NODE_FALSE:
        return json_false();
    case NODE_TRUE:
        return json_true();
    case NODE_INT:
        return json_integer(n->i);
    case NODE_REAL:
        return json_real(strtod(n->s, NULL));
    case NODE_STRING:
        return json_string(n->s);
    case NODE_ARRAY:
        made = json_array();
        break;
    default:
        made = json_object();
    }
    for (const struct node *m = node_first(n); m && made; m = node_next(n, m)) {
        json_t *inner = node_json(m);
        if (n->type == NODE_ARRAY ? json_array_append_new(made, inner) : json_object_set_new(made, m->key, inner)) {
            json_decref(made);
            made = NULL;
        }
    }
    return made;
}
