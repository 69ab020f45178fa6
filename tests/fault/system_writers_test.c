/* Sixteen writers on one entry: each revision is made by exactly one of them, the others get a conflict that names the revision they
 * saw and the one that stands. And two shells beside a running server, over the command line itself. */
#include "served.h"

#include "base/json.h"
#include "base/text.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITERS = 16, REVISIONS = 12 };

struct race {
    const struct served *s;
    char entry[LT_ID_SIZE];
    long long seen;
    pthread_barrier_t start;
    atomic_int won, lost, number;
};

static long long param(const struct lt_error *err, const char *name)
{
    const char *text = lt_error_param(err, name);
    return text ? strtoll(text, NULL, 10) : -1;
}

static void *writer(void *arg)
{
    struct race *r = arg;
    struct lt_error err = {0};
    char title[60];
    lt_print(title, sizeof title, "Правка %d", atomic_fetch_add(&r->number, 1));
    pthread_barrier_wait(&r->start);
    int rc = served_call(r->s, NULL, "entry", "edit", json_pack("{s:s, s:s, s:I}", "id", r->entry, "title", title, "revision", (json_int_t)r->seen),
                         NULL, NULL, NULL, &err);
    if (rc == 0) {
        atomic_fetch_add(&r->won, 1);
    } else {
        if (rc != LT_CONFLICT || strcmp(err.code, "entry.revision_moved") != 0) served_die("a loser got %d %s", rc, err.code);
        if (param(&err, "seen") != r->seen || param(&err, "now") != r->seen + 1) served_die("the conflict does not name both revisions");
        if (lt_json_int(err.details, "seen", 0) != r->seen || lt_json_int(err.details, "now", 0) != r->seen + 1 || !lt_json_object(err.details, "entry"))
            served_die("the details do not give what stands");
        atomic_fetch_add(&r->lost, 1);
    }
    lt_error_clear(&err);
    return NULL;
}

static void one_winner_a_revision(const struct served *s, const char *pupil)
{
    struct race r = {.s = s};
    pthread_t threads[WRITERS];
    pthread_barrier_init(&r.start, NULL, WRITERS);
    served_made(s, r.entry, "entry", "add",
                json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "pupil", pupil, "activity", "olympiad", "title", "Олимпиада", "level", "school", "result",
                          "winner", "date", "2025-10-10"));
    for (r.seen = 1; r.seen <= REVISIONS; r.seen++) {
        atomic_store(&r.won, 0);
        atomic_store(&r.lost, 0);
        for (size_t i = 0; i < WRITERS; i++) {
            if (pthread_create(&threads[i], NULL, writer, &r)) served_die("no thread");
        }
        for (size_t i = 0; i < WRITERS; i++) pthread_join(threads[i], NULL);
        if (r.won != 1 || r.lost != WRITERS - 1) served_die("revision %lld: %d won, %d lost", r.seen + 1, r.won, r.lost);
    }
    json_t *history = served_ok(s, "entry", "history", json_pack("{s:s}", "id", r.entry));
    if (json_array_size(lt_json_array(history, "items")) != REVISIONS + 1) served_die("the history does not have each revision once");
    json_decref(history);
    pthread_barrier_destroy(&r.start);
}

struct shell {
    const struct served *s;
    const char *pupil, *title;
    int done;
};

static void *type_commands(void *arg)
{
    struct shell *sh = arg;
    const char *add[] = {"entry", "add", "--pupil", sh->pupil, "--activity", "contest", "--title", sh->title, "--level", "school", "--result", "winner",
                         "--date", "2025-10-10", NULL};
    const char *list[] = {"entry", "list", "--query", sh->title, "--limit", "100", NULL};
    for (int i = 0; i < 8; i++) {
        json_t *answer = NULL, *found = NULL;
        int code = served_cli(sh->s, &answer, add);
        if (code || !lt_json_str(answer, "id")) served_die("entry add from a shell ended with %d", code);
        code = served_cli(sh->s, &found, list);
        if (code || json_array_size(lt_json_array(found, "items")) != (size_t)i + 1) served_die("a shell does not see what it wrote");
        json_decref(answer);
        json_decref(found);
        sh->done++;
    }
    return NULL;
}

/* Beside a server the shells go through its socket; without one they take the folder in turn. */
static void two_shells(const struct served *s, const char *pupil, const char *first, const char *second)
{
    struct shell a = {s, pupil, first, 0}, b = {s, pupil, second, 0};
    pthread_t threads[2];
    if (pthread_create(&threads[0], NULL, type_commands, &a) || pthread_create(&threads[1], NULL, type_commands, &b)) served_die("no thread");
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    if (a.done != 8 || b.done != 8) served_die("the shells did not end");
}

int main(void)
{
    static const char *const fsck[] = {"system", "fsck", NULL};
    struct served s;
    char root[] = "/tmp/letopis-writers-XXXXXX", dir[80], pupil[LT_ID_SIZE], line[120];
    if (!mkdtemp(root)) served_die("cannot make %s", root);
    lt_print(dir, sizeof dir, "%s/data", root);
    served_place(&s, LETOPIS_BINARY_DIR "/letopis", dir);
    served_init(&s);
    served_start(&s);
    served_made(&s, pupil, "pupil", "add", json_pack("{s:s, s:s, s:s}", "surname", "Первая", "name", "Анна", "birth", "2012-05-05"));
    one_winner_a_revision(&s, pupil);
    two_shells(&s, pupil, "перваяоболочка", "втораяоболочка");
    if (served_cli(&s, NULL, fsck)) served_die("fsck beside the server failed");
    served_stop(&s);
    two_shells(&s, pupil, "третьяоболочка", "четвёртаяоболочка");
    if (served_cli(&s, NULL, fsck)) served_die("fsck failed");
    lt_print(line, sizeof line, "rm -rf '%s'", root);
    printf("%d revisions with %d writers; two shells with and without a server\n", REVISIONS, WRITERS);
    return system(line) ? 1 : 0;
}
