#include "import.h"

#include <string.h>

static int32_t gto_open(const struct letopis_host *host, void **state)
{
    (void)host;
    *state = NULL;
    return LETOPIS_OK;
}

static void gto_close(void *state)
{
    (void)state;
}

static const void *gto_capability(void *state, const char *id)
{
    (void)state;
    if (strcmp(id, LETOPIS_EVALUATOR_1) == 0) return &gto_evaluator;
    if (strcmp(id, LETOPIS_IMPORTER_1) == 0) return &gto_importer;
    return NULL;
}

LETOPIS_PLUGIN_EXPORT const struct letopis_plugin letopis_plugin = {
    LETOPIS_PLUGIN_MAGIC, sizeof(struct letopis_plugin), LETOPIS_ABI_MAJOR, LETOPIS_ABI_MINOR, "gto", "1.0", gto_open, gto_close,
    gto_capability};
