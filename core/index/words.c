#include "index/words.h"

#include "base/text.h"

#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define WORD_BYTES 96 /* a longer word is cut: no word of a language is that long, and tokens live in memory */
#define STEM_MARK '\x01'

/* --- characters --- */

enum script { OTHER, LATIN, CYRILLIC };

/* Next code point; an invalid byte is one character of no script. */
static int32_t next_char(const char *s, int len, int *used)
{
    unsigned char c = (unsigned char)s[0];
    if (c < 0x80) {
        *used = 1;
        return c;
    }
    utf8proc_int32_t cp = -1;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s, len, &cp);
    *used = n > 0 ? (int)n : 1;
    return n > 0 ? cp : -1;
}

static bool is_word_char(int32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c >= 0x400 && c <= 0x481)
        return true;
    if (c >= 0x2000 && c <= 0x206F)
        return false;
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return true;
    default:
        return false;
    }
}

/* The next word of text[*at..len): its bounds. */
static bool next_word(const char *text, int len, int *at, int *start, int *end)
{
    int i = *at, used;
    while (i < len && !is_word_char(next_char(text + i, len - i, &used)))
        i += used;
    if (i >= len)
        return false;
    *start = i;
    while (i < len && is_word_char(next_char(text + i, len - i, &used)))
        i += used;
    *end = *at = i;
    return true;
}

/* --- folding --- */

/* Small letters of ASCII and of the Russian alphabet without allocating: nearly every word. False: use the general way. */
static bool fold_fast(const char *s, int len, char *out, int *out_len, enum script *script)
{
    int n = 0;
    *script = OTHER;
    for (int i = 0; i < len;) {
        unsigned char c = (unsigned char)s[i];
        if (c < 0x80) {
            if (c >= 'A' && c <= 'Z')
                c = (unsigned char)(c + 32);
            if (c >= 'a' && *script == OTHER)
                *script = LATIN;
            out[n++] = (char)c;
            i++;
            continue;
        }
        if (i + 1 >= len || (c != 0xD0 && c != 0xD1))
            return false;
        int cp = ((c & 0x1F) << 6) | ((unsigned char)s[i + 1] & 0x3F);
        if (cp == 0x401 || cp == 0x451)
            cp = 0x435;
        else if (cp >= 0x410 && cp <= 0x42F)
            cp += 0x20;
        if (cp < 0x430 || cp > 0x44F)
            return false;
        *script = CYRILLIC;
        out[n++] = (char)(0xC0 | (cp >> 6));
        out[n++] = (char)(0x80 | (cp & 0x3F));
        i += 2;
    }
    *out_len = n;
    return true;
}

static bool fold_slow(const char *s, int len, char *out, int *out_len, enum script *script)
{
    char word[WORD_BYTES + 1];
    memcpy(word, s, (size_t)len);
    word[len] = '\0';
    char *folded = lt_fold(word);
    if (!folded)
        return false;
    size_t n = lt_utf8_clip(folded, WORD_BYTES);
    memcpy(out, folded, n);
    free(folded);
    *out_len = (int)n;
    *script = OTHER;
    for (size_t i = 0; i + 1 < n; i++)
        if (((unsigned char)out[i] & 0xFE) == 0xD0)
            *script = CYRILLIC;
    return n > 0;
}

static bool fold(const char *s, int len, char out[WORD_BYTES], int *out_len, enum script *script)
{
    if (len > WORD_BYTES) {
        len = WORD_BYTES;
        while (len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80)
            len--;
    }
    return fold_fast(s, len, out, out_len, script) || fold_slow(s, len, out, out_len, script);
}

/* --- the tokenizer --- */

struct words {
    struct sb_stemmer *ru, *en; /* NULL: the plain kind */
};

static void words_delete(Fts5Tokenizer *t)
{
    struct words *w = (struct words *)t;
    if (!w)
        return;
    sb_stemmer_delete(w->ru);
    sb_stemmer_delete(w->en);
    free(w);
}

static int words_create(void *ctx, const char **args, int n, Fts5Tokenizer **out)
{
    (void)ctx;
    struct words *w = calloc(1, sizeof *w);
    if (!w)
        return SQLITE_NOMEM;
    if (n > 0 && strcmp(args[0], "stem") == 0) {
        w->ru = sb_stemmer_new("russian", "UTF_8");
        w->en = sb_stemmer_new("english", "UTF_8");
        if (!w->ru || !w->en) {
            words_delete((Fts5Tokenizer *)w);
            return SQLITE_NOMEM;
        }
    }
    *out = (Fts5Tokenizer *)w;
    return SQLITE_OK;
}

static int stem(const struct words *w, const char *folded, int len, enum script script, char out[WORD_BYTES + 1])
{
    out[0] = STEM_MARK;
    struct sb_stemmer *stemmer = script == CYRILLIC ? w->ru : script == LATIN ? w->en : NULL;
    if (stemmer) {
        const sb_symbol *s = sb_stemmer_stem(stemmer, (const sb_symbol *)folded, len);
        int n = sb_stemmer_length(stemmer);
        if (s && n > 0 && n <= WORD_BYTES) {
            memcpy(out + 1, s, (size_t)n);
            return n + 1;
        }
    }
    memcpy(out + 1, folded, (size_t)len);
    return len + 1;
}

