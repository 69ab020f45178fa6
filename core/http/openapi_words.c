/* What no row of the table says: how one signs in, what refusals look like, the paths beside the table, examples. */
#include "http/openapi.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

/* JSON with ' for ". */
static json_t *read(const char *text)
{
    char *copy = lt_strdup(text);
    for (char *c = copy; c && *c; c++)
        if (*c == '\'') *c = '"';
    json_t *doc = copy ? json_loads(copy, 0, NULL) : NULL;
    free(copy);
    return doc;
}

static const char description[] =
    "The portfolios of a school. Made from the table of use cases; the same table is the command line, so each operation can be tried there.\n\n"
    "**Who.** A program carries a token (`Authorization: Bearer`, made by `POST /accounts/tokens`; its `scope` may name the operations it is for). A browser signs in with "
    "`POST /session` and has a cookie; its writes carry the header `X-Letopis-CSRF` with the `csrf` of `GET /session`. On the machine itself the command line talks to the "
    "running server through the Unix socket `DATA/run/letopis.sock`, which is open to the owner of the data folder alone; with `--listen unix:PATH` this interface itself stands "
    "on a Unix socket, for a front server.\n\n"
    "**Absent is empty.** A field without a value is left out; null stands only where a schema says so. Dates are days of the school, instants are UTC. Ids are UUIDs.\n\n"
    "**Pages.** Lists take `limit` and `cursor`, which is `next` of the page before; null: that was the last. `xlsx=true` gives any list as an Excel book.\n\n"
    "**Repeating.** A write with an `Idempotency-Key` is done once: within 48 hours the same call with the same key answers as before, without passwords and tokens (`withheld`); an answer "
    "too large to be kept is told as `repeated`. The same key with other values is 409.\n\n"
    "**Two at once.** Answers about an entry carry its revision as `ETag`. A change with `If-Match` is refused with 412 when somebody was faster; `details` has the revision "
    "seen, the one of now and the entry as it is, so that a client can offer both.\n\n"
    "**Files** go as `multipart/form-data` (part `values` first, then the files) or as `{\"upload\": id}` of a resumable upload (tus 1.0); they come with `Range` and `ETag`.\n\n"
    "**Refusals** are RFC 9457 documents: `code` is for programs and does not change, `detail` is a sentence for people in the language asked for, `field` names the field, `instance` the line "
    "in the server's log. What one may not know of is 404.\n\n"
    "**Long work** answers 202 with a job; `GET /jobs/{id}` tells how far it is and what came of it.";

json_t *openapi_info(void)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "title", "Letopis", "version", LETOPIS_VERSION, "summary", "Portfolios of the pupils of a school", "description", description);
}

json_t *openapi_parameters(void)
{
    return read("{'limit':{'name':'limit','in':'query','schema':{'type':'integer','minimum':1,'maximum':500,'default':50},'description':'rows of a page'},"
                "'cursor':{'name':'cursor','in':'query','schema':{'type':'string'},'description':'`next` of the page before'},"
                "'xlsx':{'name':'xlsx','in':'query','schema':{'type':'boolean'},'description':'the whole list as an Excel book, 20000 rows at most'},"
                "'lang':{'name':'lang','in':'query','schema':{'enum':['ru','en']},'description':'of messages; else Accept-Language'},"
                "'ifMatch':{'name':'If-Match','in':'header','schema':{'type':'string','pattern':'^\\\"[0-9]+\\\"$'},'description':'the revision seen; 412 when it moved'},"
                "'ifNoneMatch':{'name':'If-None-Match','in':'header','schema':{'type':'string'},'description':'304 when these are the bytes'},"
                "'range':{'name':'Range','in':'header','schema':{'type':'string'},'description':'bytes=first-last: one range; 206'},"
                "'idempotencyKey':{'name':'Idempotency-Key','in':'header','schema':{'type':'string','pattern':'^[A-Za-z0-9_-]{8,64}$'},"
                "'description':'a UUID of the client: the same call with the same key is done once'}}");
}

