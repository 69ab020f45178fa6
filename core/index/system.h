/* system.db: accounts with their secrets, sessions and tokens, jobs, notices, personal settings, the access log. The one
 * thing a school must back up beside the repositories. Opened by the process that holds the data folder. Thread-safe. */
#ifndef LT_INDEX_SYSTEM_H
#define LT_INDEX_SYSTEM_H

#include "base/clock.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sysdb;

int sysdb_open(const char *path, const struct lt_clock *clock, struct sysdb **out, struct lt_error *err);
void sysdb_close(struct sysdb *db);

/* --- accounts --- */
struct sys_account {
    char id[37];
    char login[64];       /* lower case Latin letters, digits, . - _ */
    char subject[37];     /* person id or pupil id */
    bool is_pupil;
    bool disabled, must_change, confirmed;
    char hash[129];       /* Argon2id, libsodium's text form; "" until a password is set */
    int failures;
    int64_t locked_until; /* ms; 0: not */
    int64_t created, changed;
    int64_t slip_expires; /* ms; 0: the password was chosen by its owner */
};
/* LT_CONFLICT "account.login_taken". */
int sysdb_account_add(struct sysdb *db, const struct sys_account *a, struct lt_error *err);
/* by login, by id or by subject; LT_NOTFOUND "account.absent" */
int sysdb_account_by_login(struct sysdb *db, const char *login, struct sys_account *out, struct lt_error *err);
int sysdb_account_by_id(struct sysdb *db, const char *id, struct sys_account *out, struct lt_error *err);
int sysdb_account_by_subject(struct sysdb *db, const char *subject, struct sys_account *out, struct lt_error *err);
/* All fields but id and created. */
int sysdb_account_update(struct sysdb *db, const struct sys_account *a, struct lt_error *err);
/* subject: of this person or pupil; NULL: all */
int sysdb_account_list(struct sysdb *db, const char *subject, int limit, const char *cursor, json_t **items, char **next, struct lt_error *err);
int sysdb_account_remove_subject(struct sysdb *db, const char *subject, struct lt_error *err);

/* --- sessions and tokens: kept as SHA-256 of the secret --- */
struct sys_session {
    char id[37];
    char account[37];
    char kind[8];    /* "session" or "token" */
    char title[128]; /* device or purpose, by the owner */
    char scope[256]; /* "" = all of the account's; else use case ids separated by spaces */
    int64_t created, last_used, expires;
    int64_t idle; /* of a session just found: ms since it was used before */
};
int sysdb_session_add(struct sysdb *db, const struct sys_session *s, const char sha256[65], struct lt_error *err);
/* LT_NOTFOUND "session.unknown" also when expired; notes last_used at most once a minute. */
int sysdb_session_find(struct sysdb *db, const char sha256[65], struct sys_session *out, struct lt_error *err);
int sysdb_session_list(struct sysdb *db, const char *account, json_t **items, struct lt_error *err);
/* All of the account's but this one. */
int sysdb_session_end_others(struct sysdb *db, const char *account, const char *id, struct lt_error *err);
int sysdb_session_end(struct sysdb *db, const char *account, const char *id_or_null_for_all, struct lt_error *err);

/* --- the second factor --- */
struct sys_factor {
    char secret[65];   /* hex */
    bool confirmed;    /* asked for at sign-in; before that it is only being set up */
    int64_t last_step; /* of the last code taken: none is taken twice */
    int codes_left;    /* one-time codes for a lost device */
};
/* LT_NOTFOUND "factor.off" */
int sysdb_factor_get(struct sysdb *db, const char *account, struct sys_factor *out, struct lt_error *err);
/* A new one, not confirmed, in the place of any there was. */
int sysdb_factor_put(struct sysdb *db, const char *account, const char *secret, int64_t now, struct lt_error *err);
int sysdb_factor_remove(struct sysdb *db, const char *account, struct lt_error *err);
/* Takes the code of a step, once, and with it confirms the factor. *taken false: that step or a later one was taken already. */
int sysdb_factor_step(struct sysdb *db, const char *account, int64_t step, bool *taken, struct lt_error *err);
/* The one-time codes as SHA-256, in the place of those there were; and one of them used up. */
int sysdb_factor_codes(struct sysdb *db, const char *account, const char (*sha256)[65], size_t n, struct lt_error *err);
int sysdb_factor_use_code(struct sysdb *db, const char *account, const char sha256[65], bool *taken, struct lt_error *err);

/* Places (hashes of addresses) from which the account was signed in; the last eight are kept. */
int sysdb_place_known(struct sysdb *db, const char *account, const char *place, int64_t since, bool *out, struct lt_error *err);
int sysdb_place_note(struct sysdb *db, const char *account, const char *place, int64_t now, struct lt_error *err);

/* --- access log --- */
struct sys_access {
    int64_t at;           /* ms */
    const char *actor;    /* person id, pupil id or local:<user> */
    const char *account;  /* account id or "" */
    const char *use_case;
    const char *outcome;  /* "done", "denied", "refused" */
    const char *pupils;   /* ids separated by spaces; "" where no pupil is concerned */
    const char *object;   /* id or "" */
    const char *request;  /* id of the request */
    const char *door;     /* "cli", "http", "plugin" */
};
/* Rows are chained: each holds SHA-256 over itself and the hash before it. All rows in one transaction, which may be that of sysdb_begin. */
int sysdb_access_add(struct sysdb *db, const struct sys_access *rows, size_t n, struct lt_error *err);
/* filters: pupil, actor, not_actor, use_case, from, to (dates); newest first */
int sysdb_access_list(struct sysdb *db, const json_t *filters, int limit, const char *cursor, json_t **items,
                      char **next, struct lt_error *err);
