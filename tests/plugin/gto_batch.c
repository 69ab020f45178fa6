/* The evaluator of the GTO as a filter: one item of JSON a line in, one answer a line out, through the runner and its child.
 *   plugin_gto_batch JOB < items > answers       JOB: {"lang", "counts", "files": [{"path", "origin"}]} */
#include "plugin/run.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int next(void *user, struct lt_buf *out, struct lt_error *err)
{
    static char line[1 << 20];
    (void)user;
    (void)err;
    if (!fgets(line, sizeof line, stdin)) return 0;
    line[strcspn(line, "\n")] = 0;
    lt_buf_adds(out, line);
    return 1;
}

static int emit(void *user, const json_t *doc, struct lt_error *err)
{
    struct lt_buf b = LT_BUF_INIT(1 << 20);
    (void)user;
    int rc = lt_json_compact(doc, &b, err);
    if (!rc) puts(b.data);
    lt_buf_free(&b);
    return rc;
}

int main(int argc, char **argv)
{
    struct sandbox_config config = {.program = LETOPIS_BINARY_DIR "/tests/plugin_child", .modules_dir = LETOPIS_BINARY_DIR "/plugins"};
    struct lt_error err = {0};
    json_t *job = NULL, *files = json_array();
    size_t i;
    const json_t *f;
    if (argc != 2 || lt_json_parse(argv[1], strlen(argv[1]), 1 << 16, &job, &err)) return 2;
    json_array_foreach(lt_json_array(job, "files"), i, f) {
        const char *path = lt_json_str_or(f, "path", ""), *slash = strrchr(path, '/');
        char *text = NULL;
        size_t len = 0;
        if (lt_fs_read(path, 1 << 20, &text, &len)) return 2;
        json_array_append_new(files, json_pack("{s:s, s:s, s:s}", "name", slash ? slash + 1 : path, "origin", lt_json_str_or(f, "origin", "program"),
                                               "text", text));
        free(text);
    }
    json_t *args = json_pack("{s:s, s:{s:o, s:O?}}", "lang", lt_json_str_or(job, "lang", "ru"), "rules", "files", files, "counts",
                             lt_json_object(job, "counts"));
    struct plugin_job run = {.config = &config, .cap = PLUGIN_EVALUATOR, .id = "gto", .args = args, .next = next, .emit = emit};
    int rc = plugin_run_job(&run, &err);
    if (rc) {
        struct lt_buf text = LT_BUF_INIT(4000);
        lt_error_text(&text, LT_RU, &err);
        printf("{\"error\":\"%s\"}\n", err.code);
        fprintf(stderr, "%s: %s\n", err.code, text.data ? text.data : "");
        lt_buf_free(&text);
    }
    lt_error_clear(&err);
    json_decref(args);
    json_decref(job);
    return rc ? 1 : 0;
}
