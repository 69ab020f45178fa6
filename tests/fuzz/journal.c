/* What stands in a data folder at start: journal files, records in them, the side log, references. The vault opens or says why
 * not, writes nothing beside its folder, and a second start finds nothing more to do. */
#include "fuzz.h"

#include "vault/journal.h"
#include "vault/record.h"
#include "vault/vault.h"

#include <dirent.h>
#include <ftw.h>
#include <sys/stat.h>

#define PUPIL "0198f3a2-0000-7abc-8def-0123456000ab"

static char pattern[128], place[128]; /* a small data folder, and its copy for one input */

static int64_t still(void *ctx)
{
    (void)ctx;
    return INT64_C(1790000000000);
}

static const struct lt_clock clock_of_test = {.now_ms = still, .offset_minutes = 180};

static struct vault *open_vault(const char *dir, int *rc, struct lt_error *err)
{
    struct vault_config c = {.dir = dir, .clock = &clock_of_test};
    struct vault *v = NULL;
    *rc = vault_open(&c, &v, err);
    return *rc == 0 ? v : NULL;
}

static void make(void)
{
    static const struct vault_author who = {"guardian", "0198f3a2-0000-7000-8000-000000000001@school-1"};
    const struct vault_message m = {.subject = "Add", .use_case = "entry.add", .actor = "0198f3a2-0000-7000-8000-000000000001"};
    const char *repos[] = {VAULT_SCHOOL, PUPIL};
    const struct vault_result *result;
    struct vault_tx *tx = NULL;
    struct lt_error err = {0};
    int rc;
    snprintf(pattern, sizeof pattern, "%s/pattern", fuzz_dir());
    snprintf(place, sizeof place, "%s/vault", fuzz_dir());
    FUZZ_CHECK(vault_create(&(struct vault_config){.dir = pattern, .clock = &clock_of_test}, "school-1", &err) == 0);
    struct vault *v = open_vault(pattern, &rc, &err);
    FUZZ_CHECK(v && vault_tx_begin(v, &who, repos, 2, &tx, &err) == 0);
    FUZZ_CHECK(vault_tx_put(tx, VAULT_SCHOOL, "school.json", "{}\n", 3, &err) == 0);
    FUZZ_CHECK(vault_tx_put(tx, PUPIL, "pupil.json", "{}\n", 3, &err) == 0);
    FUZZ_CHECK(vault_tx_commit(tx, &m, NULL, 0, &result, &err) == 0);
    vault_tx_end(tx);
    vault_close(v);
}

static int copy_one(const char *from, const struct stat *st, int flag, struct FTW *ftw)
{
    char to[512], *text = NULL;
    size_t len = 0;
    (void)ftw;
    snprintf(to, sizeof to, "%s%s", place, from + strlen(pattern));
    if (flag == FTW_D) return mkdir(to, 0700);
    if (!S_ISREG(st->st_mode)) return 0;
    FUZZ_CHECK(lt_fs_read(from, 1 << 20, &text, &len) == 0);
    fuzz_write(to, text, len);
    free(text);
    return chmod(to, st->st_mode & 0777);
}

static int take(void *user, const void *data, size_t len)
{
    (void)data;
    *(size_t *)user += len;
    return 0;
}

static int take_fault(void *user, const struct vault_fault *f)
{
    (void)f;
    ++*(size_t *)user;
    return 0;
}

static void look(struct vault *v)
{
    struct lt_error err = {0};
    size_t n = 0;
    fuzz_judge(vault_replayed(v, take, NULL, &n, &err), &err);
    fuzz_judge(vault_side_drain(v, take, NULL, &n, &err), &err);
    struct vault_report report = {0};
    fuzz_judge(vault_check(v, VAULT_SCHOOL, take_fault, &n, &report, &err), &err);
    fuzz_judge(vault_check(v, PUPIL, take_fault, &n, &report, &err), &err);
}

