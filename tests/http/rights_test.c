/* The matrix of rights (tests/usecase/matrix.table) once more, each cell asked through a socket by libcurl: every use case × role × own or
 * another's object. Besides: nothing without signing in, ids that are guessed, methods that are changed. */
#define main matrix_main
int matrix_main(void);
#include "../usecase/matrix_test.c"
#undef main

#include "http/router.h"
#include "http/server.h"
#include "http/socket.h"

#include <curl/curl.h>
#include <unistd.h>

static struct http_server *server;
static CURL *curl;
static char base[64];

struct answer {
    long status;
    struct lt_buf body;
};

static size_t take(char *data, size_t size, size_t n, void *to)
{
    return lt_buf_add(to, data, size * n) ? 0 : size * n;
}

/* --- a request as curl sends it --- */

static void add_escaped(struct lt_buf *out, const char *plain)
{
    char *e = curl_easy_escape(curl, plain, 0);
    lt_buf_adds(out, e);
    curl_free(e);
}

/* The path with its places filled from the values, which lose them. False: a place has no value. */
static bool fill_path(const struct uc_row *row, json_t *values, struct lt_buf *out)
{
    char path[ROUTER_PATH];
    http_row_path(row, path);
    lt_buf_adds(out, base);
    for (const char *c = path; *c;) {
        if (*c != '{') {
            lt_buf_addc(out, *c++);
            continue;
        }
        char name[64];
        size_t n = strcspn(++c, "}");
        lt_print(name, sizeof name, "%.*s", (int)n, c);
        const char *value = lt_json_str(values, name);
        if (!value) return false;
        add_escaped(out, value);
        json_object_del(values, name);
        c += n + 1;
    }
    return true;
}

static void add_argument(struct lt_buf *out, bool *first, const char *name, const json_t *v)
{
    if (json_is_array(v)) {
        size_t i;
        json_t *item;
        json_array_foreach(v, i, item) add_argument(out, first, name, item);
        return;
    }
    char *text = json_is_string(v) ? lt_strdup(json_string_value(v)) : json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    lt_buf_addf(out, "%c%s=", *first ? '?' : '&', name);
    add_escaped(out, text);
    *first = false;
    free(text);
}

static void add_part(curl_mime *form, const char *field, const struct uc_input_file *file)
{
    off_t size = lseek(file->fd, 0, SEEK_END);
    char *data = malloc((size_t)size + 1);
    assert_int_equal(pread(file->fd, data, (size_t)size, 0), size);
    curl_mimepart *part = curl_mime_addpart(form);
    curl_mime_name(part, field);
    curl_mime_filename(part, file->name);
    curl_mime_data(part, data, (size_t)size);
    free(data);
}

/* Files leave the values and become parts of the form. */
static curl_mime *files_of(const struct uc_row *row, json_t *values, const struct uc_request *r)
{
    if (!r->files_len) return NULL;
    curl_mime *form = curl_mime_init(curl);
    curl_mimepart *first = curl_mime_addpart(form);
    for (const struct uc_field *f = row->fields; f && f->name; f++) {
        json_t *v = json_object_get(values, f->name), *item;
        if (f->type != UC_FILE || !v) continue;
        size_t i;
        if (json_is_integer(v)) add_part(form, f->name, &r->files[json_integer_value(v)]);
        json_array_foreach(v, i, item) add_part(form, f->name, &r->files[json_integer_value(item)]);
        json_object_del(values, f->name);
    }
    char *text = json_dumps(values, JSON_COMPACT);
    curl_mime_name(first, "values");
    curl_mime_data(first, text, CURL_ZERO_TERMINATED);
    free(text);
    return form;
}

static void go(const char *method, const char *url, const char *token, const char *json, curl_mime *form, struct answer *out)
{
    char bearer[200];
    struct curl_slist *headers = NULL;
    *out = (struct answer){.body = LT_BUF_INIT((size_t)64 << 20)};
    if (token && lt_print(bearer, sizeof bearer, "Authorization: Bearer %s", token)) headers = curl_slist_append(headers, bearer);
    if (json) headers = curl_slist_append(headers, "Content-Type: application/json");
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &out->body);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 120L);
    if (json) curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json);
    if (form) curl_easy_setopt(curl, CURLOPT_MIMEPOST, form);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    CURLcode rc = curl_easy_perform(curl);
    if (rc) fail_msg("%s %s: %s", method, url, curl_easy_strerror(rc));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out->status);
    curl_slist_free_all(headers);
}

/* --- the way of the calls --- */

static int rc_of(long status)
{
    switch (status) {
    case 401:
    case 403:
    case 428:
        return LT_DENIED;
    case 404:
        return LT_NOTFOUND;
    case 409:
    case 412:
        return LT_CONFLICT;
    case 422:
        return LT_REFUSED;
    default:
        return status / 100 == 2 ? 0 : status / 100 == 4 ? LT_USAGE : LT_SYSTEM;
    }
}

