/* vault_check names what is wrong and where; vault_bundle gives files that stock git clones. */
#include "objects.h"

#include "vault/inside.h"

#include <git2.h>

#define PUPIL "0198c1a2-7b3c-7def-8123-456789abcd0f"

static int64_t now_ms(void *ctx)
{
    (void)ctx;
    return 1772800000000;
}

static const struct lt_clock fixed_clock = {.now_ms = now_ms, .offset_minutes = 180};

struct world {
    char *data, *repo, *objects;
    struct vault *v;
    git_oid file, commits[4];
    char hex[4][41];
};

#define FILE_SIZE 300000

/* A vault with one portfolio of four commits: JSON in packs, one file from the second commit on. */
static void world_make(struct world *w, const char *dir)
{
    struct lt_error err = {0};
    w->data = pathf(dir, "data");
    struct vault_config config = {.dir = w->data, .clock = &fixed_clock};
    ok(vault_create(&config, "school-1", &err), &err);
    ok(vault_open(&config, &w->v, &err), &err);
    ok(vault_repo_dir(w->v, PUPIL, &w->repo, &err), &err);
    ok(repo_create(lt_fs_system(), w->repo, false, &err), &err);
    w->objects = repo_objects(w->repo);
    unsigned char *scan = malloc(FILE_SIZE);
    fill(scan, FILE_SIZE, 8);
    struct loose_new n = {0};
    ok(loose_write_bytes(lt_fs_system(), w->objects, scan, FILE_SIZE, &n, &err), &err);
    ok(loose_publish(lt_fs_system(), w->objects, &n, false, &err), &err);
    w->file = n.oid;
    free(scan);
    for (int i = 0; i < 4; i++) {
        char text[40];
        snprintf(text, sizeof text, "{\n  \"n\": %d\n}\n", i);
        hand_commit(w->repo, vault_key(w->v), text, i > 0 ? &w->file : NULL,
                    i > 0 ? &w->commits[i - 1] : NULL, 1772705472 + i, vault_installation(w->v),
                    &w->commits[i]);
        git_oid_tostr(w->hex[i], 41, &w->commits[i]);
    }
}

static void world_free(struct world *w)
{
    vault_close(w->v);
    free(w->data);
    free(w->repo);
    free(w->objects);
}

struct seen {
    struct {
        char commit[41], path[80], code[16], what[80];
    } faults[8];
    size_t n;
    struct vault_report report;
};

static int see(void *user, const struct vault_fault *f)
{
    struct seen *s = user;
    assert_string_equal(f->repo, PUPIL);
    if (s->n < 8) {
        snprintf(s->faults[s->n].commit, 41, "%s", f->commit);
        snprintf(s->faults[s->n].path, 80, "%s", f->path);
        snprintf(s->faults[s->n].code, 16, "%s", f->code);
        snprintf(s->faults[s->n].what, 80, "%s", f->what);
    }
    s->n++;
    return 0;
}

static struct seen check(struct world *w)
{
    struct seen s = {.n = 0};
    struct lt_error err = {0};
    repo_forget(vault_repos_cache(w->v), w->repo);
    ok(vault_check(w->v, PUPIL, see, &s, &s.report, &err), &err);
    assert_int_equal(s.n, s.report.faults);
    return s;
}

static void expect_fault(const struct seen *s, size_t i, const char *commit, const char *path,
                         const char *code)
{
    assert_true(i < s->n);
    assert_string_equal(s->faults[i].commit, commit);
    assert_string_equal(s->faults[i].path, path);
    assert_string_equal(s->faults[i].code, code);
    assert_true(s->faults[i].what[0] != 0);
}

