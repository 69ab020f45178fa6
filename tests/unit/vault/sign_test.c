/* SSH signatures against the known answer of OpenSSH and against ssh-keygen itself. */
#include "objects.h"

#include "base/id.h"

#include <sodium.h>

static const char known_line[] =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
static const char known_fingerprint[] = "SHA256:z/fSv0Z0RZS+Lccbc6ZoOWwt/fbj1VFJGSBKQbo4icE";
static const char known_armor[] = "-----BEGIN SSH SIGNATURE-----\n"
                                  "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg6kpsY+KcUgq+9VB7Ey7F+ZVHdq\n"
                                  "6+vnuSQh7qaRRG0iwAAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5\n"
                                  "AAAAQA/O4as7wjTxSEfG1yqonyRO8bqWE+BzcYKtfy5UrV4l3Og0luN4a0FneoiI2XP6Io\n"
                                  "QK+IVPTqtRNjfGZCZRMA8=\n"
                                  "-----END SSH SIGNATURE-----";

static struct sign_key *known_key(void)
{
    uint8_t seed[32];
    memset(seed, 7, sizeof seed);
    struct sign_key *k = sign_key_of_seed(seed);
    assert_non_null(k);
    return k;
}

static void known_answer(void **state)
{
    (void)state;
    struct sign_key *k = known_key();
    char armor[SIGN_ARMOR];
    uint8_t key[SIGN_PUBLIC];
    assert_string_equal(sign_key_line(k), known_line);
    assert_string_equal(sign_key_fingerprint(k), known_fingerprint);
    sign_make(k, "hello\n", 6, armor);
    assert_string_equal(armor, known_armor);
    assert_true(sign_verify(armor, strlen(armor), "hello\n", 6, key));
    assert_memory_equal(key, sign_key_public(k), SIGN_PUBLIC);
    assert_true(sign_public_parse(known_line, key));
    assert_memory_equal(key, sign_key_public(k), SIGN_PUBLIC);
    assert_true(sign_public_parse(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs school", key));
    assert_false(sign_public_parse(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtI=", key));
    assert_false(sign_public_parse("ssh-rsa AAAA", key));
    sign_key_free(k);
}

static void every_changed_character(void **state)
{
    (void)state;
    uint8_t key[SIGN_PUBLIC];
    size_t len = sizeof known_armor - 1;
    for (size_t i = 0; i < len; i++)
        for (int bit = 0; bit < 8; bit++) {
            char armor[sizeof known_armor];
            memcpy(armor, known_armor, sizeof armor);
            armor[i] = (char)(armor[i] ^ (1 << bit));
            assert_false(sign_verify(armor, len, "hello\n", 6, key));
        }
    for (size_t cut = 0; cut < len; cut++)
        assert_false(sign_verify(known_armor, cut, "hello\n", 6, key));
    assert_false(sign_verify(known_armor, len, "hello", 5, key));
}

static void judged_by_ssh_keygen(void **state)
{
    const char *dir = *state;
    struct sign_key *k = known_key();
    struct lt_buf signers = LT_BUF_INIT(4096);
    struct lt_error err = {0};
    char armor[SIGN_ARMOR], name[64];
    ok(sign_signer_line(&signers, "letopis@school-1", sign_key_public(k), 1700000000, 4000000000, &err),
       &err);
    char *path = pathf(dir, "allowed");
    put_file(path, signers.data, signers.len);
    free(path);
    for (size_t len = 0; len < 300; len += 37) {
        unsigned char msg[300];
        fill(msg, sizeof msg, len);
        sign_make(k, msg, len, armor);
        snprintf(name, sizeof name, "m%zu", len);
        path = pathf(dir, name);
        put_file(path, msg, len);
        free(path);
        snprintf(name, sizeof name, "m%zu.sig", len);
        path = pathf(dir, name);
        lt_buf_reset(&signers);
        lt_buf_addf(&signers, "%s\n", armor);
        put_file(path, signers.data, signers.len);
        free(path);
        assert_sh("cd %s && ssh-keygen -Y verify -f allowed -I letopis@school-1 -n git -s m%zu.sig <m%zu "
                  ">/dev/null",
                  dir, len, len);
    }
    /* and the other way: a signature made by ssh-keygen */
    uint8_t key[SIGN_PUBLIC];
    char *text = NULL, *line = NULL;
    size_t len = 0;
    for (int i = 0; i < 2; i++) {
        assert_sh("cd %s && rm -f k k.pub m111.sig && ssh-keygen -q -t ed25519 -N '' -C '' -f k && "
                  "ssh-keygen -q -Y sign -f k -n git -O hashalg=%s m111 2>/dev/null",
                  dir, i ? "sha256" : "sha512");
        path = pathf(dir, "m111.sig");
        assert_int_equal(lt_fs_read(path, 4096, &text, &len), 0);
        free(path);
        unsigned char msg[300];
        fill(msg, sizeof msg, 111);
        assert_true(sign_verify(text, len, msg, 111, key));
        assert_false(sign_verify(text, len, msg, 110, key));
        free(text);
        path = pathf(dir, "k.pub");
        assert_int_equal(lt_fs_read(path, 4096, &line, &len), 0);
        free(path);
        uint8_t other[SIGN_PUBLIC];
        assert_true(sign_public_parse(line, other));
        assert_memory_equal(key, other, SIGN_PUBLIC);
        free(line);
    }
    assert_sh("cd %s && rm -f m74.sig && ssh-keygen -q -Y sign -f k -n file m74 2>/dev/null >/dev/null; mv "
              "m74.sig other",
              dir);
    path = pathf(dir, "other");
    assert_int_equal(lt_fs_read(path, 4096, &text, &len), 0);
    free(path);
    unsigned char msg[300];
    fill(msg, sizeof msg, 74);
    assert_false(sign_verify(text, len, msg, 74, key)); /* another namespace */
    free(text);
    lt_buf_free(&signers);
    sign_key_free(k);
}

static void key_files(void **state)
{
    const char *dir = *state;
    struct lt_error err = {0};
    struct sign_key *a = NULL, *b = NULL;
    char *path = pathf(dir, "signing");
    ok(sign_key_create(lt_fs_system(), path, &a, &err), &err);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    ok(sign_key_load(path, &b, &err), &err);
    assert_string_equal(sign_key_line(a), sign_key_line(b));
    sign_key_free(b);
    assert_int_equal(sign_key_create(lt_fs_system(), path, &b, &err), LT_CONFLICT);
    assert_string_equal(err.code, "key.exists");
    chmod(path, 0640);
    assert_int_equal(sign_key_load(path, &b, &err), LT_REFUSED);
    assert_string_equal(err.code, "key.readable");
    chmod(path, 0600);
    for (off_t len = st.st_size - 1; len >= 0; len--) {
        assert_int_equal(truncate(path, len), 0);
        assert_int_equal(sign_key_load(path, &b, &err), LT_REFUSED);
        assert_string_equal(err.code, "key.malformed");
    }
    unlink(path);
    assert_int_equal(sign_key_load(path, &b, &err), LT_SYSTEM);
    /* no half key stays when writing fails */
    struct lt_fs_test *t = lt_fs_test_new();
    for (uint64_t n = 1; n <= 3; n++) {
        lt_fs_test_fault(t, LT_FS_FAIL, n);
        assert_int_not_equal(sign_key_create(lt_fs_test_table(t), path, &b, &err), 0);
        lt_fs_test_free(t);
        t = lt_fs_test_new();
        unlink(path);
    }
    lt_fs_test_free(t);
    sign_key_free(a);
    sign_key_free(NULL);
    free(path);
    lt_error_clear(&err);
}

static void who_may_sign(void **state)
{
    (void)state;
    struct lt_error err = {0};
    struct sign_key *k = known_key();
    const uint8_t *key = sign_key_public(k);
    struct sign_signers s = {0};
    char text[1024];
    snprintf(text, sizeof text,
             "# keys of the school\n\n"
             "letopis@a,letopis@b "
             "namespaces=\"git\",valid-after=\"20240101Z\",valid-before=\"202406301200Z\" %s old\n"
             "*@c,!bad@c %s\n"
             "letopis@d namespaces=\"file\" %s\n"
             "\"letopis@e\" namespaces=\"file,g*\" %s\n"
             "letopis@f cert-authority %s\n"
             "letopis@g ssh-rsa AAAAB3NzaC1yc2E=\n",
             known_line, known_line, known_line, known_line, known_line);
    ok(sign_signers_parse(text, strlen(text), &s, &err), &err);
    assert_int_equal(s.len, 4);
    assert_true(sign_signers_allow(&s, key, "letopis@a", 1704067200));
    assert_false(sign_signers_allow(&s, key, "letopis@a", 1704067199));
    assert_true(sign_signers_allow(&s, key, "letopis@b", 1719748800));
    assert_false(sign_signers_allow(&s, key, "letopis@b", 1719748801));
    assert_true(sign_signers_allow(&s, key, "any@c", 1));
    assert_false(sign_signers_allow(&s, key, "bad@c", 1));
    assert_false(sign_signers_allow(&s, key, "letopis@d", 1));
    assert_true(sign_signers_allow(&s, key, "letopis@e", 1));
    assert_false(sign_signers_allow(&s, key, "letopis@f", 1));
    assert_false(sign_signers_allow(&s, key, "letopis@g", 1));
    assert_false(sign_signers_allow(&s, key, "letopis@z", 1));
    uint8_t other[SIGN_PUBLIC] = {1};
    assert_false(sign_signers_allow(&s, other, "any@c", 1));
    sign_signers_free(&s);

    static const char *const bad[] = {"letopis@a",
                                      "letopis@a ssh-ed25519 AAAA",
                                      "letopis@a valid-after=\"2024\" ssh-ed25519 A",
                                      "letopis@a valid-after=\"20241301\" ssh-ed25519 A",
                                      "a frobnicate=\"x\" ssh-ed25519 A",
                                      "a namespaces=\"git ssh-ed25519 A",
                                      "a namespaces=git ssh-ed25519 A"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(sign_signers_parse(bad[i], strlen(bad[i]), &s, &err), LT_REFUSED);
        assert_string_equal(err.code, "signers.malformed");
    }
    struct lt_buf line = LT_BUF_INIT(4096);
    static const char *const refused[] = {"", "a b", "a\n", "a,b", "#a", "\"a\"", "a*"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_int_equal(sign_signer_line(&line, refused[i], key, 0, 0, &err), LT_USAGE);
    ok(sign_signer_line(&line, "letopis@a", key, 1704067200, 1719748800, &err), &err);
    char want[256];
    snprintf(
        want, sizeof want,
        "letopis@a namespaces=\"git\",valid-after=\"20240101000000Z\",valid-before=\"20240630120000Z\" %s\n",
        known_line);
    assert_string_equal(line.data, want);
    ok(sign_signers_parse(line.data, line.len, &s, &err), &err);
    assert_int_equal(s.list[0].after_s, 1704067200);
    assert_int_equal(s.list[0].before_s, 1719748800);
    sign_signers_free(&s);
    lt_buf_free(&line);
    sign_key_free(k);
    lt_error_clear(&err);
}

/* Written, taken apart, and judged by stock git. */
static void commits(void **state)
{
    const char *dir = *state;
    struct lt_error err = {0};
    struct sign_key *k = known_key();
    char *repo = pathf(dir, "p.git"), *allowed = pathf(dir, "allowed");
    ok(repo_create(lt_fs_system(), repo, false, &err), &err);
    git_oid first, second;
    hand_commit(repo, k, "{}\n", NULL, NULL, 1772705472, "letopis@school-1", &first);
    hand_commit(repo, k, "{\"a\": 1}\n", NULL, &first, 1772705473, "letopis@school-1", &second);
    struct lt_buf line = LT_BUF_INIT(4096);
    ok(sign_signer_line(&line, "letopis@school-1", sign_key_public(k), 0, 0, &err), &err);
    put_file(allowed, line.data, line.len);
    assert_sh("cd %s && git fsck --full --strict --no-dangling", repo);
    assert_sh("cd %s && for c in $(git rev-list main); do git -c gpg.format=ssh -c "
              "gpg.ssh.allowedSignersFile=%s verify-commit $c "
              "2>/dev/null || exit 1; done",
              repo, allowed);
    assert_sh("cd %s && test \"$(git -c gpg.format=ssh -c gpg.ssh.allowedSignersFile=%s log --format='%%G? "
              "%%GS %%ce %%an %%s' | sort -u)\" "
              "= 'G letopis@school-1 letopis@school-1 guardian Add entry'",
              repo, allowed);
    assert_sh("test ! -e ../shared/checks/portfolio-signatures || ../shared/checks/portfolio-signatures %s "
              "%s >/dev/null",
              repo, allowed);
    assert_sh("test ! -e %s/../shared/checks/portfolio-signatures || "
              "%s/../shared/checks/portfolio-signatures %s %s >/dev/null",
              LETOPIS_SOURCE_DIR, LETOPIS_SOURCE_DIR, repo, allowed);

    struct repo_cache *cache = repo_cache_new();
    struct repo *r = NULL;
    git_odb_object *raw = NULL;
    ok(repo_acquire(cache, repo, &r, &err), &err);
    ok(repo_read(r, &second, COMMIT_MAX, &raw, &err), &err);
    struct sign_signers s = {0};
    ok(sign_signers_parse(line.data, line.len, &s, &err), &err);
    struct commit_view v = {0};
    size_t len = git_odb_object_size(raw);
    const char *text = git_odb_object_data(raw);
    ok(commit_parse(&second, text, len, &v, &err), &err);
    assert_int_equal(v.parents_len, 1);
    assert_true(git_oid_equal(&v.parents[0], &first));
    assert_string_equal(v.author.name, "guardian");
    assert_string_equal(v.author.email, "0198@school-1");
    assert_string_equal(v.committer.email, "letopis@school-1");
    assert_int_equal(v.committer.at_s, 1772705473);
    assert_int_equal(v.committer.offset_minutes, 180);
    assert_string_equal(v.subject, "Add entry");
    char value[64];
    assert_true(commit_trailer(&v, "Use-Case", value, sizeof value));
    assert_string_equal(value, "entry.add");
    assert_true(commit_trailer(&v, "Request", value, 3));
    assert_string_equal(value, "r-");
    assert_false(commit_trailer(&v, "Entry", value, sizeof value));
    assert_int_equal(commit_verify(&v, &s), COMMIT_GOOD);
    assert_int_equal(commit_verify(&v, &(struct sign_signers){0}), COMMIT_STRANGER);
    commit_view_free(&v);
    /* every bit, every length: an error, an unsigned or badly signed commit, never a good one */
    char *copy = malloc(len + 1);
    for (size_t i = 0; i < len; i++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(copy, text, len);
            copy[i] = (char)(copy[i] ^ (1 << bit));
            if (commit_parse(&second, copy, len, &v, &err) == 0) {
                assert_int_not_equal(commit_verify(&v, &s), COMMIT_GOOD);
                commit_view_free(&v);
            }
        }
    for (size_t cut = 0; cut < len; cut++) {
        memcpy(copy, text, len);
        char *tight = malloc(cut + 1);
        memcpy(tight, text, cut);
        if (commit_parse(&second, tight, cut, &v, &err) == 0) {
            assert_int_not_equal(commit_verify(&v, &s), COMMIT_GOOD);
            commit_view_free(&v);
        }
        free(tight);
    }
    free(copy);
    git_odb_object_free(raw);
    repo_release(r);
    repo_cache_free(cache);
    sign_signers_free(&s);
    lt_buf_free(&line);
    sign_key_free(k);
    free(repo);
    free(allowed);
    lt_error_clear(&err);
}

static void bad_commits(void **state)
{
    (void)state;
    struct lt_error err = {0};
    struct lt_buf out = LT_BUF_INIT(8192);
    struct sign_key *k = known_key();
    static const struct vault_message bad[] = {{.subject = ""},
                                               {.subject = "a\nb"},
                                               {.subject = "  "},
                                               {.subject = "a", .entry = "x\nBatch: y"},
                                               {.subject = NULL}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(commit_message(&out, &bad[i], NULL, &err), LT_USAGE);
    lt_buf_reset(&out);
    ok(commit_message(&out, &(struct vault_message){.subject = "Erase", .actor = "p1"}, "e-1", &err), &err);
    assert_string_equal(out.data, "Erase\n\nActor: p1\nRewritten: e-1\n");
    struct commit_draft d = {
        .author = {"a", "a@b", 1, 0}, .committer = {"c", "c@d", 1, -570}, .message = "x\n"};
    static const char *const names[] = {"", "a<", "a\n", " a", "a ", NULL};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        d.author.name = names[i];
        assert_int_equal(commit_build(&out, &d, k, &err), LT_USAGE);
    }
    d.author.name = "a";
    lt_buf_reset(&out);
    ok(commit_build(&out, &d, k, &err), &err);
    assert_non_null(
        strstr(out.data, "committer c <c@d> 1 -0930\ngpgsig -----BEGIN SSH SIGNATURE-----\n U1NI"));
    struct commit_view v = {0};
    git_oid none = {{0}};
    ok(commit_parse(&none, out.data, out.len, &v, &err), &err);
    assert_int_equal(v.committer.offset_minutes, -570);
    commit_view_free(&v);
    lt_buf_free(&out);
    sign_key_free(k);
    lt_error_clear(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answer),     cmocka_unit_test(every_changed_character),
        SCRATCH_TEST(judged_by_ssh_keygen), SCRATCH_TEST(key_files),
        cmocka_unit_test(who_may_sign),     SCRATCH_TEST(commits),
        cmocka_unit_test(bad_commits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