static int over_http(struct school *school, const struct uc_request *r, struct uc_answer *out, struct lt_error *err)
{
    const struct uc_row *row = uc_find(r->noun, r->verb);
    struct lt_buf url = LT_BUF_INIT(60000);
    json_t *values = json_deep_copy(r->values);
    *out = (struct uc_answer){.row = row};
    if (r->local_user || !http_row_open(row) || !fill_path(row, values, &url)) {
        json_decref(values);
        lt_buf_free(&url);
        return uc_dispatch(school->app, r, out, err);
    }
    bool query = strcmp(row->method, "GET") == 0 || strcmp(row->method, "DELETE") == 0, first = true;
    curl_mime *form = query ? NULL : files_of(row, values, r);
    const char *name;
    json_t *v;
    if (query) json_object_foreach(values, name, v) add_argument(&url, &first, name, v);
    char *json = query || form ? NULL : json_dumps(values, JSON_COMPACT);
    struct answer a;
    go(row->method, url.data, r->token, json, form, &a);
    int rc = rc_of(a.status);
    json_t *doc = a.body.len && (*a.body.data == '{' || *a.body.data == '[') ? json_loadb(a.body.data, a.body.len, 0, NULL) : NULL;
    if (rc) {
        if (!doc) fail_msg("%s %s: %ld without a problem", row->method, url.data, a.status);
        lt_fail_field(err, rc, lt_json_str_or(doc, "field", ""), lt_json_str_or(doc, "code", "?"), (char *)NULL);
        json_decref(doc);
    } else if (row->reply != UC_BYTES) {
        out->body = doc;
    } else {
        json_decref(doc);
    }
    curl_mime_free(form);
    free(json);
    json_decref(values);
    lt_buf_free(&a.body);
    lt_buf_free(&url);
    return rc;
}

static int begin(void **state)
{
    setup(state);
    struct http_config config = {.app = s->app, .dir = s->dir};
    struct lt_error err = {0};
    assert_int_equal(http_server_new(&config, &server, &err), 0);
    assert_int_equal(http_server_listen_web(server, http_socket_listen_web("127.0.0.1:0", 64), NULL, &err), 0);
    lt_print(base, sizeof base, "http://127.0.0.1:%u" HTTP_API, http_server_port(server));
    curl = curl_easy_init();
    assert_non_null(curl);
    s->send = over_http;
    return 0;
}

static int end(void **state)
{
    curl_easy_cleanup(curl);
    http_server_stop(server, 5);
    http_server_free(server);
    return teardown(state);
}

/* --- what the matrix does not ask --- */

/* The path of a row with ids that nobody has. */
static void guessed(const struct uc_row *row, char *out, size_t size)
{
    char path[ROUTER_PATH];
    http_row_path(row, path);
    size_t n = (size_t)snprintf(out, size, "%s", base);
    for (const char *c = path; *c; c++) {
        if (*c == '{') {
            n += (size_t)snprintf(out + n, size - n, "0192f0c1-2345-7abc-8def-0123456789ab");
            c = strchr(c, '}');
        } else {
            out[n++] = *c;
        }
    }
    out[n] = 0;
}

typedef void judge_fn(const struct uc_row *row, const char *url);

static void each_row(judge_fn *judge)
{
    size_t n, asked = 0;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < nouns[i]->len; k++) {
            char url[400];
            if (!http_row_open(&nouns[i]->rows[k])) continue;
            guessed(&nouns[i]->rows[k], url, sizeof url);
            judge(&nouns[i]->rows[k], url);
            asked++;
        }
    }
    assert_true(asked > 90);
}

static bool is_login(const struct uc_row *row)
{
    return strcmp(row->noun, "session") == 0 && strcmp(row->verb, "login") == 0;
}

static void ask_plain(const struct uc_row *row, const char *url, const char *method, const char *token, struct answer *out)
{
    bool body = strcmp(method, "GET") != 0 && strcmp(method, "DELETE") != 0 && strcmp(method, "HEAD") != 0;
    (void)row;
    go(method, url, token, body ? "{}" : NULL, NULL, out);
}

static void unsigned_row(const struct uc_row *row, const char *url)
{
    static const char *const tokens[] = {NULL, "lt_0000000000000000000000000000000000000000000", "x"};
    for (size_t i = 0; i < LT_COUNT(tokens); i++) {
        if (((row->flags & UC_ANONYMOUS) && !tokens[i]) || is_login(row)) continue;
        struct answer a;
        ask_plain(row, url, row->method, tokens[i], &a);
        if (a.status != 401) fail_msg("%s %s with %s: %ld %s", row->method, url, tokens[i] ? tokens[i] : "nothing", a.status, a.body.data);
        lt_buf_free(&a.body);
    }
}

static void nothing_without_signing_in(void **state)
{
    (void)state;
    each_row(unsigned_row);
}

/* Guessing an id gives nothing, and tells an id that is nobody's from one that may not be known in no way. */
static void guessed_row(const struct uc_row *row, const char *url)
{
    static const char *const who[] = {"teacher", "mother", "ivan", "sysadmin"};
    if (!strstr(url, "0192f0c1-")) return;
    for (size_t i = 0; i < LT_COUNT(who); i++) {
        struct answer a;
        ask_plain(row, url, row->method, lt_json_str(s->tokens, who[i]), &a);
        if (a.status / 100 != 4) fail_msg("%s: %s %s: %ld %s", who[i], row->method, url, a.status, a.body.data ? a.body.data : "");
        lt_buf_free(&a.body);
    }
}

static void guessed_ids(void **state)
{
    (void)state;
    each_row(guessed_row);
}

/* A method the table does not have is none: no override by a header or a field, no writing by GET. */
static void changed_row(const struct uc_row *row, const char *url)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"};
    const char *path = url + strlen(base);
    for (size_t i = 0; i < LT_COUNT(methods); i++) {
        struct http_match m;
        struct answer a;
        if (http_match(methods[i], path, &m)) continue;
        ask_plain(row, url, methods[i], lt_json_str(s->tokens, "director"), &a);
        if (a.status != 405) fail_msg("%s %s: %ld %s", methods[i], url, a.status, a.body.data ? a.body.data : "");
        lt_buf_free(&a.body);
    }
}

static void changed_methods(void **state)
{
    (void)state;
    each_row(changed_row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell),
        cmocka_unit_test(what_is_not_shown_is_not_listed),
        cmocka_unit_test(who_is_not_shown_is_not_listed),
        cmocka_unit_test(nothing_without_signing_in),
        cmocka_unit_test(guessed_ids),
        cmocka_unit_test(changed_methods),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