static void all_well(void **state)
{
    struct world w = {0};
    world_make(&w, *state);
    struct seen s = check(&w);
    assert_int_equal(s.n, 0);
    assert_int_equal(s.report.commits, 4);
    assert_int_equal(s.report.objects, 4 + 4 + 4 + 1 + 1); /* commits, root trees, texts, files/, the file */
    char *allowed = lt_format("%s/keys/allowed_signers", w.data);
    assert_sh("cd %s && git fsck --full --strict --no-dangling && test \"$(git -c gpg.format=ssh -c "
              "gpg.ssh.allowedSignersFile=%s "
              "log --format=%%G? | sort -u)\" = G",
              w.repo, allowed);
    assert_sh("f=%s/../shared/checks/portfolio-signatures; test ! -e $f || $f %s %s >/dev/null",
              LETOPIS_SOURCE_DIR, w.repo, allowed);
    /* a repository that is not there, one without a commit, a name that is none */
    struct lt_error err = {0};
    struct vault_report report;
    assert_int_equal(vault_check(w.v, "0198c1a2-7b3c-7def-8123-456789abcdff", NULL, NULL, &report, &err),
                     LT_NOTFOUND);
    assert_int_equal(vault_check(w.v, "../x", NULL, NULL, &report, &err), LT_USAGE);
    ok(vault_check(w.v, VAULT_SCHOOL, NULL, NULL, &report, &err), &err);
    assert_int_equal(report.commits, 0);
    /* what a stranger's gc made of it: deltas, the file packed, references packed */
    assert_sh("cd %s && git gc -q --prune=now && test -z \"$(ls objects/?? 2>/dev/null)\"", w.repo);
    s = check(&w);
    assert_int_equal(s.n, 0);
    assert_int_equal(s.report.commits, 4);
    free(allowed);
    world_free(&w);
    lt_error_clear(&err);
}

static char *file_path(struct world *w)
{
    char hex[41], *p;
    git_oid_tostr(hex, 41, &w->file);
    p = lt_format("%s/%.2s/%s", w->objects, hex, hex + 2);
    assert_non_null(p);
    return p;
}

/* One byte of the scan: the first commit that has it, and its path. */
static void byte_of_a_file(void **state)
{
    struct world w = {0};
    world_make(&w, *state);
    char *path = file_path(&w), *bytes = NULL;
    size_t len;
    assert_int_equal(lt_fs_read(path, 1 << 20, &bytes, &len), 0);
    static const size_t at[] = {0, 2, 4, 7, 100, 65541, 65545, 200000};
    for (size_t i = 0; i <= sizeof at / sizeof *at; i++) {
        size_t where = i < sizeof at / sizeof *at ? at[i] : len - 1;
        bytes[where] ^= 4;
        put_file(path, bytes, len);
        struct seen s = check(&w);
        assert_int_equal(s.n, 1);
        expect_fault(&s, 0, w.hex[1], "files/01.bin", "object");
        bytes[where] ^= 4;
    }
    unlink(path);
    struct seen s = check(&w);
    assert_int_equal(s.n, 1);
    expect_fault(&s, 0, w.hex[1], "files/01.bin", "missing");
    put_file(path, bytes, len);
    s = check(&w);
    assert_int_equal(s.n, 0);
    free(bytes);
    free(path);
    world_free(&w);
}

struct names {
    char list[16][41];
    size_t n;
};

static int add_name(void *user, const char *name)
{
    struct names *n = user;
    memcpy(n->list[n->n++], name, 41);
    return 0;
}

/* Each byte of each pack and index: at least one fault, at the right commit when it hits an object that only
 * one has. */
