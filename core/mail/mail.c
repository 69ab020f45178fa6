#include "mail/mail.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "mail/wire.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"
#define CA_MAX ((size_t)600 << 10)

bool mail_address_valid(const char *address)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+/=?^_`{|}~-@";
    const char *at = strchr(address, '@');
    size_t n = strlen(address);
    return at && at != address && at[1] && !strchr(at + 1, '@') && n <= 120 && strspn(address, allowed) == n && address[0] != '-' && strchr(at, '.') &&
           !strstr(at, "..") && at[1] != '.' && address[n - 1] != '.';
}

/* --- a letter's bytes (RFC 5322, 2045, 2047) --- */

static int add_base64(struct lt_buf *out, const char *data, size_t len, size_t line, const char *between)
{
    char text[100];
    for (size_t at = 0; at < len; at += line) {
        size_t n = len - at < line ? len - at : line;
        sodium_bin2base64(text, sizeof text, (const unsigned char *)data + at, n, sodium_base64_VARIANT_ORIGINAL);
        if ((at && lt_buf_adds(out, between)) || lt_buf_adds(out, text)) return -1;
    }
    return 0;
}

/* Encoded words of at most 75 characters, cut between characters. */
static int add_words(struct lt_buf *out, const char *text)
{
    for (bool first = true; *text; first = false) {
        size_t n = lt_utf8_clip(text, 42);
        if (!n) return -1;
        lt_buf_adds(out, first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        add_base64(out, text, n, n, "");
        lt_buf_adds(out, "?=");
        text += n;
    }
    return out->failed ? -1 : 0;
}

static void add_date(struct lt_buf *out, int64_t now_ms)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t t = (time_t)(now_ms / 1000);
    struct tm utc;
    gmtime_r(&t, &utc);
    lt_buf_addf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
}

static json_t *letter_json(const struct mail_server *s, const struct mail_letter *l, int64_t now_ms)
{
    struct lt_buf b = LT_BUF_INIT(64 << 10);
    add_date(&b, now_ms);
    lt_buf_adds(&b, "From: ");
    if (s->from_name && *s->from_name) add_words(&b, s->from_name);
    lt_buf_addf(&b, " <%s>\r\nTo: <%s>\r\nSubject: ", s->from, l->to);
    add_words(&b, l->subject);
    lt_buf_addf(&b, "\r\nMessage-ID: <%s@%s>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n", l->id, strchr(s->from, '@') + 1);
    lt_buf_adds(&b, "Content-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n");
    add_base64(&b, l->text, strlen(l->text), 57, "\r\n");
    lt_buf_adds(&b, "\r\n");
    json_t *doc = b.failed ? NULL : json_pack("{s:s, s:s}", "to", l->to, "bytes", b.data);
    lt_buf_free(&b);
    return doc;
}

/* --- sending --- */

struct sending {
    struct mail_letter *letters;
    size_t n;
};

static int on_frame(void *ctx, struct sandbox_child *child, uint32_t type, const void *data, size_t len, struct lt_error *err)
{
    struct sending *s = ctx;
    json_t *doc = NULL;
    (void)child;
    if (type != MAIL_FRAME_DONE || lt_json_parse(data, len, 1000, &doc, NULL)) return lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL);
    int64_t n = lt_json_int(doc, "n", -1);
    if (n >= 0 && (uint64_t)n < s->n) {
        s->letters[n].sent = lt_json_bool(doc, "sent", false);
        s->letters[n].reply = (int)lt_json_int(doc, "reply", 0);
    }
    json_decref(doc);
    return 0;
}

static const char *tls_word(enum mail_tls tls)
{
    return tls == MAIL_TLS ? "tls" : tls == MAIL_PLAIN ? "plain" : "starttls";
}

static int check(const struct mail_server *s, const struct mail_letter *letters, size_t n, struct lt_error *err)
{
    if (!mail_address_valid(s->from)) return lt_fail(err, LT_USAGE, "mail.address", "address", s->from, (char *)NULL);
    for (size_t i = 0; i < n; i++) {
        if (!mail_address_valid(letters[i].to)) return lt_fail(err, LT_USAGE, "mail.address", "address", letters[i].to, (char *)NULL);
    }
    return n <= MAIL_LETTERS ? 0 : lt_fail(err, LT_USAGE, "mail.many", "limit", LT_NUM(MAIL_LETTERS), (char *)NULL);
}

static int arguments(const struct mail_server *s, const struct mail_letter *letters, size_t n, int64_t now_ms, json_t **out, struct lt_error *err)
{
    char *ca = NULL;
    size_t len = 0;
    if (!s->ca && s->tls != MAIL_PLAIN && lt_fs_read(SYSTEM_CA, CA_MAX, &ca, &len)) return lt_fail_errno(err, "read", SYSTEM_CA);
    *out = json_pack("{s:s, s:i, s:s, s:s*, s:s*, s:s, s:s, s:[]}", "host", s->host, "port", (int)s->port, "tls", tls_word(s->tls), "user", s->user, "password",
                     s->password, "from", s->from, "ca", s->ca ? s->ca : ca ? ca : "", "letters");
    free(ca);
    for (size_t i = 0; *out && i < n; i++) {
        if (json_array_append_new(lt_json_array(*out, "letters"), letter_json(s, &letters[i], now_ms))) {
            json_decref(*out);
            *out = NULL;
        }
    }
    return *out ? 0 : lt_fail_memory(err);
}

int mail_send(const struct sandbox_config *config, const struct mail_server *server, struct mail_letter *letters, size_t n, int64_t now_ms,
              struct lt_error *err)
{
    static const char *const prefixes[] = {"mail.", NULL};
    char name[300];
    json_t *args = NULL;
    struct sending s = {letters, n};
    for (size_t i = 0; i < n; i++) letters[i].sent = false, letters[i].reply = 0;
    int rc = check(server, letters, n, err);
    if (!rc && !lt_print(name, sizeof name, "%s:%u", server->host, server->port)) rc = lt_fail(err, LT_USAGE, "mail.address", "address", server->host, (char *)NULL);
    if (!rc) rc = arguments(server, letters, n, now_ms, &args, err);
    if (rc) return rc;
    struct sandbox_config c = *config;
    c.network = true;
    c.deadline_ms = 180000;
    c.cpu_seconds = 30;
    c.memory = (uint64_t)512 << 20;
    const struct sandbox_call call = {.kind = "mail", .name = name, .args = args, .error_prefixes = prefixes, .frame = on_frame, .ctx = &s};
    rc = sandbox_run(&c, &call, err);
    json_decref(args);
    return rc;
}