json_t *openapi_security_schemes(void)
{
    return read("{'token':{'type':'http','scheme':'bearer','description':'of POST /accounts/tokens'},"
                "'cookie':{'type':'apiKey','in':'cookie','name':'letopis','description':'of POST /session; __Host-letopis under TLS'},"
                "'csrf':{'type':'apiKey','in':'header','name':'X-Letopis-CSRF','description':'the csrf of GET /session, beside the cookie of a write'}}");
}

json_t *openapi_headers(void)
{
    return read("{'Revision':{'description':'the revision in quotes, for If-Match','schema':{'type':'string'}},"
                "'Tag':{'description':'of these bytes, for If-None-Match and If-Range','schema':{'type':'string'}},"
                "'RetryAfter':{'description':'seconds','schema':{'type':'integer'}},"
                "'Range':{'description':'bytes first-last/all','schema':{'type':'string'}},"
                "'Authenticate':{'description':'Bearer realm=…','schema':{'type':'string'}}}");
}

/* --- refusals --- */

static const struct {
    const char *status, *text, *header; /* header: name=component */
} problems[] = {{"400", "the request cannot be read", NULL},
                {"401", "nobody is signed in, or the session ended", "WWW-Authenticate=Authenticate"},
                {"403", "not allowed", NULL},
                {"404", "absent, or not to be known of", NULL},
                {"409", "another state than the call takes it for", NULL},
                {"412", "the revision moved", NULL},
                {"413", "too large", NULL},
                {"415", "neither JSON nor a form", NULL},
                {"422", "refused by a rule; `field` says where", NULL},
                {"428", "something else comes first: an own password, the second factor", NULL}};

static json_t *problem_answer(const char *text, json_t *schema)
{
    return json_pack("{s:s, s:{s:{s:o}}}", "description", text, "content", "application/problem+json", "schema", schema);
}

json_t *openapi_problems(void)
{
    json_t *all = read("{'Done':{'description':'done'},"
                       "'Bytes':{'description':'the bytes','headers':{'ETag':{'$ref':'#/components/headers/Tag'}},'content':{'*/*':{}}},"
                       "'Part':{'description':'the range asked for','headers':{'Content-Range':{'$ref':'#/components/headers/Range'}},'content':{'*/*':{}}},"
                       "'Same':{'description':'as the client has it'},"
                       "'NoRange':{'description':'no such range','headers':{'Content-Range':{'$ref':'#/components/headers/Range'}}},"
                       "'Job':{'description':'it is done as a job','content':{'application/json':{'schema':{'$ref':'#/components/schemas/job'}}}}}");
    for (size_t i = 0; all && i < LT_COUNT(problems); i++) {
        char schema[32], name[40];
        lt_print(schema, sizeof schema, "Problem%s", problems[i].status);
        json_t *answer = problem_answer(problems[i].text, openapi_ref("schemas", schema));
        const char *eq = problems[i].header ? strchr(problems[i].header, '=') : NULL;
        if (answer && eq) {
            lt_print(name, sizeof name, "%.*s", (int)(eq - problems[i].header), problems[i].header);
            json_object_set_new(answer, "headers", json_pack("{s:o}", name, openapi_ref("headers", eq + 1)));
        }
        json_object_set_new(all, problems[i].status, answer);
    }
    json_t *other = problem_answer("429 and 503 (later, see Retry-After), 500, and what else there is", openapi_ref("schemas", "Problem"));
    if (other) json_object_set_new(other, "headers", json_pack("{s:o}", "Retry-After", openapi_ref("headers", "RetryAfter")));
    if (all) json_object_set_new(all, "Problem", other);
    return all;
}