static void byte_of_a_pack(void **state)
{
    struct world w = {0};
    struct lt_error err = {0};
    world_make(&w, *state);
    struct names names = {.n = 0};
    ok(pack_each(w.objects, add_name, &names, &err), &err);
    assert_int_equal(names.n, 4);
    static const char *const exts[] = {"pack", "idx"};
    for (size_t p = 0; p < 2; p++)
        for (int e = 0; e < 2; e++) {
            char *path = lt_format("%s/pack/pack-%s.%s", w.objects, names.list[p], exts[e]), *bytes = NULL;
            size_t len;
            assert_int_equal(lt_fs_read(path, 1 << 20, &bytes, &len), 0);
            for (size_t i = 0; i < len; i += e == 0 ? 3 : 29) {
                bytes[i] ^= 16;
                put_file(path, bytes, len);
                double begin = seconds();
                struct seen s = check(&w);
                assert_true(s.n > 0);
                assert_true(seconds() - begin < 1);
                bytes[i] ^= 16;
            }
            put_file(path, bytes, len);
            free(bytes);
            free(path);
        }
    /* the text of one commit: found in the pack by its name */
    git_oid blob;
    static const char text[] = "{\n  \"n\": 2\n}\n";
    git_odb_hash(&blob, text, sizeof text - 1, GIT_OBJECT_BLOB);
    struct pack_file *f = NULL;
    for (size_t p = 0; p < 4; p++) {
        ok(pack_file_open(w.objects, names.list[p], &f, &err), &err);
        bool here = false;
        for (uint32_t i = 0; i < pack_file_count(f); i++) {
            git_oid oid;
            pack_file_oid(f, i, &oid);
            here |= git_oid_equal(&oid, &blob) != 0;
        }
        pack_file_close(f);
        if (!here) continue;
        char *path = lt_format("%s/pack/pack-%s.pack", w.objects, names.list[p]), *bytes = NULL;
        size_t len;
        assert_int_equal(lt_fs_read(path, 1 << 20, &bytes, &len), 0);
        bytes[12 + 1 + 2 + 3] ^= 1; /* the text is the first entry: one byte of head, two of zlib */
        put_file(path, bytes, len);
        struct seen s = check(&w);
        expect_fault(&s, 0, w.hex[2], "pupil.json", "object");
        assert_int_equal(s.n, 2);
        char *pack = lt_format("pack-%s", names.list[p]);
        expect_fault(&s, 1, "", pack, "pack");
        free(pack);
        bytes[12 + 1 + 2 + 3] ^= 1;
        put_file(path, bytes, len);
        free(bytes);
        free(path);
    }
    assert_int_equal(check(&w).n, 0);
    world_free(&w);
}

static void signatures(void **state)
{
    struct world w = {0};
    struct lt_error err = {0};
    world_make(&w, *state);
    /* somebody else's key */
    uint8_t seed[32] = {9};
    struct sign_key *stranger = sign_key_of_seed(seed);
    git_oid next, after;
    char hex[41];
    hand_commit(w.repo, stranger, "{}\n", NULL, &w.commits[3], 1772705480, vault_installation(w.v), &next);
    git_oid_tostr(hex, 41, &next);
    struct seen s = check(&w);
    assert_int_equal(s.n, 1);
    expect_fault(&s, 0, hex, "", "principal");
    /* our key for another committer; older than its parent */
    hand_commit(w.repo, vault_key(w.v), "{}\n", NULL, &w.commits[3], 1772705400, "other@school", &next);
    git_oid_tostr(hex, 41, &next);
    s = check(&w);
    assert_int_equal(s.n, 2);
    expect_fault(&s, 0, hex, "", "principal");
    expect_fault(&s, 1, hex, "", "order");
    /* signed text changed afterwards */
    struct repo *r = NULL;
    git_odb_object *raw = NULL;
    ok(repo_acquire(vault_repos_cache(w.v), w.repo, &r, &err), &err);
    ok(repo_read(r, &w.commits[3], COMMIT_MAX, &raw, &err), &err);
    struct lt_buf text = LT_BUF_INIT(65536);
    lt_buf_add(&text, git_odb_object_data(raw), git_odb_object_size(raw));
    git_odb_object_free(raw);
    repo_release(r);
    memcpy(strstr(text.data, "Add entry"), "Sad entry", 9);
    struct pack *p = pack_new();
    struct pack_image image = {0};
    ok(pack_add(p, GIT_OBJECT_COMMIT, text.data, text.len, &next, &err), &err);
    ok(pack_finish(p, &image, &err), &err);
    ok(pack_write(lt_fs_system(), w.objects, &image, false, &err), &err);
    pack_image_free(&image);
    pack_free(p);
    set_main(w.repo, &next);
    git_oid_tostr(hex, 41, &next);
    s = check(&w);
    assert_int_equal(s.n, 1);
    expect_fault(&s, 0, hex, "", "signature");
    /* unsigned, by stock git, with a good one on top: the older is told first */
    assert_sh("cd %s && git -c user.name=x -c user.email=x@y commit-tree -p %s -m x %s^{tree} >id && git "
              "update-ref refs/heads/main $(cat id)",
              w.repo, w.hex[3], w.hex[3]);
    ok(repo_main(w.repo, &next, &err), &err);
    git_oid_tostr(hex, 41, &next);
    hand_commit(w.repo, vault_key(w.v), "{}\n", NULL, &next, 4000000000, vault_installation(w.v), &after);
    s = check(&w);
    assert_int_equal(s.n, 1);
    expect_fault(&s, 0, hex, "", "signature");
    assert_int_equal(s.report.commits, 6);
    /* references */
    char *path = repo_main_path(w.repo);
    put_file(path, "nonsense\n", 9);
    s = check(&w);
    assert_int_equal(s.n, 1);
    expect_fault(&s, 0, "", "refs/heads/main", "reference");
    assert_sh("cd %s && git update-ref refs/heads/main %s 2>/dev/null || echo %s >refs/heads/main; echo ref: "
              "refs/heads/x >HEAD",
              w.repo, w.hex[3], w.hex[3]);
    s = check(&w);
    assert_int_equal(s.n, 1);
    expect_fault(&s, 0, "", "HEAD", "reference");
    /* a head that is not there */
    memset(&next, 7, sizeof next);
    set_main(w.repo, &next);
    git_oid_tostr(hex, 41, &next);
    s = check(&w);
    assert_int_equal(s.n, 2);
    expect_fault(&s, 0, hex, "", "missing");
    free(path);
    lt_buf_free(&text);
    sign_key_free(stranger);
    world_free(&w);
}

