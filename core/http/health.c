/* /healthz: whether requests come through to the data. /metrics: what the server does, for Prometheus. */
#include "http/inside.h"

#include "base/json.h"
#include "base/text.h"
#include "usecase/usecase.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* --- metrics --- */

/* A caller behind a proxy we do not know of has this machine's address too; the proxy's headers tell. */
static bool is_local(const struct http_exchange *x)
{
    static const char *const signs[] = {"X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, signs[i])) return false;
    }
    return !*x->conn->peer || lt_starts(x->conn->peer, "127.") || strcmp(x->conn->peer, "::1") == 0;
}

int http_metrics_begin(struct http_exchange *x, struct lt_error *err)
{
    if (!x->server->config.metrics_open && !is_local(x)) return lt_fail(err, LT_NOTFOUND, "http.no_page", (char *)NULL);
    return http_plain_begin(x, err);
}

static long resident_bytes(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f) return 0;
    if (fscanf(f, "%*s %ld", &pages) != 1) pages = 0;
    fclose(f);
    return pages * sysconf(_SC_PAGESIZE);
}

static void metric(struct lt_buf *out, const char *name, const char *kind, const char *help, long long value)
{
    lt_buf_addf(out, "# HELP letopis_%s %s\n# TYPE letopis_%s %s\nletopis_%s %lld\n", name, help, name, kind, name, value);
}

void http_metrics_run(struct http_exchange *x)
{
    struct http_server *s = x->server;
    struct lt_buf out = LT_BUF_INIT(65536);
    size_t len = 0;
    lt_buf_adds(&out, "# HELP letopis_http_answers_total Answers by the first digit of their status.\n# TYPE letopis_http_answers_total counter\n");
    for (int i = 1; i < 6; i++)
        lt_buf_addf(&out, "letopis_http_answers_total{class=\"%dxx\"} %llu\n", i, (unsigned long long)atomic_load(&s->answered[i]));
    metric(&out, "http_seconds_total", "counter", "Seconds that answered requests took together.", (long long)(atomic_load(&s->spent_ms) / 1000));
    metric(&out, "http_active", "gauge", "Requests that have begun and not ended.", atomic_load(&s->active));
    metric(&out, "http_working", "gauge", "Requests given to the workers and not back.", atomic_load(&s->working));
    metric(&out, "http_connections_idle", "gauge", "Connections between two requests.", http_watch_count(s, CONN_IDLE, false));
    metric(&out, "http_body_bytes", "gauge", "Bytes of bodies held in memory.", (long long)atomic_load(&s->held));
    metric(&out, "uptime_seconds", "gauge", "Seconds since the start.", (http_now_ms() - s->started) / 1000);
    metric(&out, "resident_bytes", "gauge", "Memory of the process.", resident_bytes());
    char *text = lt_buf_take(&out, &len);
    http_reply_bytes(x, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", text, len);
}
