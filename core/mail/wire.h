/* Private: what goes between mail.c and letopis-mail.so. Arguments {host, port, tls, user, password, ca, from, addresses: "1.2.3.4,…", letters: [{to, bytes}]};
 * for each letter a frame of JSON {n, sent, reply}. Refusal "mail.failed" {why}. */
#ifndef LT_MAIL_WIRE_H
#define LT_MAIL_WIRE_H

#include "sandbox/frame.h"

#define MAIL_FRAME_DONE SANDBOX_FRAME_USER

#endif