static void bundles(void **state)
{
    const char *dir = *state;
    struct world w = {0};
    struct lt_error err = {0};
    world_make(&w, dir);
    char *allowed = lt_format("%s/keys/allowed_signers", w.data);
    for (int fresh = 0; fresh < 2; fresh++) {
        char *path = pathf(dir, fresh ? "fresh.bundle" : "all.bundle");
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        ok(vault_bundle(w.v, PUPIL, fresh, fd, &err), &err);
        close(fd);
        assert_sh("cd %s && git bundle list-heads %s | grep -q 'HEAD$' && git -C %s bundle verify -q %s && "
                  "git clone -q %s c%d && cd c%d && git fsck --full --strict && test $(git rev-list --count "
                  "HEAD) = %d",
                  dir, path, w.repo, path, path, fresh, fresh, fresh ? 1 : 4);
        assert_sh(
            "cd %s/c%d && tail -c +$(($(grep -abo PACK ../%s | head -1 | cut -d: -f1) + 1)) ../%s >p.pack && "
            "git index-pack --strict p.pack >/dev/null",
            dir, fresh, fresh ? "fresh.bundle" : "all.bundle", fresh ? "fresh.bundle" : "all.bundle");
        assert_sh("cd %s && test $(git -C c%d rev-parse HEAD^{tree}) = $(git -C %s rev-parse main^{tree}) && "
                  "git -C %s cat-file blob main:files/01.bin | cmp - c%d/files/01.bin",
                  dir, fresh, w.repo, w.repo, fresh);
        assert_sh("cd %s/c%d && test \"$(git -c gpg.format=ssh -c gpg.ssh.allowedSignersFile=%s log "
                  "--format='%%G? %%GS %%ce' | sort -u)\" "
                  "= 'G letopis@school-1 letopis@school-1'",
                  dir, fresh, allowed);
        assert_sh("f=%s/../shared/checks/portfolio-signatures; test ! -e $f || $f %s/c%d %s >/dev/null",
                  LETOPIS_SOURCE_DIR, dir, fresh, allowed);
        free(path);
    }
    /* nothing of the history is in a fresh one */
    assert_sh("cd %s/c1 && ! git cat-file -e %s 2>/dev/null && ! git cat-file -e %s 2>/dev/null", dir,
              w.hex[0], w.hex[3]);
    /* a damaged file ends the bundle with an error */
    char *file = file_path(&w), *bytes = NULL, *path = pathf(dir, "bad.bundle");
    size_t len;
    assert_int_equal(lt_fs_read(file, 1 << 20, &bytes, &len), 0);
    bytes[1000] ^= 1;
    put_file(file, bytes, len);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(vault_bundle(w.v, PUPIL, false, fd, &err), LT_REFUSED);
    assert_string_equal(err.code, "vault.damaged");
    close(fd);
    fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    bytes[1000] ^= 1;
    put_file(file, bytes, len);
    assert_int_equal(vault_bundle(w.v, PUPIL, false, fd, &err), LT_SYSTEM);
    close(fd);
    free(bytes);
    free(file);
    free(path);
    free(allowed);
    world_free(&w);
    lt_error_clear(&err);
}

