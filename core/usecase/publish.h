/* Publishing, for the nouns channel and publication: what consents cover is decided here, before anything is handed to a plugin.
 *
 * A publication document (publications/<channel>/<id>.json) says that an entry is shown at a channel with these fields. It is written
 * before readers can see it, and set to removed after they no longer can. A document without an entry is the family's or the school's word that
 * nothing of the pupil be shown there (retract). */
#ifndef LT_USECASE_PUBLISH_H
#define LT_USECASE_PUBLISH_H

#include "usecase/call.h"

#include "model/consent.h"
#include "usecase/mask.h"

/* Bits of a set of fields, in the order of the words of consent_field. */
enum publish_field {
    PUBLISH_NAME = 1 << 0,
    PUBLISH_CLASS = 1 << 1,
    PUBLISH_TITLE = 1 << 3,
    PUBLISH_RESULT = 1 << 4,
    PUBLISH_ORGANISER = 1 << 5,
    PUBLISH_DATE = 1 << 6,
    PUBLISH_DOCUMENT = 1 << 7, /* pictures, as public copies alone */
    PUBLISH_REVIEW = 1 << 8,
    PUBLISH_MENTOR = 1 << 9,
    /* what a page of this program can show */
    PUBLISH_ALL = PUBLISH_NAME | PUBLISH_CLASS | PUBLISH_TITLE | PUBLISH_RESULT | PUBLISH_ORGANISER | PUBLISH_DATE | PUBLISH_DOCUMENT |
                  PUBLISH_REVIEW | PUBLISH_MENTOR
};
json_t *publish_field_words(unsigned fields);

/* --- the channel --- */

struct publish_channel {
    json_t *doc;
    char id[LT_ID_SIZE];
    const char *folder, *plugin, *names; /* borrowed from doc */
    enum lt_lang lang;
    size_t keep;
};
/* LT_NOTFOUND "channel.absent" also for a removed one. */
int publish_channel_open(struct uc_call *call, const char *id, struct publish_channel *out, struct lt_error *err);
void publish_channel_close(struct publish_channel *ch);
/* Value of a setting of the channel, or its default; settings of the program itself: lang, names, keep. */
const char *publish_setting(const json_t *channel, const char *name, const char *dflt);

/* --- one pupil --- */

struct publish_pupil {
    char id[LT_ID_SIZE];
    char key[33];        /* for addresses: unguessable, another at each channel */
    unsigned fields;     /* covered today at this channel */
    bool processing;     /* consent to processing stands: what rests on consent may be shown */
    const char *why;     /* word of publish_reason when nothing may be shown; NULL: something may */
    char *name;          /* as shown; NULL when not covered */
    char *order;         /* folded, for sorting */
    char klass[24];      /* as shown; "" when not covered or none */
    char head[VAULT_OID]; /* of the portfolio as it was when this was decided */
};
int publish_pupil_open(struct uc_call *call, const struct publish_channel *ch, const char *pupil, struct publish_pupil *out,
                       struct lt_error *err);
void publish_pupil_close(struct publish_pupil *p);

/* Name as the channel shows names (its setting `names`); malloc'ed, NULL: memory. */
char *publish_shown_name(const json_t *pupil, const char *form);

/* Rows of the list "showable" of a pupil, verified revisions and masks inside. */
int publish_entries(struct uc_call *call, const char *pupil, json_t **out, struct lt_error *err);
/* Why this showable entry is not shown, or NULL. */
const char *publish_entry_why(const struct publish_pupil *p, const json_t *verified);

/* Fields of this entry among `fields`: a mentor's name only where the mentor is a person of the school who agreed to it, today. */
unsigned publish_entry_fields(struct uc_call *call, unsigned fields, const json_t *verified);

/* The pictures of a showable entry that these fields cover: pages with a public copy (model_mask_shown), twenty at most, and a short
 * name of all of them, another where any is painted over differently; an empty array and "" where there are none. */