/* A whole record around a payload: random bytes never have the right sum. */
static void write_record(const uint8_t *data, size_t size)
{
    char dir[160];
    struct journal *j = NULL;
    struct journal_file *f = NULL;
    struct lt_error err = {0};
    snprintf(dir, sizeof dir, "%s/journal", place);
    FUZZ_CHECK(journal_new(lt_fs_system(), dir, 7, &j, &err) == 0 && journal_pin(j, &f, &err) == 0);
    if (journal_append(j, f, data, size, &err) != JOURNAL_ACCEPTED) fuzz_judge(err.status, &err);
    journal_unpin(j, f);
    journal_free(j);
}

/* Names, places and numbers of a record, from lines: head, pack bytes, temporary names. */
static void compose(const uint8_t *data, size_t size)
{
    struct lt_buf b = LT_BUF_INIT(1 << 18);
    struct record_repo r = {0};
    struct record_file files[2] = {0};
    char *name = fuzz_line(&data, &size), *temp = fuzz_line(&data, &size), *pack = fuzz_line(&data, &size);
    uint8_t how = fuzz_byte(&data, &size);
    lt_print(r.name, sizeof r.name, "%s", how & 1 ? PUPIL : name);
    lt_print(r.pack, sizeof r.pack, "%s", pack);
    for (size_t i = 0; i < 2; i++) lt_print(files[i].temp, sizeof files[i].temp, "%s%s", how & 2 ? "tmp_obj_" : "", temp);
    memset(&r.new_head, how, sizeof r.new_head);
    r.files_len = how >> 2 & 3;
    if (r.files_len > 2) r.files_len = 2;
    if (how & 16) {
        r.pack_bytes = data;
        r.pack_len = size;
    }
    record_begin(&b, "{}", 2);
    record_add(&b, &r, files);
    if (!b.failed) write_record((const uint8_t *)b.data, b.len);
    lt_buf_free(&b);
    free(name);
    free(temp);
    free(pack);
}

static void put(const char *name, const uint8_t *data, size_t size)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", place, name);
    fuzz_write(path, data, size);
}

static void read_record(const uint8_t *data, size_t size)
{
    struct record_reader r;
    struct record_repo repo;
    struct record_file file;
    const void *extra;
    size_t len;
    if (!record_open(&r, data, size, &extra, &len)) return;
    FUZZ_CHECK(len <= size);
    while (record_next(&r, &repo) == 1)
        for (size_t i = 0; i < repo.files_len; i++) {
            record_file_at(&repo, i, &file);
            FUZZ_CHECK(strnlen(file.temp, sizeof file.temp) < sizeof file.temp);
        }
}

/* Nothing beside the two folders. */
static void check_beside(void)
{
    struct dirent **names = NULL;
    int n = scandir(fuzz_dir(), &names, NULL, alphasort);
    FUZZ_CHECK(n == 4);
    for (int i = 0; i < n; i++) free(names[i]);
    free(names);
}

/* Input: a byte for where it stands, then the bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const files[] = {"journal/0000000000000007.log", "journal/access.log", "journal/access.old",
                                        "school.git/refs/heads/main", "school.git/packed-refs", "school.git/HEAD",
                                        "school.git/config", "letopis.conf", "keys/allowed_signers"};
    if (!*pattern) make();
    struct lt_error err = {0};
    int rc;
    uint8_t where = fuzz_byte(&data, &size) % (2 + sizeof files / sizeof *files);
    FUZZ_CHECK(lt_fs_remove_tree(lt_fs_system(), place) == 0 && nftw(pattern, copy_one, 16, FTW_PHYS) == 0);
    read_record(data, size);
    if (where == 0) write_record(data, size);
    else if (where == 1) compose(data, size);
    else put(files[where - 2], data, size);
    struct vault *v = open_vault(place, &rc, &err);
    fuzz_judge(rc, &err);
    if (v) {
        look(v);
        vault_close(v);
        v = open_vault(place, &rc, &err);
        FUZZ_CHECK(v);
        vault_close(v);
    }
    check_beside();
    return 0;
}
