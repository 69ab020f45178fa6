/* Who may do what. The matrix is data: rows of rights (docs/rights.md shows them), columns are standings, the
 * ways in which an actor stands to a target on a day. The whole authorisation of a request is st =
 * model_standing(actor, target, today);  model_allowed("entry.verify", st, &facts) and a list is filtered by
 * model_scope(), which gives the same answer. Pure, any thread. */
#ifndef LT_MODEL_RIGHTS_H
#define LT_MODEL_RIGHTS_H

#include "base/clock.h"
#include "model/entry.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* --- standings --- */

#define MODEL_ST_LOCAL            (UINT64_C(1) << 0) /* reads the data folder itself: no account */
#define MODEL_ST_LOCAL_ACTS_OFF   (UINT64_C(1) << 1) /* fact: setting local.acts = off */
#define MODEL_ST_ACCOUNT          (UINT64_C(1) << 2) /* any account that is signed in */
#define MODEL_ST_CONFIRMED        (UINT64_C(1) << 3) /* fact: that account is confirmed */
#define MODEL_ST_SELF             (UINT64_C(1) << 4) /* the pupil */
#define MODEL_ST_GUARDIAN_SEE     (UINT64_C(1) << 5) /* guardian that day, by right */
#define MODEL_ST_GUARDIAN_ADD     (UINT64_C(1) << 6)
#define MODEL_ST_GUARDIAN_CONSENT (UINT64_C(1) << 7)
#define MODEL_ST_GUARDIAN_PAPERS  (UINT64_C(1) << 8)
#define MODEL_ST_STAFF            (UINT64_C(1) << 9) /* any role that day */
#define MODEL_ST_CLASS_TEACHER                                                                               \
    (UINT64_C(1) << 10) /* class teacher or substitute of the pupil's class (or target class) */
#define MODEL_ST_TEACHER_CLASS                                                                               \
    (UINT64_C(1) << 11) /* teaches a subject in the pupil's class (or target class) */
#define MODEL_ST_TEACHER_GROUP                                                                               \
    (UINT64_C(1) << 12) /* teaches a group of the pupil, by group or programme (or target group) */
#define MODEL_ST_ENTRY_SUBJECT                                                                               \
    (UINT64_C(1) << 13) /* the entry's subject is the actor's in the pupil's class */
#define MODEL_ST_ENTRY_GROUP  (UINT64_C(1) << 14) /* the entry's group is the actor's */
#define MODEL_ST_EVENT_LEADER (UINT64_C(1) << 15) /* leads the event, or the event the entry came from */
#define MODEL_ST_DEPUTY                                                                                      \
    (UINT64_C(1) << 16) /* deputy head within the limits of levels, and of areas for an entry */
#define MODEL_ST_DEPUTY_FULL        (UINT64_C(1) << 17) /* the same without a limit of areas: whole portfolios */
#define MODEL_ST_ANY_DEPUTY         (UINT64_C(1) << 18) /* deputy head of anything */
#define MODEL_ST_ANY_CLASS_TEACHER  (UINT64_C(1) << 19)
#define MODEL_ST_ANY_TEACHER        (UINT64_C(1) << 20)
#define MODEL_ST_DIRECTOR           (UINT64_C(1) << 21)
#define MODEL_ST_CLERK              (UINT64_C(1) << 22)
#define MODEL_ST_SYSADMIN           (UINT64_C(1) << 23)
#define MODEL_ST_DUTY_OLYMPIADS     (UINT64_C(1) << 24) /* for an entry: only activity olympiad */
#define MODEL_ST_DUTY_GTO           (UINT64_C(1) << 25) /* for an entry: only activity gto */
#define MODEL_ST_DUTY_CEREMONY      (UINT64_C(1) << 26)
#define MODEL_ST_DUTY_PUBLICATION   (UINT64_C(1) << 27)
#define MODEL_ST_DUTY_BOOKS         (UINT64_C(1) << 28)
#define MODEL_ST_DUTY_CUSTODY       (UINT64_C(1) << 29)
#define MODEL_ST_DUTY_STORAGE       (UINT64_C(1) << 30)
#define MODEL_ST_DUTY_PERSONAL_DATA (UINT64_C(1) << 31)
#define MODEL_ST_SELF_ENTRY         (UINT64_C(1) << 32) /* the pupil, and the entry is the family's */
#define MODEL_ST_GUARDIAN_ENTRY     (UINT64_C(1) << 33) /* guardian with add, and the entry is the family's */
#define MODEL_ST_AUTHOR             (UINT64_C(1) << 34) /* made the review, batch or job */
#define MODEL_ST_ASKED              (UINT64_C(1) << 35) /* is asked for the review */
#define MODEL_ST_OWN_PERSON         (UINT64_C(1) << 36) /* the person (or account) is the actor's own */
#define MODEL_ST_CLASS_PERSON                                                                                \
    (UINT64_C(1) << 37) /* class teacher of the pupil whose guardian the person is */
