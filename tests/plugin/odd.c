/* Importers that load and run, and say something of themselves or of a row that docs/plugin-abi.md does not know: this source is compiled once for
 * every name of tests/plugin/CMakeLists.txt with -DODD_<name> and -DODD_ID. */
#include "letopis/plugin.h"

#include <stdlib.h>
#include <string.h>

#define TITLE "\"title\":{\"ru\":\"Проба\",\"en\":\"Trial\"}"
#define NAMED(name) "[{\"name\":\"" name "\"," TITLE "}]"

#if defined(ODD_formats_text)
#define FORMATS "[{"
#elif defined(ODD_formats_name)
#define FORMATS NAMED("another")
#elif defined(ODD_formats_title)
#define FORMATS "[{\"name\":\"" ODD_ID "\",\"title\":\"Проба\"}]"
#elif defined(ODD_extra_keys) /* of a newer program: nothing to refuse */
#define FORMATS "[{\"name\":\"" ODD_ID "\"," TITLE ",\"colour\":\"red\",\"columns\":[{\"word\":\"full_name\"," TITLE ",\"width\":7}]}]"
#else
#define FORMATS NAMED(ODD_ID)
#endif

/* For each row one document. */
#if defined(ODD_emit_other)
#define EMITTED "{\"line\":1,\"who\":\"Образцова Анна\"}"
#elif defined(ODD_emit_types)
#define EMITTED "{\"row\":1,\"sheet\":\"\",\"pupil\":{\"full_name\":\"Образцова Анна\",\"class\":9},\"values\":{}}"
#elif defined(ODD_emit_score)
#define EMITTED "{\"points\":90}"
#elif defined(ODD_bare_sheet) /* only what is needed, and beside it what nobody asked for */
#define EMITTED "{\"sheet\":\"\",\"columns\":[{\"column\":\"A\",\"width\":7}],\"facts\":{\"list\":[1],\"subject\":\"физика\"},\"problems\":[{\"code\":\"x\"}],\"own\":{}}"
#else
#define EMITTED "{\"row\":1,\"sheet\":\"\",\"pupil\":{\"full_name\":\"Образцова Анна\"},\"values\":{}}"
#endif
#if defined(ODD_emit_score)
#define FLAGS LETOPIS_IMPORTER_RECOGNISES
#else
#define FLAGS 0
#endif

static const struct letopis_host *host;

static int32_t begin(void *state, const struct letopis_host *h, const char *job, size_t len, void **run)
{
    (void)state, (void)job, (void)len, (void)run;
    host = h;
    return LETOPIS_OK;
}

static int32_t row(void *run, const struct letopis_row *r)
{
    static const char skipped[] = "{\"sheet\":\"\",\"row\":2,\"skipped\":\"footer\",\"by\":{}}";
    (void)run;
#if !defined(ODD_bare_sheet)
    if (r->row > 1) return LETOPIS_OK;
#endif
    return host->emit(host->ctx, r->row > 1 ? skipped : EMITTED, r->row > 1 ? sizeof skipped - 1 : sizeof EMITTED - 1) == 0 ? LETOPIS_OK : LETOPIS_FAILED;
}

static int32_t finish(void *run) { (void)run; return LETOPIS_OK; }
static void end(void *run) { (void)run; }
static const struct letopis_importer importer = {sizeof importer, FLAGS, FORMATS, begin, row, finish, end};

static int32_t open_plugin(const struct letopis_host *h, void **state) { (void)h, (void)state; return LETOPIS_OK; }
static void close_plugin(void *state) { (void)state; }
static const void *capability(void *state, const char *id) { (void)state; return strcmp(id, LETOPIS_IMPORTER_1) == 0 ? &importer : NULL; }

LETOPIS_PLUGIN_EXPORT const struct letopis_plugin letopis_plugin = {LETOPIS_PLUGIN_MAGIC, sizeof(struct letopis_plugin), LETOPIS_ABI_MAJOR,
                                                                    LETOPIS_ABI_MINOR, ODD_ID, "1.0", open_plugin, close_plugin, capability};
