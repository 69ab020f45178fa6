/* The fuzz targets without libFuzzer: every ordinary build replays the corpus, then spends some time on the same mutations of it,
 * run after run.
 *
 *     fuzz_NAME [-t MILLISECONDS] [-n RUNS] [-s SEED] FILE-OR-FOLDER…
 *
 * -t and -n bound the mutations: whichever comes first, none without them. The input at hand when the program dies is written to
 * crash-<program> in the working directory. */
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define INPUT_MAX (64u << 10)
#define FILES_MAX 4000

void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

struct input {
    uint8_t *data;
    size_t len;
};

static struct input corpus[FILES_MAX];
static size_t corpus_len;
static struct input now; /* handed to the target: a block of just its size */
static char crash_name[200];
static uint64_t dice_state;

static uint32_t dice(uint32_t below)
{
    dice_state ^= dice_state << 13;
    dice_state ^= dice_state >> 7;
    dice_state ^= dice_state << 17;
    return (uint32_t)(dice_state >> 20) % below;
}

static void keep_crash(void)
{
    FILE *f = fopen(crash_name, "wb");
    if (!f) return;
    fwrite(now.data, 1, now.len, f);
    fclose(f);
    fprintf(stderr, "the input is in %s\n", crash_name);
}

static void on_signal(int sig)
{
    keep_crash();
    signal(sig, SIG_DFL);
    raise(sig);
}

static void try_one(const uint8_t *data, size_t len)
{
    now = (struct input){malloc(len ? len : 1), len};
    FUZZ_CHECK(now.data);
    if (len) memcpy(now.data, data, len);
    LLVMFuzzerTestOneInput(now.data, len);
    free(now.data);
    now = (struct input){NULL, 0};
}

static int load(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        fprintf(stderr, "no such file: %s\n", path);
        return -1;
    }
    if (S_ISREG(st.st_mode)) {
        char *text = NULL;
        if (corpus_len == FILES_MAX || lt_fs_read(path, 16u << 20, &text, &corpus[corpus_len].len) != 0) return -1;
        corpus[corpus_len++].data = (uint8_t *)text;
        return 0;
    }
    struct dirent **names = NULL;
    int rc = 0, n = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char inner[4096];
        if (names[i]->d_name[0] != '.' && rc == 0)
            rc = lt_print(inner, sizeof inner, "%s/%s", path, names[i]->d_name) ? load(inner) : -1;
        free(names[i]);
    }
    free(names);
    return rc;
}

/* One change; answers the new length. room: bytes of the buffer. */
static size_t mutate(uint8_t *p, size_t len, size_t room)
{
    static const uint32_t odd[] = {0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
    static const char *const words[] = {"\"", "\\", "{", "}", "[", "]", "*", "\n", "\r\n", "\t", " ", "/", "../", "\xc2\xa0", "\xe2\x80\x8b",
                                        "ё", "Й", "и\xcc\x86", "0", "9", "-", ".", ",", ":", "+7", "29.02.", "\xff", "\xed\xa0\x80",
                                        "\xf4\x8f\xbf\xbf", "𝟗", "<", ">", "&#x41;", "="};
    size_t at = len ? dice((uint32_t)len) : 0, take, from;
    switch (dice(len ? 9 : 1)) {
    case 0: { /* a word goes in */
        const char *w = words[dice(sizeof words / sizeof *words)];
        take = strlen(w);
        if (len + take > room) return len;
        memmove(p + at + take, p + at, len - at);
        memcpy(p + at, w, take);
        return len + take;
    }
    case 1: p[at] ^= (uint8_t)(1u << dice(8)); return len;
    case 2: p[at] = (uint8_t)dice(256); return len;
    case 3: { /* an odd number, either way round */
        uint32_t v = odd[dice(12)], width = 1u << dice(3);
        bool big = dice(2);
        for (uint32_t k = 0; k < width && at + k < len; k++) p[at + k] = (uint8_t)(v >> 8 * (big ? width - 1 - k : k));
        return len;
    }
    case 4: /* a piece goes */
        take = 1 + dice(16);
        if (take > len - at) take = len - at;
        memmove(p + at, p + at + take, len - at - take);
        return len - take;
    case 5: /* a piece is said twice */
        take = 1 + dice(64);
        if (take > len - at) take = len - at;
        if (len + take > room) return len;
        memmove(p + at + take, p + at, len - at);
        return len + take;
    case 6: /* a piece over another */
        from = dice((uint32_t)len);
        take = 1 + dice(32);
        if (take > len - at) take = len - at;
        if (take > len - from) take = len - from;
        memmove(p + at, p + from, take);
        return len;
    case 7: return at; /* cut off */
    default: { /* goes on as another file */
        const struct input *other = &corpus[dice((uint32_t)corpus_len)];
        from = other->len ? dice((uint32_t)other->len) : 0;
        take = other->len - from;
        if (take > room - at) take = room - at;
        if (take) memcpy(p + at, other->data + from, take);
        return at + take;
    }
    }
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static uint64_t mutations(int64_t ms, uint64_t runs)
{
    uint8_t *buf = malloc(INPUT_MAX);
    FUZZ_CHECK(buf);
    int64_t end = now_ms() + ms;
    uint64_t done = 0;
    for (; corpus_len && done < runs && now_ms() < end; done++) {
        const struct input *base = &corpus[dice((uint32_t)corpus_len)];
        size_t len = base->len < INPUT_MAX ? base->len : INPUT_MAX;
        if (len) memcpy(buf, base->data, len);
        for (uint32_t k = 1 + dice(6); k > 0; k--) len = mutate(buf, len, INPUT_MAX);
        try_one(buf, len);
    }
    free(buf);
    return done;
}

int main(int argc, char **argv)
{
    int64_t ms = -1;
    uint64_t runs = 0, seed = 1;
    int option, rc = 0;
    while ((option = getopt(argc, argv, "t:n:s:")) != -1) {
        if (option == '?') return 2;
        uint64_t value = strtoull(optarg, NULL, 10);
        if (option == 't') ms = (int64_t)value;
        if (option == 'n') runs = value;
        if (option == 's') seed = value;
    }
    const char *slash = strrchr(argv[0], '/');
    snprintf(crash_name, sizeof crash_name, "crash-%s", slash ? slash + 1 : argv[0]);
    if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(keep_crash);
    signal(SIGABRT, on_signal);
    signal(SIGSEGV, on_signal);
    dice_state = seed * 0x9e3779b97f4a7c15u | 1;
    for (int i = optind; i < argc && rc == 0; i++) rc = load(argv[i]);
    if (rc == 0 && corpus_len == 0) {
        fprintf(stderr, "nothing to replay\n");
        rc = -1;
    }
    for (size_t i = 0; rc == 0 && i < corpus_len; i++) try_one(corpus[i].data, corpus[i].len);
    uint64_t done = rc == 0 && (ms >= 0 || runs) ? mutations(ms >= 0 ? ms : INT64_MAX / 2, runs ? runs : UINT64_MAX) : 0;
    for (size_t i = 0; i < corpus_len; i++) free(corpus[i].data);
    if (rc == 0) printf("%zu files, %llu mutations\n", corpus_len, (unsigned long long)done);
    return rc ? 1 : 0;
}