#define MODEL_ST_CLASS_ACCOUNT                                                                               \
    (UINT64_C(1) << 38) /* class teacher or deputy head of the pupil; the account (person) is the pupil's or \
                         * of a guardian who is no staff: nobody resets a director's by that */
#define MODEL_ST_CLERK_OTHER                                                                                 \
    (UINT64_C(1) << 39) /* clerk, and the account (person) is neither his own nor a director's */
#define MODEL_ST_COLLEAGUE (UINT64_C(1) << 40) /* staff, and the person is staff that day */
#define MODEL_ST_OWN_CHILD                                                                                   \
    (UINT64_C(1) << 41) /* bar: a relation to this pupil is recorded, whatever its dates */
#define MODEL_ST_OWN_INPUT (UINT64_C(1) << 42) /* bar: the actor entered the entry as family */
#define MODEL_ST_OTHER_GUARDIAN                                                                              \
    (UINT64_C(1) << 43) /* bar: the person is another guardian of the actor's own child */
#define MODEL_ST_COUNT 44

#define MODEL_ST_FAMILY                                                                                      \
    (MODEL_ST_SELF | MODEL_ST_GUARDIAN_SEE | MODEL_ST_GUARDIAN_ADD | MODEL_ST_GUARDIAN_CONSENT |             \
     MODEL_ST_GUARDIAN_PAPERS | MODEL_ST_SELF_ENTRY | MODEL_ST_GUARDIAN_ENTRY)

/* Word of a single standing ("class_teacher"); NULL for another number. */
const char *model_standing_word(uint64_t bit);

struct model_actor {
    bool local; /* local owner: everything below empty */
    bool local_acts_off;
    bool confirmed;
    const char *account;     /* account id or login; NULL: nobody is signed in (or local) */
    const json_t *person;    /* person document of staff, guardian, mentor; NULL for pupils */
    const char *pupil;       /* own pupil id; NULL for persons */
    const json_t *relations; /* array [{pupil, kind, rights, from, to, pupil_birth (or birth)}]: the person's
                                children */
    const json_t *programme_groups; /* object {group id: programme id} for the programmes the person teaches;
                                       may be NULL */
    const json_t *events;           /* array of ids of events the person leads (created.by); may be NULL */
};

/* What the request is about; what does not apply stays NULL. An entry, consent or review comes with its
 * pupil. */
struct model_target {
    const json_t *pupil;   /* pupil.json */
    const json_t *classes; /* classes.json of that pupil */
    const json_t *entry;   /* entry.json: the newest revision, or the draft about to be added */
    const char *class_id;  /* a class itself */
    int class_number;      /* its number, for deputy heads limited by levels */
    const char *group_id;  /* a group itself */
    const json_t *event;   /* event document */
    const json_t
        *person; /* person document, or the account's person; with `pupil` = a child of that guardian */
    const json_t *person_pupils; /* array of ids: pupils of whom `person` is or was a guardian; may be NULL
                                    when `pupil` says it */
    bool pupil_account;          /* the account is that of `pupil` */
    const char *author;          /* actor who made the review, import batch or job */
    const char *asked;           /* person asked for the review */
};

uint64_t model_standing(const struct model_actor *actor, const struct model_target *target,
                        struct lt_date on);
/* Of a standing to an entry: a guardian who may add but not see has to do with the own entries alone. */
uint64_t model_standing_to_entry(uint64_t standing);

/* Has the person any role that day (a dismissed person has none from the day of dismissal)? */
bool model_person_is_staff(const json_t *person, struct lt_date on);
/* Does the role run that day? Person-wide dismissal is not looked at. */
bool model_role_current(const json_t *role, struct lt_date on);
/* The item of classes.json whose term holds the day (borrowed), or NULL. */
const json_t *model_class_on(const json_t *classes, struct lt_date on);

/* --- rights --- */

enum model_right_about { /* what a target of the right is: decides which keys a scope has */
                         MODEL_ABOUT_SCHOOL,
                         MODEL_ABOUT_CLASS,
                         MODEL_ABOUT_GROUP,
                         MODEL_ABOUT_PUPIL,
                         MODEL_ABOUT_ENTRY,
                         MODEL_ABOUT_EVENT,
                         MODEL_ABOUT_PERSON,
                         MODEL_ABOUT_OWN /* things with an author: batches, jobs */
};

#define MODEL_RIGHT_CONFIRMED 1u /* on screen only by a confirmed account */
#define MODEL_RIGHT_LOCAL_OFF 2u /* barred to local actors when local.acts = off */

