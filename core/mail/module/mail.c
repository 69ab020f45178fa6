/* letopis-mail.so: SMTP through libcurl. Everything it needs came with its arguments; it opens nothing. */
#include "mail/wire.h"
#include "sandbox/module.h"

#include "base/json.h"
#include "base/text.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

static int mail_open(struct lt_error *err)
{
    if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK) return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", "libcurl does not start", (char *)NULL);
    return 0;
}

struct letter {
    const char *bytes;
    size_t len, at;
};

static size_t give(char *to, size_t size, size_t n, void *ctx)
{
    struct letter *l = ctx;
    size_t room = size * n, left = l->len - l->at, take = left < room ? left : room;
    memcpy(to, l->bytes + l->at, take);
    l->at += take;
    return take;
}

static size_t swallow(char *data, size_t size, size_t n, void *ctx)
{
    (void)data, (void)ctx;
    return size * n;
}

/* What holds for all letters of a connection. */
static bool prepare(CURL *curl, const json_t *args, struct curl_slist **places)
{
    char url[400], place[800];
    const char *tls = lt_json_str_or(args, "tls", "starttls"), *host = lt_json_str_or(args, "host", ""), *ca = lt_json_str_or(args, "ca", "");
    long port = (long)lt_json_int(args, "port", 587);
    bool wrapped = strcmp(tls, "tls") == 0, plain = strcmp(tls, "plain") == 0;
    struct curl_blob blob = {.data = (void *)ca, .len = strlen(ca), .flags = CURL_BLOB_COPY};
    if (!lt_print(url, sizeof url, "%s://%s:%ld/letopis.invalid", wrapped ? "smtps" : "smtp", host, port) ||
        !lt_print(place, sizeof place, "%s:%ld:%s", host, port, lt_json_str_or(args, "addresses", "")))
        return false;
    *places = curl_slist_append(NULL, place);
    bool good = *places && curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_RESOLVE, *places) == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_USE_SSL, plain ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL) == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_MAIL_FROM, lt_json_str_or(args, "from", "")) == CURLE_OK;
    curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 15L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
    const char *user = lt_json_str(args, "user"), *password = lt_json_str(args, "password");
    if (good && user) good = curl_easy_setopt(curl, CURLOPT_USERNAME, user) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_PASSWORD, password ? password : "") == CURLE_OK;
    return good;
}

static int tell(struct sandbox_io *io, size_t n, bool sent, long reply, struct lt_error *err)
{
    char text[80];
    lt_print(text, sizeof text, "{\"n\":%zu,\"sent\":%s,\"reply\":%ld}", n, sent ? "true" : "false", reply);
    return io->send(io->ctx, MAIL_FRAME_DONE, text, strlen(text)) ? lt_fail(err, LT_SYSTEM, "mail.failed", "why", "nobody listens", (char *)NULL) : 0;
}

/* 0 also when the server refused the letter; a connection that cannot be had or broke is an error. */
static int send_one(CURL *curl, struct sandbox_io *io, size_t n, const json_t *item, struct lt_error *err)
{
    struct letter l = {.bytes = lt_json_str_or(item, "bytes", "")};
    l.len = strlen(l.bytes);
    struct curl_slist *to = curl_slist_append(NULL, lt_json_str_or(item, "to", ""));
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(curl, CURLOPT_READDATA, &l);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)l.len);
    CURLcode done = curl_easy_perform(curl);
    long reply = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(to);
    bool refused = done == CURLE_SEND_ERROR || done == CURLE_RECV_ERROR || done == CURLE_WEIRD_SERVER_REPLY || done == CURLE_UPLOAD_FAILED ? reply >= 500 && reply < 600 : false;
    if (done == CURLE_OK || refused) return tell(io, n, done == CURLE_OK, done == CURLE_OK ? 0 : reply, err);
    return lt_fail(err, LT_SYSTEM, "mail.failed", "why", curl_easy_strerror(done), (char *)NULL);
}

static int mail_run(struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err)
{
    (void)input_fd;
    struct curl_slist *places = NULL;
    CURL *curl = curl_easy_init();
    int rc = curl && prepare(curl, args, &places) ? 0 : lt_fail(err, LT_SYSTEM, "mail.failed", "why", "libcurl", (char *)NULL);
    size_t i;
    const json_t *item;
    json_array_foreach(lt_json_array(args, "letters"), i, item) {
        if (rc) break;
        rc = send_one(curl, io, i, item, err);
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(places);
    return rc;
}

SANDBOX_EXPORT extern const struct sandbox_module letopis_module;
const struct sandbox_module letopis_module = {.magic = SANDBOX_MODULE_MAGIC, .size = sizeof(struct sandbox_module), .name = "mail",
                                              .open = mail_open, .run = mail_run};
