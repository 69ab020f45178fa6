/* Guessing of passwords and codes is slowed down, by three counts (bounded; kept in system.db as sums with a key of the installation, so that a
 * restart opens no door; a login that is right at once never touches the disk for it):
 *
 *   login and place   five free tries, then 30 s and twice as long after each further one, an hour at most: whoever guesses is
 *                     stopped, the owner of the account, who sits elsewhere, is not
 *   place             a hundred wrong ones, ten of which are forgiven a minute: one who tries many logins
 *   login             fifty wrong ones from anywhere, one forgiven each half hour, then a minute after each; not for places from which the
 *                     account was signed in during the last month: nobody can be kept out by strangers for ever
 *
 * A place is the address of the other side, of IPv6 its first 64 bits; this machine's own program is a place too. An address of this machine (a
 * proxy that does not say for whom it asks) does not count as a place alone. A login counts whether there is such an account or not. While it
 * is locked nothing is judged, so that a right password is answered as a wrong one. */
#ifndef LT_USECASE_GUESS_H
#define LT_USECASE_GUESS_H

#include "usecase/call.h"

struct guesses;
struct guesses *guesses_new(void); /* NULL: memory */
void guesses_free(struct guesses *g);
/* What the last run knew; without it the counts begin anew. Once, before the first call. */
int guesses_load(struct lt_app *app, struct lt_error *err);

/* One try; counted as wrong from its beginning, so that many at once are counted. */
struct guess {
    uint64_t pair, place, login;
    char place_word[65]; /* for known places */
};
/* LT_DENIED "session.locked" or "session.address_locked" {seconds}. */
int guess_begin(struct uc_call *call, const char *login, struct guess *out, struct lt_error *err);
/* It was no guess: taken back. done: the person is in, and the place is known from now on. */
void guess_right(struct uc_call *call, const struct guess *g, const char *account, bool done);
/* A new password was given out: nobody is locked out of this login any more. */
void guess_forgive(struct lt_app *app, const char *login);

#endif
