/* Messages. core/<folder>/po/<topic>.<lang>.po and cli/po/ are compiled into tables of the program; a message is looked up by language and id
 * (msgid = id such as "error.entry.revision_moved"), without setlocale. Placeholders are {name}. A message with
 * msgid_plural chooses its form by the parameter {n}. */
#ifndef LT_BASE_I18N_H
#define LT_BASE_I18N_H

#include "base/buf.h"
#include "base/error.h"

enum lt_lang { LT_RU, LT_EN };

/* "ru", "ru_RU.UTF-8", "en", "en_GB" by prefix; anything else and NULL: dflt. */
enum lt_lang lt_lang_parse(const char *s, enum lt_lang dflt);
/* --lang (may be NULL), LC_ALL, LC_MESSAGES, LANG in this order by prefix, else Russian. */
enum lt_lang lt_lang_pick(const char *option);
const char *lt_lang_word(enum lt_lang lang); /* "ru", "en" */

/* The text as written, never NULL: an unknown id gives the id itself. */
const char *lt_msg(enum lt_lang lang, const char *id);
bool lt_msg_known(enum lt_lang lang, const char *id);
/* Text of label.<set>.<value>, or value itself: lt_label(LT_RU, "level", "municipal"). */
const char *lt_label(enum lt_lang lang, const char *set, const char *value);

/* Appends the message with its parameters put in: pairs of C strings ended by NULL. */
int lt_msg_add(struct lt_buf *out, enum lt_lang lang, const char *id, ...) __attribute__((sentinel));

/* The sentence for an error ("error." + code). A parameter whose value has a label label.<name>.<value> is put in by that
 * label: errors carry codes ("state", "draft"), the reader gets words. */
int lt_error_text(struct lt_buf *out, enum lt_lang lang, const struct lt_error *err);

/* Every id, in order, for tests (each message exists in both languages with the same placeholders). NULL past the end. */
const char *lt_msg_id(enum lt_lang lang, size_t i);

#endif
