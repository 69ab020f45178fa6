/* /healthz: whether requests come through to the data. */
#include "http/inside.h"

#include "base/json.h"
#include "usecase/usecase.h"

void http_health_run(struct http_exchange *x)
{
    struct lt_error err = {0};
    struct uc_answer answer = {0};
    json_t *nothing = json_object();
    struct uc_request r = {.noun = "school", .verb = "about", .values = nothing, .lang = LT_RU, .door = UC_HTTP, .trace = x->id};
    int rc = uc_dispatch(x->server->config.app, &r, &answer, &err);
    http_reply_json(x, rc ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK, json_pack("{s:s}", "status", rc ? "failing" : "ok"));
    uc_answer_clear(&answer);
    lt_error_clear(&err);
    json_decref(nothing);
}