/* 100 MB pass through a bundle and a check without being held. */
static void large_bundle(void **state)
{
    const char *dir = *state;
    struct world w = {0};
    struct lt_error err = {0};
    world_make(&w, dir);
    char *path = pathf(dir, "large");
    unsigned char *piece = malloc(1 << 16);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    for (size_t i = 0; i < 1600; i++) {
        fill(piece, 1 << 16, i);
        assert_int_equal(write(fd, piece, 1 << 16), 1 << 16);
    }
    free(piece);
    lseek(fd, 0, SEEK_SET);
    struct loose_new n = {0};
    git_oid next;
    ok(loose_write(lt_fs_system(), w.objects, fd, 1u << 30, &n, &err), &err);
    ok(loose_publish(lt_fs_system(), w.objects, &n, false, &err), &err);
    close(fd);
    hand_commit(w.repo, vault_key(w.v), "{}\n", &n.oid, &w.commits[3], 1772705500, vault_installation(w.v),
                &next);
    assert_int_equal(check(&w).n, 0);
    long before = peak_kib();
    fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    double begin = seconds();
    ok(vault_bundle(w.v, PUPIL, true, fd, &err), &err);
    double took = seconds() - begin;
    close(fd);
    assert_int_equal(check(&w).n, 0);
    long grown = peak_kib() - before;
    print_message("bundle of 100 MB in %.2f s, peak memory grew by %ld KiB\n", took, grown);
    assert_true(grown < 4096);
    assert_sh(
        "cd %s && git clone -q %s c && git -C %s cat-file blob main:files/01.bin | cmp - c/files/01.bin", dir,
        path, w.repo);
    free(path);
    world_free(&w);
}

static void packed_when_many(void **state)
{
    struct world w = {0};
    struct lt_error err = {0};
    world_make(&w, *state);
    size_t packs;
    ok(vault_pack(w.v, PUPIL, &err), &err);
    ok(pack_each_count(w.objects, &packs, &err), &err);
    assert_int_equal(packs, 4);
    git_oid head = w.commits[3], next;
    for (int i = 0; i < 3; i++) {
        char text[32];
        snprintf(text, sizeof text, "{\"m\": %d}\n", i);
        hand_commit(w.repo, vault_key(w.v), text, &w.file, &head, 1772705500 + i, vault_installation(w.v),
                    &next);
        head = next;
    }
    ok(vault_pack(w.v, PUPIL, &err), &err);
    ok(pack_each_count(w.objects, &packs, &err), &err);
    assert_int_equal(packs, 1);
    struct seen s = check(&w);
    assert_int_equal(s.n, 0);
    assert_int_equal(s.report.commits, 7);
    assert_sh("cd %s && git fsck --full --strict --no-dangling", w.repo);
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(large_bundle),     SCRATCH_TEST(all_well),   SCRATCH_TEST(byte_of_a_file),
        SCRATCH_TEST(byte_of_a_pack),   SCRATCH_TEST(signatures), SCRATCH_TEST(bundles),
        SCRATCH_TEST(packed_when_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