struct publish_pictures {
    json_t *pages;
    char sum[MASK_KEY];
};
int publish_pictures(unsigned fields, const json_t *row, struct publish_pictures *out, struct lt_error *err);
/* Of these fields what one entry has: `document` only where there is something to see. */
unsigned publish_fields_of(unsigned fields, const struct publish_pictures *pictures);

/* One pupil's page as letopis/plugin.h says; shown: array of {verified, fields, more} in any order; `more` (keys put into the entry besides)
 * may be absent. */
int publish_item(struct uc_call *call, const struct publish_channel *ch, const struct publish_pupil *p, const json_t *shown,
                 struct lt_buf *out, struct lt_error *err);
/* The job document. */
int publish_job(struct uc_call *call, const struct publish_channel *ch, json_t **out, struct lt_error *err);

/* --- what stands in publications/ --- */

struct publish_known {
    char id[LT_ID_SIZE], pupil[LT_ID_SIZE], entry[LT_ID_SIZE];
    int64_t revision;
    unsigned fields;
    char pictures[MASK_KEY]; /* publish_pictures of what is shown; "": none */
    bool shown;     /* state published or removing: readers may see it */
    bool removing;
    bool retracted;
    unsigned now;   /* fields shown by the release being made; 0 = not in it */
    int64_t now_revision;
    char now_pictures[MASK_KEY];
};
struct publish_list {
    struct publish_known *v; /* sorted by entry */
    size_t len, cap;
};
int publish_known_read(struct uc_call *call, const char *channel, const char *pupil, struct publish_list *out, struct lt_error *err);
/* Is something of its pictures to be taken away, now that they would be `sum`? */
bool publish_pictures_lost(const struct publish_known *k, const char *sum);
struct publish_known *publish_known_find(const struct publish_list *l, const char *entry);
/* Was the pupil as a whole taken off this channel? */
bool publish_known_barred(const struct publish_list *l, const char *pupil);
void publish_known_free(struct publish_list *l);

/* --- a run --- */

enum publish_mode {
    PUBLISH_RUN,   /* everything that is covered */
    PUBLISH_REDUCE /* only what is shown already and still covered: takes down, shows nothing new */
};
struct publish_result {
    char release[LT_ID_SIZE];
    size_t pupils, entries, added, changed, removed;
    bool cleared; /* the new release could not be made: everything was taken down instead */
};
/* only: removals are written down for this pupil alone (NULL: all). */
int publish_run(struct uc_call *call, const struct publish_channel *ch, enum publish_mode mode, const char *only,
                struct publish_result *out, struct lt_error *err);
/* Takes down all that stands at the channel; the documents say removed. */
int publish_clear(struct uc_call *call, const struct publish_channel *ch, size_t *removed, struct lt_error *err);
/* Makes a known publication (or a new one, id "") into a document inside the transaction. */
int publish_put(struct uc_call *call, struct uc_tx *tx, const char *channel, const struct publish_known *k, const char *state,
                const char *release, bool retracted, struct lt_error *err);

/* Compares what is published with the consents of today at every channel and takes down what is no longer covered (pupil NULL:
 * everybody's). *removed: how many publications came down. To be called when a consent is withdrawn or a dispute is opened, at the start
 * of a server, and hourly. */
int publication_due(struct uc_call *call, const char *pupil, size_t *removed, struct lt_error *err);
/* After any accepted change about one pupil: a withdrawal, a refusal, a dispute, a hidden or taken back entry takes effect on the pages
 * at once. A failure changes nothing in the answer, for the change stands; what is due is done by the next hourly call. */
void publication_after(struct uc_call *call);
/* A mentor does not want to be named any more: pages that name them are made anew without the name. As above, a failure changes nothing in the
 * answer: publication_due finds what is left. */
void publication_unnamed(struct uc_call *call, const char *person);
/* The same as a call of its own, by the owner of the data folder: the row publication.due. */
int publication_due_app(struct lt_app *app, const char *local_user, struct lt_error *err);

#endif
