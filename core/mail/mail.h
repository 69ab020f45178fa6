/* Letters through the school's mail server, sent by a child that may do nothing but talk to that server (letopis-mail.so, libcurl).
 * Its password and the letters go to the child through its socket, never through a command line. */
#ifndef LT_MAIL_MAIL_H
#define LT_MAIL_MAIL_H

#include "base/error.h"
#include "sandbox/child.h"
#include "sandbox/module.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mail_tls {
    MAIL_STARTTLS, /* required, not merely offered */
    MAIL_TLS,      /* from the first byte */
    MAIL_PLAIN     /* a relay on this machine */
};

struct mail_server {
    const char *host;
    unsigned port;
    enum mail_tls tls;
    const char *user, *password; /* NULL: none */
    const char *from;            /* address */
    const char *from_name;       /* may be NULL */
    const char *ca;              /* certificates that are trusted, PEM; NULL: those of the system */
};

struct mail_letter {
    const char *to;      /* address */
    const char *subject; /* UTF-8, one line */
    const char *text;    /* UTF-8 */
    const char *id;      /* left of the @ in Message-ID: the same for a repetition */
    bool sent;           /* answer: the server took it */
    int reply;           /* the server's code of refusal, e.g. 550; 0: none */
};

enum { MAIL_LETTERS = 100 }; /* of one call */

/* An address as it may stand in a letter's head: ASCII, one @, none of the characters by which a head could be lengthened. */
bool mail_address_valid(const char *address);

/* Sends them over one connection; 0 also when the server refused some (see `sent`). LT_USAGE "mail.address"; LT_SYSTEM "mail.failed" {why}
 * when there is no talking to the server, "sandbox.unavailable"; the letters before the failure are marked. */
int mail_send(const struct sandbox_config *config, const struct mail_server *server, struct mail_letter *letters, size_t n, int64_t now_ms,
              struct lt_error *err);

/* For sandbox_child_main_kinds: --mail HOST:PORT. */
extern const struct sandbox_kind mail_kind;

#endif
