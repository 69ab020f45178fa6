/* Protocols of the GTO, orders on badges and lists of numbers, whatever stands in them, with the tables of norms that come with the plugin. */
#include "layout.h"

static void add_file(json_t *files, const char *name)
{
    char path[500], *text = NULL;
    size_t len = 0;
    FUZZ_CHECK(lt_print(path, sizeof path, GTO_DATA "/%s", name) && lt_fs_read(path, 1 << 20, &text, &len) == 0);
    FUZZ_CHECK(json_array_append_new(files, json_pack("{s:s, s:s, s:s%}", "name", name, "origin", "program", "text", text, len)) == 0);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const formats[] = {"gto-results", "gto-awards", "gto-uin"};
    static json_t *rules;
    if (!rules) {
        json_t *files = json_array();
        add_file(files, "2023.csv");
        add_file(files, "tests.csv");
        rules = json_pack("{s:o}", "files", files);
        FUZZ_CHECK(rules);
    }
    const struct letopis_importer *im = letopis_plugin.capability(NULL, LETOPIS_IMPORTER_1);
    FUZZ_CHECK(im);
    layout_run(im, NULL, formats, LT_COUNT(formats), rules, data, size);
    return 0;
}
