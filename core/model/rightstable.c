/* The authorisation matrix. One row a right; docs/rights.md shows the same, and a test keeps them equal. */
#include "model/rights.h"

#include "base/mem.h"

#include <string.h>

#define L              MODEL_ST_LOCAL
#define ACCOUNT        MODEL_ST_ACCOUNT
#define SELF           MODEL_ST_SELF
#define SEE            MODEL_ST_GUARDIAN_SEE
#define ADD            MODEL_ST_GUARDIAN_ADD
#define CONSENT        MODEL_ST_GUARDIAN_CONSENT
#define STAFF          MODEL_ST_STAFF
#define CLASS          MODEL_ST_CLASS_TEACHER
#define TEACHES        (MODEL_ST_TEACHER_CLASS | MODEL_ST_TEACHER_GROUP)
#define GROUP          MODEL_ST_TEACHER_GROUP
#define OF_SUBJECT     MODEL_ST_ENTRY_SUBJECT
#define OF_GROUP       MODEL_ST_ENTRY_GROUP
#define LEADER         MODEL_ST_EVENT_LEADER
#define DEPUTY         MODEL_ST_DEPUTY
#define DEPUTY_FULL    MODEL_ST_DEPUTY_FULL
#define ANY_DEPUTY     MODEL_ST_ANY_DEPUTY
#define ANY_TEACHER    (MODEL_ST_ANY_TEACHER | MODEL_ST_ANY_CLASS_TEACHER)
#define ANY_CLASS      MODEL_ST_ANY_CLASS_TEACHER
#define DIRECTOR       MODEL_ST_DIRECTOR
#define CLERK          MODEL_ST_CLERK
#define SYSADMIN       MODEL_ST_SYSADMIN
#define OLYMPIADS      MODEL_ST_DUTY_OLYMPIADS
#define GTO            MODEL_ST_DUTY_GTO
#define CEREMONY       MODEL_ST_DUTY_CEREMONY
#define PUBLISHER      MODEL_ST_DUTY_PUBLICATION
#define BOOKS          MODEL_ST_DUTY_BOOKS
#define CUSTODY        MODEL_ST_DUTY_CUSTODY
#define STORAGE        MODEL_ST_DUTY_STORAGE
#define PERSONAL       MODEL_ST_DUTY_PERSONAL_DATA
#define SELF_ENTRY     MODEL_ST_SELF_ENTRY
#define PARENT_ENTRY   MODEL_ST_GUARDIAN_ENTRY
#define AUTHOR         MODEL_ST_AUTHOR
#define ASKED          MODEL_ST_ASKED
#define OWN_PERSON     MODEL_ST_OWN_PERSON
#define CLASS_PERSON   MODEL_ST_CLASS_PERSON
#define CLASS_ACCOUNT  MODEL_ST_CLASS_ACCOUNT
#define CLERK_OTHER    MODEL_ST_CLERK_OTHER
#define COLLEAGUE      MODEL_ST_COLLEAGUE
#define OWN_CHILD      MODEL_ST_OWN_CHILD
#define OWN_INPUT      MODEL_ST_OWN_INPUT
#define OTHER_GUARDIAN MODEL_ST_OTHER_GUARDIAN
#define CONFIRMED      MODEL_RIGHT_CONFIRMED
#define LOCAL_OFF      MODEL_RIGHT_LOCAL_OFF

/* who reads an entry; in the use cases of awards, books and publication the right of that use case is asked
 * instead */
#define READS    (L | SELF | SEE | CLASS | OF_SUBJECT | OF_GROUP | LEADER | DEPUTY | DIRECTOR | OLYMPIADS | GTO)
#define ENTERS   (L | CLASS | OF_SUBJECT | OF_GROUP | LEADER | DEPUTY | OLYMPIADS | GTO)
#define VERIFIES (L | CLASS | OF_GROUP | DEPUTY | DIRECTOR | OLYMPIADS | GTO)
#define NOT_OWN  (OWN_CHILD | OWN_INPUT)
#define OFFICE   (L | DIRECTOR | CLERK | ANY_DEPUTY)

