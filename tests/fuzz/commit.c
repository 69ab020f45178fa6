/* Commit objects: read as anything, and what we build ourselves reads back as it was meant. */
#include "fuzz.h"

#include "vault/commitobj.h"

static void parse(const uint8_t *data, size_t size)
{
    struct lt_error err = {0};
    struct commit_view c = {0};
    struct sign_signers nobody = {0};
    git_oid oid = {{0}};
    char value[64];
    int rc = commit_parse(&oid, data, size, &c, &err);
    fuzz_judge(rc, &err);
    if (rc == 0) {
        FUZZ_CHECK(c.parents_len <= COMMIT_PARENTS && !strchr(c.subject, '\n') && c.payload_len <= size);
        FUZZ_CHECK(c.author.name && c.author.email && c.committer.name && c.committer.email && c.message);
        commit_trailer(&c, "Use-Case", value, sizeof value);
        commit_trailer(&c, "", value, 1);
        FUZZ_CHECK(commit_verify(&c, &nobody) != COMMIT_GOOD);
    }
    commit_view_free(&c);
}

static void same_trailer(const struct commit_view *c, const char *name, const char *given)
{
    char value[256] = "";
    bool there = commit_trailer(c, name, value, sizeof value);
    FUZZ_CHECK(there == (given && *given));
    if (there && strlen(given) < sizeof value) FUZZ_CHECK(strcmp(value, given) == 0);
}

/* Lines of the input as subject, trailers and names. A name with a line break or a subject that looks like a header must not
 * become one. */
static void build(const uint8_t *data, size_t size)
{
    static const uint8_t seed[32] = {7};
    struct lt_error err = {0};
    struct lt_buf message = LT_BUF_INIT(1 << 16), raw = LT_BUF_INIT(1 << 17);
    struct sign_signers signers = {0};
    struct commit_view c = {0};
    char *part[6];
    for (size_t i = 0; i < 6; i++) part[i] = fuzz_line(&data, &size);
    for (size_t i = 0; i < 6; i++)
        for (char *p = part[i]; *p; p++)
            if (*p == '\\') *p = '\n'; /* so that values with line breaks are tried too */
    struct vault_message m = {.subject = part[0], .use_case = part[1], .actor = part[2], .entry = part[3]};
    struct commit_draft d = {.author = {part[4], part[5], 1790000000, 180}, .committer = {"letopis", "letopis@s", 1790000001, 0}};
    struct sign_key *k = sign_key_of_seed(seed);
    struct lt_buf line = LT_BUF_INIT(1000);
    FUZZ_CHECK(k && sign_signer_line(&line, "letopis@s", sign_key_public(k), 0, 0, &err) == 0);
    FUZZ_CHECK(sign_signers_parse(line.data, line.len, &signers, &err) == 0);
    int rc = commit_message(&message, &m, NULL, &err);
    fuzz_judge(rc, &err);
    d.message = message.data;
    if (rc == 0) {
        rc = commit_build(&raw, &d, k, &err);
        fuzz_judge(rc, &err);
        git_oid oid = {{0}};
        if (rc == 0) {
            FUZZ_CHECK(commit_parse(&oid, raw.data, raw.len, &c, &err) == 0);
            FUZZ_CHECK(commit_verify(&c, &signers) == COMMIT_GOOD);
            FUZZ_CHECK(strcmp(c.message, message.data) == 0 && strcmp(c.subject, part[0]) == 0);
            FUZZ_CHECK(strcmp(c.author.name, part[4]) == 0 && strcmp(c.author.email, part[5]) == 0);
            same_trailer(&c, "Use-Case", part[1]);
            same_trailer(&c, "Actor", part[2]);
            same_trailer(&c, "Entry", part[3]);
        }
    }
    commit_view_free(&c);
    sign_signers_free(&signers);
    sign_key_free(k);
    lt_buf_free(&line);
    lt_buf_free(&message);
    lt_buf_free(&raw);
    for (size_t i = 0; i < 6; i++) free(part[i]);
}

/* Input: a byte for what it is, then the bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t form = fuzz_byte(&data, &size);
    if (form % 2) build(data, size);
    else parse(data, size);
    return 0;
}