struct model_right {
    const char *id;
    const char *summary; /* English, for docs/rights.md */
    enum model_right_about about;
    uint64_t allowed; /* any of these */
    uint64_t barred;  /* none of these */
    unsigned flags;
};

/* Ids: school.read school.set; class.read class.manage class.promote; programme.read programme.manage;
 * group.read group.manage group.enrol; pupil.list pupil.read pupil.add pupil.edit pupil.decorate pupil.move
 * pupil.leave pupil.erase; person.read person.add person.manage person.dismiss person.contacts; role.grant;
 * guardian.link; account.list account.create account.confirm account.reset account.disable account.factor account.own;
 * entry.list entry.read entry.history entry.add entry.edit entry.submit entry.verify entry.return
 * entry.withdraw entry.hide entry.dispute entry.answer; file.read file.add; review.read review.ask review.add
 * review.decline review.retract; portfolio.read portfolio.arrange portfolio.export portfolio.bundle
 * portfolio.check; consent.read consent.give consent.confirm consent.withdraw consent.paper; goal.read goal.write goal.comment skill.read
 * skill.add skill.edit; share.read share.create share.confirm share.revoke; event.read
 * event.participants event.add event.manage event.close; import.roster import.results import.class olympiad.read olympiad.statement import.list
 * import.undo; channel.read channel.manage; publication.plan publication.run publication.status
 * publication.retract; log.access log.changes; job.read job.cancel; plugin.read plugin.manage; system.status
 * system.maintain; backup.run backup.read backup.code; award.kinds award.manage award.read award.nominate award.judge; notice.list notice.due; search. */
const struct model_right *model_right(const char *id); /* NULL when there is none */
const struct model_right *model_right_at(size_t i);    /* NULL past the end */

/* facts: of the entry, for rights about entries (NULL otherwise). A sensitive entry is for family, class
 * teacher and deputy head only; a family's draft and what the family took back are for the family only. An
 * unknown right is false. */
bool model_allowed(const char *right, uint64_t standings, const struct model_entry_facts *facts);
/* The same as a status: 0; LT_DENIED with "denied.own_child", "denied.own_input", "denied.other_guardian",
 * "denied.unconfirmed", "denied.local_acts", "denied.sensitive", else "denied.right" (param right).
 * Family-only entries are LT_NOTFOUND "entry.absent": staff are not told that they exist. */
int model_authorise(const char *right, uint64_t standings, const struct model_entry_facts *facts,
                    struct lt_error *err);
/* Source kind of what this actor enters for the pupil: "pupil", "guardian" (also for staff with an own
 * child), else "staff". */
const char *model_source_kind(uint64_t standings);

/* --- lists --- */

/* The same answer as a filter. LT_DENIED "denied.right" when nothing can be seen. *scope NULL = everything.
 * Otherwise an object; a row is admitted when it fits any of "all": true "pupils": […]            pupil id
 *   "classes": […]           class of the pupil on that day (class id for rights about classes)
 *   "levels": ["ooo"]        level of education by the number of that class
 *   "groups": […]            rights about entries: the entry's group; others: a group of the pupil that day
 *   "events": […]            event, or event the entry came from
 *   "sections": […]          section of the entry
 *   "level_sections": ["ooo\u001fstudy"]
 *   "activities": […]        activity of the entry
 *   "class_subjects": ["<class>\u001f<subject>"]  class of the pupil that day and subject of the entry
 *   "family_entries_of": […] pupil id, entries whose source is the family
 *   "made_by": id            author of the batch, job or review
 *   "asked_of": id           person asked for the review
 *   "persons": […]           person id
 *   "staff": true            persons with a role that day
 * (scopes of rights about persons are rough: who is in them is judged once more one by one) and none of
 *   "except_pupils": […]     own children
 *   "except_source_by": id   entries this person entered as family
 * For rights about entries "sensitive" and "family_only" hold a scope of their own (an object of the keys
 * above, {} = none) for such rows; family_only is asked first, and ordinary keys are then not asked. */
int model_scope(const char *right, const struct model_actor *actor, struct lt_date on, json_t **scope,
                struct lt_error *err);

struct model_scope_row {
    const char *pupil, *klass; /* id of the pupil's class that day */
    int class_number;
    const json_t *groups; /* array of ids: the pupil's groups that day (rights not about entries) */
    const struct model_entry_facts *entry;
    const char *event, *person, *author, *asked;
    bool staff; /* the person has a role that day */
};
/* Does the scope admit the row? For lists that are filtered in memory, and the reference of the index's
 * filters. */
bool model_scope_admits(const json_t *scope, const struct model_scope_row *row);

#endif