static const struct model_right rights[] = {
#define R(id_, summary_, about_, allowed_, barred_, flags_)                                                  \
    {                                                                                                        \
        .id = (id_), .summary = (summary_), .about = MODEL_ABOUT_##about_, .allowed = (allowed_),            \
        .barred = (barred_), .flags = (flags_)                                                               \
    }
    R("school.read", "name and settings of the school", SCHOOL, L | ACCOUNT, 0, 0),
    R("school.set", "change settings", SCHOOL, L | DIRECTOR | SYSADMIN, 0, 0),

    R("class.read", "list of classes", CLASS, L | STAFF, 0, 0),
    R("class.manage", "add and change classes", CLASS, OFFICE, 0, 0),
    R("class.promote", "plan and run promotion to the next year", CLASS, OFFICE, 0, 0),
    R("class.board", "the class as a board of marks", CLASS, L | CLASS | DEPUTY | DIRECTOR, 0, 0),
    R("class.accounts", "accounts of the class's pupils and their guardians", CLASS, OFFICE | CLASS, 0, 0),
    R("class.consents", "who of the class gave which consent", CLASS, L | CLASS | DEPUTY | DIRECTOR | CLERK | PUBLISHER | PERSONAL, 0, 0),

    R("programme.read", "list of programmes", SCHOOL, L | STAFF, 0, 0),
    R("programme.manage", "add and change programmes", SCHOOL, OFFICE, 0, 0),
    R("group.read", "list of study groups", GROUP, L | STAFF, 0, 0),
    R("group.manage", "add and change study groups", GROUP, OFFICE, 0, 0),
    R("group.enrol", "enrol pupils in a group and let them leave", GROUP, OFFICE | GROUP, 0, 0),

    R("pupil.list", "name and class in lists", PUPIL,
      L | SELF | SEE | CLASS | TEACHES | DEPUTY | DIRECTOR | CLERK | OLYMPIADS | GTO | CEREMONY | PUBLISHER |
          BOOKS | CUSTODY | PERSONAL,
      0, 0),
    R("pupil.read", "the card", PUPIL,
      L | SELF | SEE | CLASS | TEACHES | DEPUTY | DIRECTOR | CLERK | OLYMPIADS | GTO | BOOKS | CUSTODY |
          PERSONAL,
      0, 0),
    R("pupil.add", "enter a pupil", SCHOOL, OFFICE, 0, 0),
    R("pupil.edit", "change the card", PUPIL, L | CLASS | DEPUTY | DIRECTOR | CLERK, OWN_CHILD, 0),
    R("pupil.decorate", "cover and «About me»", PUPIL, L | SELF | ADD, 0, 0),
    R("pupil.move", "move to another class", PUPIL, L | DEPUTY | DIRECTOR | CLERK, 0, 0),
    R("pupil.leave", "record leaving and return by order", PUPIL, L | DEPUTY | DIRECTOR | CLERK, 0, 0),
    R("pupil.erase", "destroy a portfolio by act", PUPIL, L | DIRECTOR, OWN_CHILD, LOCAL_OFF),

    R("person.read", "name and roles of a person", PERSON,
      OFFICE | COLLEAGUE | OWN_PERSON | CLASS_PERSON | PERSONAL, 0, 0),
    R("person.add", "enter staff, guardians, mentors", SCHOOL, OFFICE | ANY_CLASS, 0, 0),
    R("person.manage", "change a person", PERSON, OFFICE | CLASS_ACCOUNT, OTHER_GUARDIAN, 0),
    R("person.dismiss", "end all roles of a person", PERSON, L | DIRECTOR | CLERK_OTHER, 0, 0),
    R("person.contacts", "telephone and e-mail", PERSON, OFFICE | OWN_PERSON | CLASS_PERSON, OTHER_GUARDIAN,
      0),
    R("person.naming", "let a mentor be named beside pupils, take it back", PERSON, OFFICE | OWN_PERSON | PERSONAL, 0, LOCAL_OFF),
    R("role.grant", "grant and revoke roles", PERSON, L | DIRECTOR | CLERK_OTHER, 0, 0),
    R("guardian.link", "link and unlink a guardian, set his rights", PUPIL,
      L | CLASS | DEPUTY | DIRECTOR | CLERK | PERSONAL, OWN_CHILD | OWN_PERSON, 0),

    R("account.list", "which accounts there are", PERSON, OFFICE | CLASS_ACCOUNT | PERSONAL | SYSADMIN, 0, 0),
    R("account.create", "make an account, print its slip", PERSON, L | DIRECTOR | CLERK_OTHER | CLASS_ACCOUNT,
      OWN_CHILD | OTHER_GUARDIAN, 0),
    R("account.confirm", "record the slip handed over against signature", PERSON,
      L | DIRECTOR | CLERK_OTHER | CLASS_ACCOUNT, OWN_CHILD | OTHER_GUARDIAN | OWN_PERSON, 0),
    R("account.reset", "give a new password", PERSON, L | DIRECTOR | CLERK_OTHER | CLASS_ACCOUNT,
      OWN_CHILD | OTHER_GUARDIAN | OWN_PERSON, 0),
    R("account.disable", "close an account", PERSON,
      L | DIRECTOR | CLERK_OTHER | CLASS_ACCOUNT | PERSONAL | SYSADMIN, OWN_CHILD | OTHER_GUARDIAN, 0),
    R("account.factor", "take away a lost second factor", PERSON, L | DIRECTOR | SYSADMIN, 0, 0),
    R("account.own", "own password, sessions, tokens, second factor", SCHOOL, L | ACCOUNT, 0, 0),

    R("entry.list", "entries in lists", ENTRY, READS, 0, 0),
    R("entry.read", "an entry with its files", ENTRY, READS, 0, 0),
    R("entry.history", "its revisions and who made them", ENTRY, READS, 0, 0),
    R("entry.add", "enter an entry", ENTRY, ENTERS | SELF | ADD, 0, 0),
    R("entry.edit", "make a new revision", ENTRY, ENTERS | SELF_ENTRY | PARENT_ENTRY, 0, 0),
    R("entry.submit", "submit for verification", ENTRY, ENTERS | SELF_ENTRY | PARENT_ENTRY, 0, 0),
    R("entry.verify", "verify", ENTRY, VERIFIES, NOT_OWN, LOCAL_OFF),
    R("entry.return", "return with a reason", ENTRY, VERIFIES, NOT_OWN, LOCAL_OFF),
    R("entry.withdraw", "take a family's entry back", ENTRY, L | SELF_ENTRY | PARENT_ENTRY, 0, 0),
    R("entry.hide", "hide from showings, show again", ENTRY,
      L | SELF | CONSENT | CLASS | DEPUTY | DIRECTOR | PERSONAL, 0, 0),
    R("entry.dispute", "object to a record", ENTRY, L | SELF | SEE, 0, 0),
    R("entry.answer", "answer a dispute", ENTRY, L | CLASS | DEPUTY | DIRECTOR, NOT_OWN, LOCAL_OFF),
    R("file.read", "files of an entry", ENTRY, READS, 0, 0),
    R("file.mask", "decide what strangers see of a picture", ENTRY, L | SELF | ADD | CONSENT | CLASS | DEPUTY | DIRECTOR, 0, LOCAL_OFF),
    R("file.uncover", "show what another painted over", ENTRY, L | CONSENT | CLASS | DEPUTY | DIRECTOR, 0, LOCAL_OFF),
    R("file.add", "add files to an entry", ENTRY, ENTERS | SELF_ENTRY | PARENT_ENTRY, 0, 0),

    R("review.read", "reviews of a pupil", PUPIL, L | SELF | SEE | CLASS | DEPUTY | DIRECTOR | AUTHOR | ASKED,
      0, 0),
    R("review.ask", "ask somebody for a review", PUPIL, L | SELF | ADD | CLASS | TEACHES | DEPUTY, 0, 0),
    R("review.add", "write a review", PUPIL, L | ADD | CLASS | TEACHES | DEPUTY | DIRECTOR | ASKED, 0, 0),
    R("review.decline", "decline to write one", PUPIL, L | ASKED, 0, 0),
    R("review.retract", "take a review back", PUPIL, L | AUTHOR | SELF | CONSENT, 0, 0),

    R("portfolio.read", "the portfolio page (entries by entry.read)", PUPIL,
      L | SELF | SEE | CLASS | TEACHES | DEPUTY | DIRECTOR | OLYMPIADS | GTO, 0, 0),
    R("portfolio.arrange", "most significant, order, next level", PUPIL, L | SELF | ADD | CLASS, 0, 0),
    R("portfolio.export", "export of what the asker may read", PUPIL,
      L | SELF | SEE | CLASS | DEPUTY | DIRECTOR, 0, 0),
    R("portfolio.bundle", "the whole repository, drafts of the family and all", PUPIL, L | SELF | SEE, 0, 0),
    R("portfolio.check", "signatures and integrity", PUPIL,
      L | SELF | SEE | CLASS | DEPUTY | DIRECTOR | STORAGE | SYSADMIN, 0, 0),

    R("consent.read", "consents of a pupil", PUPIL,
      L | SELF | SEE | CONSENT | CLASS | DEPUTY | DIRECTOR | CLERK | PUBLISHER | PERSONAL, 0, 0),
    R("consent.give", "give or refuse a consent on screen", PUPIL, L | SELF | CONSENT, 0,
      CONFIRMED | LOCAL_OFF),
    R("consent.confirm", "the second signature on screen", PUPIL, L | SELF | CONSENT, 0,
      CONFIRMED | LOCAL_OFF),
    R("consent.withdraw", "withdraw", PUPIL, L | SELF | CONSENT, 0, LOCAL_OFF),
    R("consent.paper", "enter a signed paper", PUPIL, L | CLASS | DEPUTY | DIRECTOR | CLERK | PERSONAL,
      OWN_CHILD, LOCAL_OFF),

    R("goal.read", "goals and reflection", PUPIL, L | SELF | SEE | CLASS, 0, 0),
    R("goal.write", "set goals, tell how they went", PUPIL, L | SELF | ADD, 0, 0),
    R("goal.comment", "a word of advice beside a goal", PUPIL, L | ADD | CLASS, 0, 0),
    R("skill.read", "descriptions of universal learning actions", PUPIL,
      L | SELF | SEE | CLASS | DEPUTY | DIRECTOR | AUTHOR, 0, 0),
    R("skill.add", "describe a universal learning action", PUPIL, L | SELF | ADD | CLASS | TEACHES | DEPUTY, 0, 0),
    R("skill.edit", "change an own description", PUPIL, L | AUTHOR, 0, 0),
    R("share.read", "which links show the portfolio to strangers", PUPIL,
      L | SELF | SEE | CONSENT | DIRECTOR | PERSONAL, 0, 0),
    R("share.create", "make such a link: the family's own act", PUPIL, L | SELF | CONSENT, 0,
      CONFIRMED | LOCAL_OFF),
    R("share.confirm", "a guardian's confirmation of a pupil's link", PUPIL, L | CONSENT, 0, CONFIRMED | LOCAL_OFF),
    R("share.revoke", "close a link", PUPIL, L | SELF | CONSENT | DIRECTOR | PERSONAL, 0, 0),

    R("award.kinds", "kinds of awards", SCHOOL, L | STAFF, 0, 0),
    R("award.manage", "enter and change kinds of awards", SCHOOL, L | DIRECTOR | ANY_DEPUTY, 0, 0),
    R("award.read", "nominations of a pupil", PUPIL, L | CLASS | DEPUTY | DIRECTOR | CEREMONY | AUTHOR, 0, 0),
    R("award.nominate", "nominate for an award", PUPIL, L | CLASS | TEACHES | DEPUTY | DIRECTOR, OWN_CHILD, 0),
    R("award.judge", "agree to a nomination, return or refuse it", PUPIL, L | DEPUTY | DIRECTOR, OWN_CHILD, LOCAL_OFF),

    R("consent.scan", "scan signed papers to be entered", SCHOOL, L | ANY_CLASS | ANY_DEPUTY | DIRECTOR | CLERK | PERSONAL, 0, LOCAL_OFF),

    R("event.read", "title, dates, files of an event", EVENT, L | STAFF, 0, 0),
    R("event.participants", "all participants and results", EVENT,
      L | LEADER | ANY_DEPUTY | DIRECTOR | OLYMPIADS | CEREMONY, 0, 0),
    R("event.add", "make an event", SCHOOL,
      L | ANY_TEACHER | ANY_DEPUTY | DIRECTOR | OLYMPIADS | GTO | CEREMONY, 0, 0),
    R("event.manage", "change an event and its participants", EVENT,
      L | LEADER | ANY_DEPUTY | DIRECTOR | OLYMPIADS, 0, 0),
    R("event.close", "close it: an entry for every participant", EVENT,
      L | LEADER | ANY_DEPUTY | DIRECTOR | OLYMPIADS, 0, LOCAL_OFF),

    R("import.roster", "import pupils, classes, staff", SCHOOL, OFFICE, 0, 0),
    R("import.results", "import results of olympiads and GTO", SCHOOL,
      L | ANY_DEPUTY | DIRECTOR | OLYMPIADS | GTO, 0, 0),
    R("import.class", "import results of the own class", SCHOOL, L | ANY_CLASS, 0, 0),
    R("olympiad.read", "statements of olympiad participants", PUPIL,
      L | SELF | SEE | CLASS | DEPUTY | DIRECTOR | OLYMPIADS, 0, 0),
    R("olympiad.statement", "enter a participant's statement", PUPIL, L | CLASS | DEPUTY | DIRECTOR | OLYMPIADS, OWN_CHILD, 0),
    R("import.list", "batches imported before", OWN, OFFICE | AUTHOR, 0, 0),
    R("import.undo", "undo a batch", OWN, OFFICE | AUTHOR, 0, 0),

    R("gto.card", "participant's number and admission of the GTO", PUPIL, L | CLASS | DEPUTY | DIRECTOR | CLERK | GTO, 0, 0),
    R("gto.lists", "applications, numbers and issue sheets of the GTO", SCHOOL, L | ANY_TEACHER | ANY_DEPUTY | DIRECTOR | GTO, 0, 0),

    R("channel.read", "where the school publishes", SCHOOL, L | DIRECTOR | ANY_DEPUTY | PUBLISHER | PERSONAL,
      0, 0),
    R("channel.manage", "add, test, remove channels", SCHOOL, L | DIRECTOR | PUBLISHER, 0, 0),
    R("publication.plan", "see what would be published", SCHOOL, L | DIRECTOR | ANY_DEPUTY | PUBLISHER, 0, 0),
    R("publication.run", "publish", SCHOOL, L | DIRECTOR | PUBLISHER, 0, 0),
    R("publication.status", "what is published of a pupil", PUPIL,
      L | SELF | SEE | CONSENT | CLASS | DEPUTY | DIRECTOR | PUBLISHER | PERSONAL, 0, 0),
    R("publication.retract", "take down", PUPIL,
      L | SELF | CONSENT | CLASS | DEPUTY | DIRECTOR | PUBLISHER | PERSONAL, 0, 0),

    R("log.access", "who read the data of a pupil", PUPIL, L | SELF | SEE | DIRECTOR | PERSONAL, 0, 0),
    R("log.changes", "who changed the data of a pupil", PUPIL,
      L | SELF | SEE | CLASS | DEPUTY_FULL | DIRECTOR | PERSONAL, 0, 0),

    R("report.school", "figures of the school or of what one answers for", ENTRY, L | CLASS | DEPUTY | DIRECTOR, 0, 0),
    R("report.sample", "a sample of verified entries for oversight", ENTRY, L | DEPUTY | DIRECTOR, OWN_CHILD, 0),

    R("job.read", "long operations under way", OWN, L | AUTHOR | DIRECTOR | SYSADMIN, 0, 0),
    R("job.cancel", "stop a long operation", OWN, L | AUTHOR | SYSADMIN, 0, 0),
    R("plugin.read", "plugins and their state", SCHOOL, L | DIRECTOR | SYSADMIN, 0, 0),
    R("plugin.manage", "enable and disable plugins", SCHOOL, L | SYSADMIN, 0, 0),
    R("system.status", "state of the installation", SCHOOL, L | DIRECTOR | STORAGE | SYSADMIN, 0, 0),
    R("system.maintain", "reindex, check, upgrade", SCHOOL, L | SYSADMIN, 0, 0),
    R("backup.run", "make and check backups", SCHOOL, L | STORAGE | SYSADMIN, 0, 0),
    R("backup.read", "state of the backups", SCHOOL, L | DIRECTOR | STORAGE | SYSADMIN, 0, 0),
    R("backup.code", "the recovery code of the backups", SCHOOL, L, 0, 0),
    R("notice.list", "own notices", SCHOOL, L | ACCOUNT, 0, 0),
    R("notice.due", "notices that fall due by themselves", SCHOOL, L, 0, 0),
    R("search", "search (answers by the lists' own rights)", SCHOOL, L | ACCOUNT, 0, 0),
#undef R
};