/* The last row's number (0: none) and hash; the hash of the nth row: LT_NOTFOUND "log.no_row". */
int sysdb_access_end(struct sysdb *db, int64_t *n, char hash[65], struct lt_error *err);
int sysdb_access_hash(struct sysdb *db, int64_t n, char hash[65], struct lt_error *err);
/* LT_REFUSED "log.chain_broken" (at). */
int sysdb_access_verify(struct sysdb *db, uint64_t *rows, struct lt_error *err);

/* --- jobs --- */
struct sys_job {
    char id[37];
    char kind[48];
    char owner[80];   /* actor */
    char state[12];   /* queued, running, done, failed, cancelled */
    int done, total;
    int64_t created, changed;
};
/* input and result are JSON objects or NULL */
int sysdb_job_add(struct sysdb *db, const struct sys_job *j, const json_t *input, struct lt_error *err);
int sysdb_job_get(struct sysdb *db, const char *id, struct sys_job *out, json_t **input, json_t **result, struct lt_error *err);
int sysdb_job_update(struct sysdb *db, const struct sys_job *j, const json_t *result, struct lt_error *err);
/* owner NULL: all */
int sysdb_job_list(struct sysdb *db, const char *owner, int limit, const char *cursor, json_t **items, char **next,
                   struct lt_error *err);

/* From one state to another, where it is in the first one: true. */
int sysdb_job_move(struct sysdb *db, const char *id, const char *from, const char *to, int64_t at, bool *moved, struct lt_error *err);
/* Ids of those queued or running, the oldest first. */
int sysdb_job_unfinished(struct sysdb *db, json_t **ids, struct lt_error *err);
/* How many of the owner's are not ended. */
int sysdb_job_waiting(struct sysdb *db, const char *owner, int *n, struct lt_error *err);
/* Ids of those that ended before. */
int sysdb_job_ended_before(struct sysdb *db, int64_t at, json_t **ids, struct lt_error *err);
int sysdb_job_purge(struct sysdb *db, int64_t before, struct lt_error *err);

/* --- notices and personal settings --- */
int sysdb_notice_add(struct sysdb *db, const char *subject, const char *kind, const json_t *about, struct lt_error *err);
int sysdb_notice_list(struct sysdb *db, const char *subject, bool unread_only, int limit, const char *cursor,
                      json_t **items, char **next, struct lt_error *err);
int sysdb_notice_read(struct sysdb *db, const char *subject, const char *id, struct lt_error *err);
/* [{id, subject, kind, at (ms), about}]: those whose id is there already are left as they are. All or none. */
int sysdb_notices_put(struct sysdb *db, const json_t *notices, struct lt_error *err);
int sysdb_notice_count(struct sysdb *db, const char *subject, int64_t *unread, struct lt_error *err);
int sysdb_notice_read_all(struct sysdb *db, const char *subject, struct lt_error *err);
/* [{subject, newest (ms)}] of those with unread ones. */
int sysdb_notice_waiting(struct sysdb *db, json_t **items, struct lt_error *err);
int sysdb_notice_purge(struct sysdb *db, int64_t before, struct lt_error *err);
/* An empty object when nothing was set. */
int sysdb_setting_get(struct sysdb *db, const char *subject, json_t **out, struct lt_error *err);
int sysdb_setting_put(struct sysdb *db, const char *subject, const json_t *settings, struct lt_error *err);

/* --- answers kept for repeated calls --- */
/* By actor and key, for 48 hours. LT_NOTFOUND "answer.absent": the call was not made before. Putting is not flushed by itself, unless inside sysdb_begin: what it
 * stands for is in the journal or in the commits. */
int sysdb_answer_get(struct sysdb *db, const char *account, const char *key, json_t **out, struct lt_error *err);
int sysdb_answer_put(struct sysdb *db, const char *account, const char *key, const json_t *answer, struct lt_error *err);

/* Removes those past their term. */
int sysdb_answer_purge(struct sysdb *db, struct lt_error *err);

/* Changes of one thread between the two are done whole or not at all; others wait. sysdb_end with commit = false takes them back. */
int sysdb_begin(struct sysdb *db, struct lt_error *err);
int sysdb_end(struct sysdb *db, bool commit, struct lt_error *err);

/* Removes what there is of these people: accounts with all that hangs on them, notices to and about them, settings, kept answers and jobs that name them.
 * What was answered to other calls of late, and what other ended jobs were asked and gave, is forgotten: it may have named them. */
int sysdb_erase(struct sysdb *db, const json_t *subjects, struct lt_error *err);
int sysdb_scrub(struct sysdb *db, struct lt_error *err); /* as index_scrub */

int sysdb_check(struct sysdb *db, struct lt_error *err);

/* --- wrong passwords of late (usecase/guess.h) --- */

struct sys_guess {
    int64_t slot;
    uint64_t key, login; /* key 0: the row goes */
    int64_t last, until, wrong;
};
/* All or none. */
int sysdb_guess_put(struct sysdb *db, const struct sys_guess *rows, size_t n, struct lt_error *err);
int sysdb_guess_each(struct sysdb *db, void (*each)(void *user, const struct sys_guess *g), void *user, struct lt_error *err);

/* --- copies --- */
/* All of it as it stands at this moment, into a new file at `path` (not flushed); others go on writing. step (may be NULL) is called now and then; what it
 * returns other than 0 ends the copying and is returned. */
int sysdb_copy(struct sysdb *db, const char *path, int (*step)(void *user, int done, int total), void *user, struct lt_error *err);
/* Of a database that was taken from a copy: sessions are ended, jobs that were waiting or running are cancelled, kept answers go. */
struct sys_settled {
    int64_t sessions, jobs;
};
int sysdb_settle_copy(struct sysdb *db, struct sys_settled *out, struct lt_error *err);

#endif
