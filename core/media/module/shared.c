#include "shared.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int job_run(const struct job_kind *kinds, struct sandbox_io *io, const json_t *args, int fd, struct lt_error *err) {
    struct job j = {.io = io, .args = args, .err = err};
    const char *what = lt_json_str_or(args, "do", "");
    int64_t size = lt_json_int(args, "size", 0);
    if (size <= 0)
        return job_refuse(&j, "empty", NULL);
    void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED)
        return lt_fail_memory(err);
    j.data = map;
    j.len = (size_t)size;
    for (; kinds->name; kinds++)
        if (strcmp(kinds->name, what) == 0)
            return kinds->run(&j);
    return job_refuse(&j, "damaged", NULL);
}

int job_answer(struct job *j, json_t *doc) {
    char *text = doc ? json_dumps(doc, JSON_COMPACT) : NULL;
    json_decref(doc);
    if (!text)
        return lt_fail_memory(j->err);
    int rc = j->io->send(j->io->ctx, MEDIA_FRAME_ANSWER, text, strlen(text));
    free(text);
    return rc == 0 ? 0 : job_refuse(j, "interrupted", NULL);
}

int job_refuse(struct job *j, const char *code, const char *limit) {
    char full[64];
    lt_print(full, sizeof full, "file.%s", code);
    return lt_fail(j->err, LT_REFUSED, full, "name", lt_json_str_or(j->args, "name", ""), "limit", limit ? limit : "",
                   (char *)NULL);
}
