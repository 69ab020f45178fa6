/* docs/http-api.md, written from the table like docs/cli.md. */
#include "http/api.h"
#include "http/describe.h"

#include "base/text.h"
#include "usecase/shape.h"

#include <string.h>

static const char intro[] =
    "# letopis: the HTTP interface\n\n"
    "*Made from the table of use cases by `letopis help --http-markdown`; do not edit by hand.* The same for programs: `GET /api/v1/openapi.json`.\n\n"
    "Everything lies below `/api/v1`. `letopis serve` listens on `127.0.0.1:8080` by default; TLS, Unix sockets and a front server (nginx): "
    "[ru/sysadmin.md](ru/sysadmin.md). What the browser's client relies on: [web.md](web.md).\n\n"
    "    curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8080/api/v1/entries?limit=10\n"
    "    curl -H \"Authorization: Bearer $TOKEN\" -F 'values={\"pupil\":\"…\",\"activity\":\"olympiad\",\"title\":\"…\"};type=application/json' \\\n"
    "         -F file=@diploma.pdf http://127.0.0.1:8080/api/v1/entries\n\n"
    "- **Who.** A program has a token (`letopis account tokens --title … --scope 'pupil.list entry.list'`), sent as `Authorization: Bearer`. A browser has a cookie: "
    "`POST /session {login, password}`; its writes carry `X-Letopis-CSRF` with the `csrf` of `GET /session`, and nothing is taken that another site made the browser send.\n"
    "- **Fields** of GET and DELETE stand in the query, of other methods in one JSON object (1 MiB, 16 levels). A field the path names stands there alone. Repeatable ones "
    "are an array, or the query's name several times. Files: `multipart/form-data`, the part `values` (JSON) first, then files under the names of their fields; or "
    "`{\"upload\": id}` of a resumable upload (tus 1.0 at `/uploads`, see web.md).\n"
    "- **Answers** are JSON: 200, 201 with a new thing, 202 where a job was begun, 204 where there is nothing to say. Lists are `{\"items\": […], \"next\": cursor}`; `limit` (1–500) and "
    "`cursor` ask for a page.\n"
    "- **Errors** are `application/problem+json` (RFC 9457): `title`, `status`, `detail` (a sentence in the language of `lang=ru|en` or `Accept-Language`), `code`, `field`, `params`, `details`, "
    "`instance` (the id of the request, also in `X-Request-Id` and in the log). 400 cannot be read, 401 nobody is signed in, 403 not allowed, 404 absent or not to be known of, 405, 409 conflict, "
    "412 the revision moved, 413 too large, 415, 422 refused (the field is named), 428 something else comes first, 429 and 503 with `Retry-After`, 500.\n"
    "- **Repeating.** `Idempotency-Key: <UUID>` on a write: the same call with the same key within 48 hours answers as the first time and does nothing.\n"
    "- **Two at once.** Answers about an entry carry `ETag: \"<revision>\"`; `If-Match: \"<revision>\"` on a change is refused with 412 when somebody else was faster.\n"
    "- **Files** come with ranges, `ETag`, `Content-Disposition: attachment` and a policy that runs nothing.\n"
    "- `/healthz` says whether requests come through to the data; `/metrics` (Prometheus) answers this machine alone unless `http.metrics = open`.\n";

static void cell(struct lt_buf *out, const char *s)
{
    for (; *s; s++) {
        if (strchr("|<*", *s)) lt_buf_addc(out, '\\');
        lt_buf_addc(out, *s);
    }
}

static const char *place(const struct uc_row *row, const struct uc_field *f)
{
    if (http_path_names(row, f->name)) return "path";
    if (f->type == UC_FILE) return "file";
    return strcmp(row->method, "GET") == 0 || strcmp(row->method, "DELETE") == 0 ? "query" : "body";
}

static void fields(const struct uc_row *row, struct lt_buf *out)
{
    lt_buf_adds(out, "| field | where | type | meaning | по-русски |\n|---|---|---|---|---|\n");
    for (const struct uc_field *f = row->fields; f->name; f++) {
        lt_buf_addf(out, "| `%s`%s | %s | %s%s", f->name, f->flags & UC_REQUIRED ? " \\*" : "", place(row, f), http_type_word(f->type),
                    http_field_many(f) && f->type != UC_WORDS ? ", repeatable" : "");
        if (f->values) lt_buf_addf(out, " `%s`", f->values);
        if (f->min || f->max) lt_buf_addf(out, ", %lld…%lld", f->min, f->max);
        lt_buf_adds(out, " | ");
        cell(out, uc_field_label(LT_EN, row->noun, f->name));
        lt_buf_adds(out, " | ");
        cell(out, uc_field_label(LT_RU, row->noun, f->name));
        lt_buf_adds(out, " |\n");
    }
    lt_buf_addc(out, '\n');
}

/* --- what comes out --- */