typedef int token_fn(void *ctx, int flags, const char *token, int len, int start, int end);

static int emit_tags(void *ctx, const char *text, int len, token_fn *emit)
{
    int rc = SQLITE_OK;
    for (int at = 0; at < len && rc == SQLITE_OK;) {
        int end = at;
        while (end < len && text[end] != ' ')
            end++;
        if (end > at)
            rc = emit(ctx, 0, text + at, end - at, at, end);
        at = end + 1;
    }
    return rc;
}

static int words_tokenize(Fts5Tokenizer *t, void *ctx, int flags, const char *text, int len, token_fn *emit)
{
    const struct words *w = (const struct words *)t;
    bool asks_stem = w->ru && (flags & FTS5_TOKENIZE_QUERY) && !(flags & FTS5_TOKENIZE_PREFIX);
    bool both = w->ru && !(flags & FTS5_TOKENIZE_QUERY);
    int at = 0, start, end, rc = SQLITE_OK;
    if (len > 0 && text[0] == TAG_MARK)
        return emit_tags(ctx, text, len, emit);
    while (rc == SQLITE_OK && next_word(text, len, &at, &start, &end)) {
        char folded[WORD_BYTES], stemmed[WORD_BYTES + 1];
        int n;
        enum script script;
        if (!fold(text + start, end - start, folded, &n, &script))
            continue;
        if (!asks_stem)
            rc = emit(ctx, 0, folded, n, start, end);
        if (rc == SQLITE_OK && (both || asks_stem)) {
            n = stem(w, folded, n, script, stemmed);
            rc = emit(ctx, both ? FTS5_TOKEN_COLOCATED : 0, stemmed, n, start, end);
        }
    }
    return rc;
}

int words_register(sqlite3 *sq)
{
    fts5_api *api = NULL;
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(sq, "SELECT fts5(?1)", -1, &st, NULL) == SQLITE_OK) {
        sqlite3_bind_pointer(st, 1, &api, "fts5_api_ptr", NULL);
        sqlite3_step(st);
    }
    sqlite3_finalize(st);
    if (!api)
        return SQLITE_ERROR;
    fts5_tokenizer methods = {.xCreate = words_create, .xDelete = words_delete, .xTokenize = words_tokenize};
    return api->xCreateTokenizer(api, "letopis", NULL, &methods, NULL);
}

#define TAG_VALUE 24 /* a longer value is shortened to its hash */

void words_tag(struct lt_buf *out, char field, const char *value)
{
    uint64_t hash = 1469598103934665603u;
    size_t n = 0;
    bool plain = true;
    for (; value[n]; n++) {
        char c = value[n];
        hash = (hash ^ (unsigned char)c) * 1099511628211u;
        plain = plain && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
    }
    const char head[2] = {TAG_MARK, field};
    if (plain && n <= TAG_VALUE) {
        lt_buf_add(out, head, 2);
        lt_buf_add(out, value, n);
    } else {
        lt_buf_addf(out, "%c%c-%016llx", TAG_MARK, field, (unsigned long long)hash);
    }
}

/* --- queries --- */

/* Words within quotes must stand side by side: FTS5 tokenizes the phrase itself, so it is given as one string. A word
 * holds no quote, so nothing in it needs escaping. */
int words_query(const char *text, bool prefixes, struct lt_buf *out, struct lt_error *err)
{
    size_t size = strlen(text);
    if (size > WORDS_QUERY_BYTES)
        return lt_fail_field(err, LT_USAGE, "query", "index.query_long", "limit", LT_NUM(WORDS_QUERY_WORDS), (char *)NULL);
    int len = (int)size, at = 0, start, end, seen = 0, words = 0;
    bool in_quotes = false, open = false;
    while (next_word(text, len, &at, &start, &end)) {
        if (++words > WORDS_QUERY_WORDS)
            return lt_fail_field(err, LT_USAGE, "query", "index.query_long", "limit", LT_NUM(WORDS_QUERY_WORDS),
                                 (char *)NULL);
        for (; seen < start; seen++) {
            if (text[seen] != '"')
                continue;
            in_quotes = !in_quotes;
            if (open)
                lt_buf_addc(out, '"');
            open = false;
        }
        seen = end;
        bool phrase = in_quotes && !prefixes && memchr(text + end, '"', (size_t)(len - end));
        if (!open)
            lt_buf_adds(out, words > 1 ? " \"" : "\"");
        else
            lt_buf_addc(out, ' ');
        lt_buf_add(out, text + start, (size_t)(end - start));
        open = phrase;
        if (!phrase)
            lt_buf_adds(out, prefixes || (end < len && text[end] == '*') ? "\" *" : "\"");
    }
    if (open)
        lt_buf_addc(out, '"');
    return out->failed ? lt_fail_memory(err) : LT_OK;
}
