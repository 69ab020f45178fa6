/* Settings in git-config syntax. */
#include "fuzz.h"

#include "vault/config.h"

static int ask(void *user, const char *name, const char *value)
{
    const struct conf *c = user;
    struct lt_error err = {0};
    int64_t n = 0;
    bool b = false;
    FUZZ_CHECK(*name && strchr(name, '.') && value);
    FUZZ_CHECK(conf_str(c, name, NULL));
    int rc = conf_int(c, name, -1000, 1 << 20, 7, &n, &err);
    FUZZ_CHECK(rc != 0 || (n >= -1000 && n <= 1 << 20));
    fuzz_judge(rc, &err);
    fuzz_judge(conf_bool(c, name, true, &b, &err), &err);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lt_error err = {0};
    struct conf *c = NULL;
    int rc = conf_parse((const char *)data, size, "letopis.conf", &c, &err);
    fuzz_judge(rc, &err);
    if (rc == 0) {
        conf_each(c, "", ask, c);
        FUZZ_CHECK(!conf_str(c, "absent.name", NULL));
    }
    conf_free(c);
    return 0;
}