static void type_of(const struct uc_shape_field *f, struct lt_buf *out)
{
    if (f->many) lt_buf_adds(out, "array of ");
    if (f->map) lt_buf_adds(out, "object: each ");
    if (f->kind == UC_SHAPE_PART) lt_buf_addf(out, "[%s](#shape-%s)", f->type, f->type);
    else if (f->kind == UC_SHAPE_WORD && !f->words) lt_buf_addf(out, "`%s`", f->type + 1);
    else if (f->kind == UC_SHAPE_WORD) {
        for (const char *w = f->words; *w; w += strcspn(w, "|"), w += strspn(w, "|"))
            lt_buf_addf(out, "%s\"%.*s\"", w == f->words ? "" : ", ", (int)strcspn(w, "|"), w);
    } else lt_buf_adds(out, f->type);
    if (f->null) lt_buf_adds(out, " or null");
}

static void meaning(struct lt_buf *out, enum lt_lang lang, const char *noun, const char *name)
{
    const char *label = uc_field_label(lang, noun, name);
    if (label != name) cell(out, label);
}

/* The fields of one text; those of +shapes by a link. */
static void shape_table(const char *noun, const char *text, struct lt_buf *out)
{
    lt_buf_adds(out, "| field | type | meaning | по-русски |\n|---|---|---|---|\n");
    for (const char *w = text; *w; w += strcspn(w, " "), w += strspn(w, " ")) {
        char word[200];
        struct uc_shape_walk walk;
        struct uc_shape_field f;
        lt_print(word, sizeof word, "%.*s", (int)strcspn(w, " "), w);
        if (*word == '+') {
            lt_buf_addf(out, "| … | all of [%s](#shape-%s) | | |\n", word + 1, word + 1);
            continue;
        }
        uc_shape_begin(&walk, word);
        if (!uc_shape_next(&walk, &f)) continue;
        lt_buf_addf(out, "| `%s`%s%s | ", f.name, f.optional ? "" : " \\*", f.secret ? " (once)" : "");
        type_of(&f, out);
        lt_buf_adds(out, f.beside ? ", beside `items` | " : " | ");
        meaning(out, LT_EN, noun, f.name);
        lt_buf_adds(out, " | ");
        meaning(out, LT_RU, noun, f.name);
        lt_buf_adds(out, " |\n");
    }
    lt_buf_addc(out, '\n');
}

static void answer(const struct uc_row *row, struct lt_buf *out)
{
    const char *name;
    uc_row_gives(http_answer_row(row), &name);
    if (name) lt_buf_addf(out, ": [%s](#shape-%s)", name, name);
    lt_buf_addc(out, '.');
    if (row->flags & UC_LONG) lt_buf_adds(out, " May become a job (202).");
}

static void shapes(struct lt_buf *out)
{
    const struct uc_shape *s;
    lt_buf_adds(out, "\n## Shapes of answers\n\n`\\*`: always there; what has no value is left out. An array or object without values may be left out or be empty. “id” is a UUID, “actor” an id or "
                     "`local:` and a user of the machine, “at” an instant in UTC, “date” a day of the school. “(once)”: told this once, a repeated answer has `withheld` in its place. "
                     "Words in `code` are value sets, see `components/schemas/set.…` of openapi.json.\n");
    for (size_t i = 0; (s = uc_shape_at(i)); i++) {
        char noun[64]; /* whose words its fields bear: the first part of its name, be it a noun or no */
        lt_print(noun, sizeof noun, "%.*s", (int)strcspn(s->name, "_"), s->name);
        lt_buf_addf(out, "\n### Shape %s\n\n", s->name);
        shape_table(noun, s->fields, out);
    }
}

struct page {
    struct lt_buf *out;
    const char *noun;
};

static int add_row(void *ctx, const struct uc_row *row)
{
    static const char *const replies[] = {[UC_ONE] = "one object", [UC_LIST] = "a list", [UC_NONE] = "nothing (204)", [UC_BYTES] = "bytes", [UC_JOBS] = "a job (202)"};
    struct page *p = ctx;
    char path[ROUTER_PATH], title[128];
    if (!p->noun || strcmp(p->noun, row->noun) != 0) lt_buf_addf(p->out, "\n## %s\n\n", row->noun);
    p->noun = row->noun;
    http_row_path(row, path);
    lt_print(title, sizeof title, "uc.%s.%s", row->noun, row->verb);
    lt_buf_addf(p->out, "### %s %s\n\n`%s.%s`: %s — *%s*. ", row->method, path, row->noun, row->verb, lt_msg(LT_EN, title), lt_msg(LT_RU, title));
    lt_buf_addf(p->out, "Answers %s", replies[row->reply]);
    answer(row, p->out);
    lt_buf_addf(p->out, "%s%s%s\n\n", row->flags & UC_REVISION ? " Takes `If-Match`." : "", row->flags & UC_ANONYMOUS ? " Needs no account." : "",
                api_is_login(row) ? " Takes `login` and `password` in the body." : "");
    if (row->fields && row->fields->name) fields(row, p->out);
    const char *name, *text = uc_row_gives(row, &name);
    if (text && !name) shape_table(row->noun, text, p->out);
    return 0;
}

int http_markdown(struct lt_buf *out)
{
    struct page p = {.out = out};
    lt_buf_adds(out, intro);
    http_each_row(add_row, &p);
    shapes(out);
    return out->failed ? -1 : 0;
}
