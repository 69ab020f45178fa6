#include "plugin/load.h"

#include "base/mem.h"
#include "base/text.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Larger than anything a later minor version could need; a bigger number is a lie. */
#define STRUCT_MAX 4096u

static const struct {
    unsigned cap;
    const char *word, *id;
} caps[] = {{PLUGIN_IMPORTER, "importer", LETOPIS_IMPORTER_1},
            {PLUGIN_EVALUATOR, "evaluator", LETOPIS_EVALUATOR_1},
            {PLUGIN_WORKFLOW, "workflow", LETOPIS_WORKFLOW_1},
            {PLUGIN_PUBLISHER, "publisher", LETOPIS_PUBLISHER_1}};

const char *plugin_cap_id(unsigned cap)
{
    for (size_t i = 0; i < LT_COUNT(caps); i++)
        if (caps[i].cap == cap) return caps[i].id;
    return "";
}

const char *plugin_cap_word(unsigned cap)
{
    for (size_t i = 0; i < LT_COUNT(caps); i++)
        if (caps[i].cap == cap) return caps[i].word;
    return "";
}

static int refuse(struct lt_error *err, const char *code, const char *id)
{
    return lt_fail(err, LT_REFUSED, code, "id", id, (char *)NULL);
}

/* --- the file --- */

bool plugin_id_valid(const char *id)
{
    size_t n = strnlen(id, PLUGIN_ID_MAX + 1);
    return n > 0 && n <= PLUGIN_ID_MAX && id[0] >= 'a' && id[0] <= 'z' &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static bool owned_by_us(const struct stat *st)
{
    return st->st_uid == 0 || st->st_uid == geteuid();
}

int plugin_file_open(const char *dir, const char *id, int *out, struct lt_error *err)
{
    char name[PLUGIN_ID_MAX + 8];
    struct stat st;
    if (!plugin_id_valid(id)) return refuse(err, "plugin.bad_id", id);
    lt_print(name, sizeof name, "%s.so", id);
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = folder < 0 ? -1 : openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int why = errno, rc = 0;
    if (fd < 0 && why == ELOOP) rc = refuse(err, "plugin.not_regular", id);
    else if (fd < 0) rc = lt_fail(err, LT_NOTFOUND, "plugin.absent", "id", id, (char *)NULL);
    else if (fstat(folder, &st) != 0 || !owned_by_us(&st) || (st.st_mode & (S_IWGRP | S_IWOTH)))
        rc = refuse(err, "plugin.folder", id);
    else if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) rc = refuse(err, "plugin.not_regular", id);
    else if (!owned_by_us(&st)) rc = refuse(err, "plugin.owner", id);
    else if (st.st_mode & (S_IWGRP | S_IWOTH)) rc = refuse(err, "plugin.writable", id);
    if (folder >= 0) close(folder);
    if (rc && fd >= 0) close(fd);
    if (!rc) *out = fd;
    return rc;
}

/* --- the object --- */

/* Size of the exported symbol as the file's own table says: nothing beyond it is read. */
static size_t symbol_size(const void *at)
{
    Dl_info info;
    const ElfW(Sym) *sym = NULL;
    if (!dladdr1(at, &info, (void **)&sym, RTLD_DL_SYMENT) || !sym || info.dli_saddr != at) return 0;
    return sym->st_size;
}

static int copy_object(void *so, const char *id, struct letopis_plugin *out, struct lt_error *err)
{
    const char *at = dlsym(so, "letopis_plugin");
    size_t room = at ? symbol_size(at) : 0;
    uint32_t magic, size;
    *out = (struct letopis_plugin){0};
    if (room < sizeof magic + sizeof size) return refuse(err, "plugin.symbol", id);
    memcpy(&magic, at, sizeof magic);
    if (magic != LETOPIS_PLUGIN_MAGIC) return refuse(err, "plugin.magic", id);
    memcpy(&size, at + sizeof magic, sizeof size);
    if (size < sizeof *out || size > STRUCT_MAX || size > room)
        return lt_fail(err, LT_REFUSED, "plugin.struct_size", "id", id, "size", LT_NUM(size), (char *)NULL);
    memcpy(out, at, sizeof *out);
    return 0;
}