int openapi_add_schemas(json_t *schemas)
{
    json_t *common =
        read("{'Problem':{'type':'object','required':['type','title','status','detail','code','params','instance'],'additionalProperties':false,'properties':{"
             "'type':{'const':'about:blank'},'title':{'type':'string','minLength':1},'status':{'type':'integer','minimum':400,'maximum':599},"
             "'detail':{'type':'string','minLength':1},'code':{'type':'string','pattern':'^[a-z_]+(\\\\.[a-z0-9_]+)+$'},'field':{'type':'string'},"
             "'params':{'type':'object','additionalProperties':{'type':'string'}},'details':{'type':['object','array']},'instance':{'type':'string','format':'uuid'}}},"
             "'Upload':{'type':'object','required':['upload'],'properties':{'upload':{'type':'string'}},'additionalProperties':false},"
             "'Values':{'type':'object','description':'the other fields, as in application/json'},"
             "'Actor':{'type':'string','pattern':'^([0-9a-f-]{36}|local:.+)$','description':'id of a person or pupil, or local: and the user of the machine'},"
             "'Sha256':{'type':'string','pattern':'^[0-9a-f]{64}$'},"
             "'Withheld':{'const':true,'description':'a repeated answer, without what was told once'}}");
    int bad = !common;
    for (size_t i = 0; !bad && i < LT_COUNT(problems); i++) {
        char name[32];
        lt_print(name, sizeof name, "Problem%s", problems[i].status);
        json_t *status = json_pack("{s:{s:i}}", "status", "const", (int)strtol(problems[i].status, NULL, 10));
        if (status && strcmp(problems[i].status, "412") == 0)
            json_object_set_new(status, "details", read("{'type':'object','required':['seen','now','entry'],'additionalProperties':false,'properties':{"
                                                        "'seen':{'type':'integer'},'now':{'type':'integer'},'entry':{'$ref':'#/components/schemas/entry'}}}"));
        bad = json_object_set_new(common, name, json_pack("{s:[o, {s:o}]}", "allOf", openapi_ref("schemas", "Problem"), "properties", status));
    }
    bad = bad || json_object_update(schemas, common);
    json_decref(common);
    return bad ? -1 : 0;
}

/* --- beside the table --- */

int openapi_add_paths(json_t *paths)
{
    static const char tus[] = "'parameters':[{'name':'Tus-Resumable','in':'header','required':true,'schema':{'const':'1.0.0'}}";
    struct lt_buf b = LT_BUF_INIT(20000);
    lt_buf_addf(&b,
                "{'/meta':{'get':{'operationId':'meta','tags':['about'],'summary':'Words and limits for forms; with `noun` the fields of its use cases','security':[],"
                "'parameters':[{'name':'noun','in':'query','schema':{'type':'array','items':{'type':'string'}}},{'$ref':'#/components/parameters/lang'}],"
                "'responses':{'200':{'description':'see docs/web.md','content':{'application/json':{'schema':{'type':'object','required':['lang','version']}}}},"
                "'304':{'$ref':'#/components/responses/Same'},'default':{'$ref':'#/components/responses/Problem'}}}},"
                "'/openapi.json':{'get':{'operationId':'openapi','tags':['about'],'summary':'This document','security':[],'parameters':[{'$ref':'#/components/parameters/lang'}],"
                "'responses':{'200':{'description':'OpenAPI 3.1','content':{'application/json':{'schema':{'type':'object','required':['openapi']}}}},"
                "'304':{'$ref':'#/components/responses/Same'},'default':{'$ref':'#/components/responses/Problem'}}}},");
    lt_buf_addf(&b,
                "'/uploads':{'post':{'operationId':'upload.create','tags':['upload'],'summary':'Begin a resumable upload (tus 1.0)',%s,"
                "{'name':'Upload-Length','in':'header','required':true,'schema':{'type':'integer'}},{'name':'Upload-Metadata','in':'header','schema':{'type':'string'},"
                "'description':'filename and its base64'}],'responses':{'201':{'description':'its address stands in Location'},'default':{'$ref':'#/components/responses/Problem'}}}},"
                "'/uploads/{id}':{'patch':{'operationId':'upload.continue','tags':['upload'],'summary':'The next bytes',%s,"
                "{'name':'id','in':'path','required':true,'schema':{'type':'string'}},{'name':'Upload-Offset','in':'header','required':true,'schema':{'type':'integer'}}],"
                "'requestBody':{'content':{'application/offset+octet-stream':{}}},'responses':{'204':{'$ref':'#/components/responses/Done'},'default':{'$ref':'#/components/responses/Problem'}}},"
                "'head':{'operationId':'upload.ask','tags':['upload'],'summary':'How far it came: Upload-Offset',%s,{'name':'id','in':'path','required':true,'schema':{'type':'string'}}],"
                "'responses':{'200':{'description':'see the headers'},'default':{'$ref':'#/components/responses/Problem'}}},"
                "'delete':{'operationId':'upload.drop','tags':['upload'],'summary':'Give it up',%s,{'name':'id','in':'path','required':true,'schema':{'type':'string'}}],"
                "'responses':{'204':{'$ref':'#/components/responses/Done'},'default':{'$ref':'#/components/responses/Problem'}}}}}",
                tus, tus, tus, tus);
    json_t *more = b.failed ? NULL : read(b.data);
    int bad = !more || json_object_update(paths, more);
    lt_buf_free(&b);
    json_decref(more);
    return bad ? -1 : 0;
}

