/* Letters that say that there is something new: a number and a link, nothing about anybody. Once a day or a week, as each person wishes (notice
 * settings), after the hour the installation names. */
#ifndef LT_USECASE_NOTICE_MAIL_H
#define LT_USECASE_NOTICE_MAIL_H

#include "usecase/usecase.h"

/* Nothing where letopis.conf has no mail.server:
 *
 *     [mail]
 *         server = smtp.school.example:587      port 587, with tls = tls 465, with plain 25
 *         tls = starttls                        starttls (required), tls, plain (only to this machine)
 *         user = letopis
 *         passwordfile = keys/mail              below the data folder or absolute; mode 0600
 *         from = letopis@school.example
 *         link = https://letopis.school.example/
 *         ca = /etc/ssl/own.pem                 instead of the system's certificates
 *         hour = 18                             no letter before that hour
 *
 * LT_REFUSED "mail.password_file" (path), "mail.plain" (server), "mail.setting" (name); what mail_send says. */
int notice_mail_app(struct lt_app *app, struct lt_error *err);

#endif