static bool version_valid(const char *v)
{
    size_t n = strnlen(v, PLUGIN_VERSION_MAX + 1);
    if (n == 0 || n > PLUGIN_VERSION_MAX || v[0] < '0' || v[0] > '9') return false;
    return strspn(v, "0123456789.-+abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

static int judge(struct plugin *p, const char *id, struct lt_error *err)
{
    const struct letopis_plugin *d = &p->def;
    if (d->abi_major != LETOPIS_ABI_MAJOR || d->abi_minor > LETOPIS_ABI_MINOR) {
        char theirs[24], ours[24];
        lt_print(theirs, sizeof theirs, "%u.%u", d->abi_major, d->abi_minor);
        lt_print(ours, sizeof ours, "%d.%d", LETOPIS_ABI_MAJOR, LETOPIS_ABI_MINOR);
        return lt_fail(err, LT_REFUSED, "plugin.abi", "id", id, "version", theirs, "ours", ours, (char *)NULL);
    }
    if (!d->id || !plugin_id_valid(d->id) || strcmp(d->id, id) != 0) return refuse(err, "plugin.bad_id", id);
    if (!d->version || !version_valid(d->version)) return refuse(err, "plugin.bad_version", id);
    if (!d->open || !d->close || !d->capability) return refuse(err, "plugin.functions", id);
    lt_print(p->id, sizeof p->id, "%s", d->id);
    lt_print(p->version, sizeof p->version, "%s", d->version);
    return 0;
}

/* --- capabilities --- */

/* Copies as much of the plugin's structure as it says it has and we know. */
static bool copy_cap(const void *theirs, void *ours, size_t known)
{
    uint32_t size;
    memcpy(&size, theirs, sizeof size);
    if (size < known || size > STRUCT_MAX) return false;
    memcpy(ours, theirs, known);
    return true;
}

static bool complete(const struct plugin *p, unsigned cap)
{
    struct plugin_run r;
    plugin_run_of(p, cap, &r);
    return r.begin && (cap == PLUGIN_IMPORTER ? r.row != NULL : r.item != NULL) && r.finish && r.end;
}

static int ask_caps(struct plugin *p, struct lt_error *err)
{
    void *const to[] = {&p->importer, &p->evaluator, &p->workflow, &p->publisher};
    static const size_t sizes[] = {sizeof p->importer, sizeof p->evaluator, sizeof p->workflow, sizeof p->publisher};
    for (size_t i = 0; i < LT_COUNT(caps); i++) {
        const void *theirs = p->def.capability(p->state, caps[i].id);
        if (!theirs) continue;
        if (!copy_cap(theirs, to[i], sizes[i]) || !complete(p, caps[i].cap))
            return lt_fail(err, LT_REFUSED, "plugin.capability", "id", p->id, "capability", caps[i].id, (char *)NULL);
        p->caps |= caps[i].cap;
    }
    return p->caps ? 0 : refuse(err, "plugin.useless", p->id);
}

void plugin_run_of(const struct plugin *p, unsigned cap, struct plugin_run *out)
{
    *out = (struct plugin_run){0};
    switch (cap) {
    case PLUGIN_IMPORTER:
        *out = (struct plugin_run){.begin = p->importer.begin, .row = p->importer.row, .finish = p->importer.finish, .end = p->importer.end};
        break;
    case PLUGIN_EVALUATOR:
        *out = (struct plugin_run){.begin = p->evaluator.begin, .item = p->evaluator.item, .finish = p->evaluator.finish, .end = p->evaluator.end};
        break;
    case PLUGIN_WORKFLOW:
        *out = (struct plugin_run){.begin = p->workflow.begin, .item = p->workflow.item, .finish = p->workflow.finish, .end = p->workflow.end};
        break;
    case PLUGIN_PUBLISHER:
        *out = (struct plugin_run){.begin = p->publisher.begin, .item = p->publisher.item, .finish = p->publisher.finish, .end = p->publisher.end};
        break;
    default:
        break;
    }
}

int plugin_load(const char *dir, const char *id, const struct letopis_host *host, const char *why, struct plugin *out,
                struct lt_error *err)
{
    int fd = -1;
    char path[64];
    *out = (struct plugin){0};
    int rc = plugin_file_open(dir, id, &fd, err);
    if (rc) return rc;
    lt_print(path, sizeof path, "/proc/self/fd/%d", fd);
    void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    close(fd);
    if (!so) return lt_fail(err, LT_REFUSED, "plugin.unloadable", "id", id, "why", dlerror(), (char *)NULL);
    rc = copy_object(so, id, &out->def, err); /* never unloaded: the child ends first */
    if (!rc) rc = judge(out, id, err);
    if (!rc && out->def.open(host, &out->state) != LETOPIS_OK)
        rc = lt_fail(err, LT_REFUSED, "plugin.open", "id", id, "why", *why ? why : "open", (char *)NULL);
    return rc ? rc : ask_caps(out, err);
}
