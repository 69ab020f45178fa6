/* A school whose server is killed again and again, and the changes that are made to it meanwhile. */
#ifndef LT_TEST_FAULT_SCHOOL_ROUNDS_H
#define LT_TEST_FAULT_SCHOOL_ROUNDS_H

#include "served.h"

enum { PUPILS = 30, GOING_UP = 10, OWN_ENTRIES = 130, IMPORTED = 8 };

enum presence { ABSENT, WHOLE, HALF };

enum what { ADD, ADD_FILE, EDIT, SUBMIT, VERIFY, PUPIL, CLOSE, PROMOTE, IMPORT };

struct change {
    enum what what;
    size_t entry, pupil;      /* which of rounds.entries or .pupils */
    long long revision;       /* of an entry before an edit */
    char id[LT_ID_SIZE];      /* of the event; of what was made, once answered */
    char word[40];            /* stands in the title or name: nothing else is called so */
    char request[48];
    bool answered;
};

/* An entry that is edited and taken from state to state over the rounds. */
struct own_entry {
    char id[LT_ID_SIZE];
    char state[16];
    long long revision;
};

struct rounds {
    struct served server;
    char dir[300];
    uint64_t seed;
    unsigned number;
    char pupils[PUPILS][LT_ID_SIZE];   /* class 9А: take part in events */
    char going[GOING_UP][LT_ID_SIZE];  /* go up a class with each promotion */
    char klass[LT_ID_SIZE];            /* where they are now */
    int year;                          /* of that class */
    struct own_entry entries[OWN_ENTRIES];
    char scan[400], roster[400];       /* files of this round */
    json_t *own, *named;               /* as seen: id → own entry; word of a change → how many entries */
};

struct rounds *rounds_open(const char *program, uint64_t seed);
void rounds_close(struct rounds *r);
uint64_t rounds_random(struct rounds *r);

/* Prepares a round: events with their participants, files; fills changes in the order in which they are taken. */
size_t rounds_plan(struct rounds *r, unsigned number, struct change *changes, size_t most);
/* Makes a change; false where the server is gone. Sets answered when it was done. Any other refusal ends the test. */
bool change_make(const struct rounds *r, struct change *c);
/* Looks at the restarted school; what each change left there. */
void rounds_see(struct rounds *r);
enum presence change_look(const struct rounds *r, const struct change *c);
const char *change_word(const struct change *c);
/* Every answered change has its row in the access log. */
void rounds_check_log(struct rounds *r, const struct change *changes, size_t n);
/* Learns how the own entries and the promoted class stand now. */
void rounds_after(struct rounds *r, const struct change *changes, size_t n);
/* Stops the server, compares the index with one made anew, the repositories with what stock git says; starts it again. */
void rounds_check_whole(struct rounds *r);

#endif
