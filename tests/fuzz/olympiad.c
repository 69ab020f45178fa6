/* Tables of results of olympiads, whatever stands in them. */
#include "layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const formats[] = {"olympiad", "olympiad-list", "olympiad-other", "olympiad-codes"};
    static const struct letopis_host host = {.struct_size = sizeof host};
    static void *state;
    static const struct letopis_importer *im;
    if (!im) {
        FUZZ_CHECK(letopis_plugin.open(&host, &state) == LETOPIS_OK);
        im = letopis_plugin.capability(state, LETOPIS_IMPORTER_1);
        FUZZ_CHECK(im);
    }
    layout_run(im, state, formats, LT_COUNT(formats), NULL, data, size);
    return 0;
}