/* --- examples --- */

#define PUPIL "'01a1f82f-1f90-70e7-b4ab-bd0eec702f56'"
#define ENTRY "'01a1f82f-2357-72c9-a560-bba9740b0bd2'"
#define CLASS "'01a1f82f-1e8e-7657-968a-8d894a169f93'"
#define TEACHER "'01a1f82f-1e95-7237-8754-c8769de960d1'"
#define STAMP "{'at':'2026-11-20T09:00:00.000Z','by':" TEACHER "}"
#define ENTRY_DOC(state, revision)                                                                                                                    \
    "{'id':" ENTRY ",'pupil':" PUPIL ",'revision':" revision ",'state':'" state "','kind':'achievement','section':'extracurricular','activity':'olympiad',"   \
    "'title':'Олимпиада по математике','level':'municipal','result':'winner','subject':'математика','date':'2026-11-14','source':{'kind':'staff','by':" TEACHER \
    "},'ground':'law','school_year':'2026/27','class':" CLASS ",'class_name':'9А','created':" STAMP ",'changed':" STAMP "}"

static const struct {
    const char *noun, *verb, *in, *status, *out;
} examples[] = {
    {"session", "login", "{'login':'anna.k','password':'весенняя капель'}", NULL, NULL},
    {"class", "add", "{'name':'9А'}", "201", "{'id':" CLASS ",'year':2026,'number':9,'letter':'А','name':'9А','created':" STAMP ",'changed':" STAMP "}"},
    {"pupil", "add", "{'surname':'Иванов','name':'Иван','patronymic':'Петрович','sex':'m','birth':'2011-05-02','class':" CLASS "}", "201",
     "{'id':" PUPIL ",'surname':'Иванов','name':'Иван','patronymic':'Петрович','sex':'m','birth':'2011-05-02','state':'active','study':[{'form':'school','from':'2026-11-20'}],'created':" STAMP
     ",'changed':" STAMP "}"},
    {"pupil", "list", NULL, "200",
     "{'items':[{'id':" PUPIL ",'surname':'Иванов','name':'Иван','patronymic':'Петрович','sex':'m','birth':'2011-05-02','state':'active','class':" CLASS
     ",'class_name':'9А','class_year':2026,'level':'ooo'}],'next':null}"},
    {"entry", "add",
     "{'pupil':" PUPIL ",'activity':'olympiad','title':'Олимпиада по математике','level':'municipal','result':'winner','subject':'математика','date':'2026-11-14'}", "201",
     ENTRY_DOC("draft", "1")},
    {"entry", "verify", "{'act':'seen_original'}", "200", ENTRY_DOC("verified", "2")},
    {"publication", "run", "{'channel':" CLASS "}", NULL, NULL},
};

int openapi_add_examples(const struct uc_row *row, json_t *operation)
{
    int bad = 0;
    for (size_t i = 0; i < LT_COUNT(examples); i++) {
        if (strcmp(examples[i].noun, row->noun) != 0 || strcmp(examples[i].verb, row->verb) != 0) continue;
        json_t *in = json_object_get(json_object_get(json_object_get(operation, "requestBody"), "content"), "application/json");
        if (in && examples[i].in) bad |= json_object_set_new(in, "example", read(examples[i].in));
        json_t *answer = examples[i].status ? json_object_get(json_object_get(operation, "responses"), examples[i].status) : NULL;
        json_t *out = json_object_get(json_object_get(answer, "content"), "application/json");
        if (out) bad |= json_object_set_new(out, "example", read(examples[i].out));
    }
    return bad ? -1 : 0;
}
