/* Folders outside the data folder that a use case is asked to write into. */
#include "usecase/call.h"

#include "base/text.h"
#include "vault/config.h"

#include <string.h>

int uc_folder_allowed(struct uc_call *call, const char *key, const char *folder, const char *code, struct lt_error *err)
{
    char path[4096];
    struct conf *conf = NULL;
    if (strcmp(call->door, "http") != 0) return 0;
    if (!lt_print(path, sizeof path, "%s/letopis.conf", call->app->dir)) return lt_fail(err, LT_SYSTEM, "cli.path_long", (char *)NULL);
    int rc = conf_read(path, &conf, err);
    const char *root = rc ? NULL : conf_str(conf, key, NULL);
    size_t n = root ? strlen(root) : 0;
    bool below = root && root[0] == '/' && strncmp(folder, root, n) == 0 && (root[n - 1] == '/' || folder[n] == '/');
    if (!rc && !below) rc = lt_fail_field(err, LT_REFUSED, "folder", code, (char *)NULL);
    conf_free(conf);
    return rc;
}
