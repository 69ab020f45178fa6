#include "http/multipart.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { BYTES, /* before the first delimiter, or of a part */
       AFTER, /* a delimiter was read: CRLF or "--" follows */
       AFTER_CR,
       AFTER_DASH,
       HEADERS,
       ENDED };

static int malformed(struct lt_error *err)
{
    return lt_fail(err, LT_USAGE, "http.multipart", (char *)NULL);
}

/* --- the boundary --- */

static bool is_boundary(const char *s, size_t len)
{
    if (!len || len > MULTIPART_BOUNDARY || s[len - 1] == ' ') return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 128 || !c || !(isalnum(c) || strchr("'()+_,-./:=? ", c))) return false;
    }
    return true;
}

bool multipart_begin(struct multipart *m, const char *content_type, const struct multipart_to *to, void *ctx)
{
    *m = (struct multipart){.to = to, .ctx = ctx, .state = BYTES};
    const char *s = strchr(content_type, ';');
    while (s) {
        s += 1 + strspn(s + 1, " \t");
        if (strncasecmp(s, "boundary=", 9) == 0) break;
        s = strchr(s, ';');
    }
    if (!s) return false;
    s += 9;
    size_t len = *s == '"' ? strcspn(++s, "\"") : strcspn(s, "; \t");
    if (!is_boundary(s, len)) return false;
    lt_print(m->delimiter, sizeof m->delimiter, "\r\n--%.*s", (int)len, s);
    m->delimiter_len = strlen(m->delimiter);
    m->matched = 2; /* the first delimiter stands at the beginning, without a line before it */
    return true;
}

bool multipart_whole(const struct multipart *m)
{
    return m->state == ENDED;
}

/* --- headers of a part --- */

/* A quoted string as browsers write it: %22, %0D and %0A stand for what cannot stand there; \" and \\ of other programs are understood.
 * Returns what follows, or NULL. */
static const char *quoted(const char *s, char *out, size_t size)
{
    size_t n = 0;
    if (*s++ != '"') return NULL;
    for (; *s && *s != '"'; s++) {
        char c = *s;
        if (c == '\\' && (s[1] == '"' || s[1] == '\\')) c = *++s;
        else if (strncmp(s, "%22", 3) == 0) c = '"', s += 2;
        else if (strncasecmp(s, "%0D", 3) == 0 || strncasecmp(s, "%0A", 3) == 0) c = ' ', s += 2;
        if (n + 1 < size) out[n++] = c;
        else if (size == MULTIPART_NAME) return NULL;
    }
    out[n] = 0;
    if (*s != '"') return NULL;
    out[lt_utf8_clip(out, size - 1)] = 0;
    return s + 1;
}

static bool disposition(const char *s, struct multipart_part *p)
{
    if (strncasecmp(s, "form-data", 9) != 0) return false;
    s += 9;
    for (;;) {
        char other[256];
        s += strspn(s, " \t");
        if (!*s) return *p->name && lt_utf8_valid(p->name, strlen(p->name)) && lt_utf8_valid(p->file_name, strlen(p->file_name));
        if (*s++ != ';') return false;
        s += strspn(s, " \t");
        size_t n = strcspn(s, "=; \t");
        if (s[n] != '=') return false;
        const char *value = s + n + 1;
        if (n == 4 && strncasecmp(s, "name", n) == 0 && !*p->name) {
            s = quoted(value, p->name, sizeof p->name);
        } else if (n == 8 && strncasecmp(s, "filename", n) == 0 && !p->is_file) {
            p->is_file = true;
            s = quoted(value, p->file_name, sizeof p->file_name);
        } else {
            s = *value == '"' ? quoted(value, other, sizeof other) : value + strcspn(value, "; \t");
        }
        if (!s) return false;
    }
}