const struct model_right *model_right(const char *id)
{
    for (size_t i = 0; id && i < LT_COUNT(rights); i++) {
        if (!strcmp(rights[i].id, id)) return &rights[i];
    }
    return NULL;
}

const struct model_right *model_right_at(size_t i)
{
    return i < LT_COUNT(rights) ? &rights[i] : NULL;
}

const char *model_standing_word(uint64_t bit)
{
    static const char *const words[] = {"local",
                                        "local_acts_off",
                                        "account",
                                        "confirmed",
                                        "self",
                                        "guardian_see",
                                        "guardian_add",
                                        "guardian_consent",
                                        "guardian_papers",
                                        "staff",
                                        "class_teacher",
                                        "teacher_of_class",
                                        "teacher_of_group",
                                        "entry_of_subject",
                                        "entry_of_group",
                                        "event_leader",
                                        "deputy_head",
                                        "deputy_head_whole",
                                        "any_deputy_head",
                                        "any_class_teacher",
                                        "any_teacher",
                                        "director",
                                        "clerk",
                                        "sysadmin",
                                        "duty_olympiads",
                                        "duty_gto",
                                        "duty_ceremony",
                                        "duty_publication",
                                        "duty_books",
                                        "duty_custody",
                                        "duty_storage",
                                        "duty_personal_data",
                                        "self_entry",
                                        "guardian_entry",
                                        "author",
                                        "asked",
                                        "own_person",
                                        "class_person",
                                        "class_account",
                                        "clerk_other",
                                        "colleague",
                                        "own_child",
                                        "own_input",
                                        "other_guardian"};
    _Static_assert(LT_COUNT(words) == MODEL_ST_COUNT, "a word for each standing");
    for (size_t i = 0; i < LT_COUNT(words); i++) {
        if (bit == UINT64_C(1) << i) return words[i];
    }
    return NULL;
}