/* The lines up to the empty one; they end with CRLF. */
static int read_headers(struct multipart *m, struct lt_error *err)
{
    struct multipart_part p = {0};
    bool named = false;
    m->headers[m->headers_len] = 0;
    for (char *line = m->headers; *line;) {
        char *end = strstr(line, "\r\n");
        if (!end) return malformed(err);
        *end = 0;
        for (const char *c = line; *c; c++) {
            if ((unsigned char)*c < 0x20 && *c != '\t') return malformed(err);
        }
        if (strncasecmp(line, "Content-Disposition:", 20) == 0) {
            if (named || !disposition(line + 20 + strspn(line + 20, " \t"), &p)) return malformed(err);
            named = true;
        } else if (strncasecmp(line, "Content-Transfer-Encoding:", 26) == 0) {
            return malformed(err); /* RFC 7578, 4.7 */
        }
        line = end + 2;
    }
    if (!named) return malformed(err);
    m->state = BYTES;
    m->inside = true;
    m->matched = 0;
    return m->to->part(m->ctx, &p, err);
}

static int take_header(struct multipart *m, char c, struct lt_error *err)
{
    if (!c || m->headers_len + 1 >= sizeof m->headers) return malformed(err);
    m->headers[m->headers_len++] = c;
    size_t n = m->headers_len;
    if (n == 2 && memcmp(m->headers, "\r\n", 2) == 0) return malformed(err); /* no header at all */
    if (n < 4 || memcmp(m->headers + n - 4, "\r\n\r\n", 4) != 0) return 0;
    m->headers_len -= 2;
    return read_headers(m, err);
}

/* --- bytes --- */

static int give(struct multipart *m, const char *data, size_t len, struct lt_error *err)
{
    if (!m->inside || !len) return 0;
    return m->to->data(m->ctx, data, len, err);
}

static int delimited(struct multipart *m, struct lt_error *err)
{
    bool inside = m->inside;
    m->inside = false;
    m->state = AFTER;
    return inside ? m->to->end(m->ctx, err) : 0;
}

/* Takes bytes until a delimiter was seen; *used: how many. CR stands at the delimiter's beginning alone, so after a mismatch it can only
 * begin anew with the byte at hand. */
static int take_bytes(struct multipart *m, const char *data, size_t len, size_t *used, struct lt_error *err)
{
    size_t i = 0, from = 0;
    int rc = 0;
    while (i < len && !rc) {
        if (!m->matched) {
            const char *cr = memchr(data + i, '\r', len - i);
            if (!cr) break;
            i = (size_t)(cr - data);
            rc = give(m, data + from, i - from, err);
            from = i;
        }
        while (i < len && m->matched < m->delimiter_len && data[i] == m->delimiter[m->matched]) m->matched++, i++;
        if (m->matched == m->delimiter_len) {
            *used = i;
            return rc ? rc : delimited(m, err);
        }
        if (i == len) {
            *used = len;
            return rc; /* what matched so far is known without its bytes */
        }
        if (!rc) rc = give(m, m->delimiter, m->matched, err);
        m->matched = 0;
        from = i;
    }
    *used = len;
    return rc ? rc : give(m, data + from, len - from, err);
}

int multipart_take(struct multipart *m, const char *data, size_t len, struct lt_error *err)
{
    int rc = 0;
    while (len && !rc) {
        size_t used = 1;
        switch (m->state) {
        case BYTES:
            rc = take_bytes(m, data, len, &used, err);
            break;
        case AFTER:
            if (*data != '\r' && *data != '-') return malformed(err);
            m->state = *data == '\r' ? AFTER_CR : AFTER_DASH;
            break;
        case AFTER_CR:
            if (*data != '\n') return malformed(err);
            m->state = HEADERS;
            m->headers_len = 0;
            break;
        case AFTER_DASH:
            if (*data != '-') return malformed(err);
            m->state = ENDED;
            break;
        case HEADERS:
            rc = take_header(m, *data, err);
            break;
        default: /* what follows the last delimiter is nothing but the end of its line */
            if (*data != '\r' && *data != '\n') return malformed(err);
        }
        data += used;
        len -= used;
    }
    return rc;
}
