/* Roster import, inside: reading sheets, matching people, and the documents that follow. Pure: from a table and the school's
 * documents to a proposal; no vault, no index. Everything hangs on struct roster and goes with it. A failed allocation is
 * remembered in `failed`, so that chains of small texts need one check at their end. */
#ifndef LT_USECASE_ROSTER_H
#define LT_USECASE_ROSTER_H

#include "usecase/import.h"

#include "model/names.h"
#include "model/when.h"
#include "model/year.h"

enum { ROSTER_GUARDIANS = 4, ROSTER_COLUMNS = 64, ROSTER_ROWS_MAX = 20000 };

enum roster_doubt { DOUBT_NAME = 1, DOUBT_BIRTH = 2, DOUBT_CLASS = 4, DOUBT_OTHER = 8 };

enum roster_kind { ROSTER_SKIP, ROSTER_PUPILS, ROSTER_STAFF, ROSTER_LOAD, ROSTER_GROUPS, ROSTER_KINDS };

enum roster_role {
    ROLE_NONE,
    ROLE_CLASS, ROLE_FIO, ROLE_SURNAME, ROLE_NAME, ROLE_PATRONYMIC, ROLE_BIRTH, ROLE_SEX, ROLE_FORM, ROLE_NUMBER,
    ROLE_GUARDIAN, ROLE_GUARDIAN_KIND, ROLE_PHONE, ROLE_EMAIL,
    ROLE_POST, ROLE_SUBJECT, ROLE_TARGET, ROLE_TEACHER, ROLE_HOURS,
    ROLE_GROUP, ROLE_PROGRAMME, ROLE_FROM, ROLE_TO,
    ROLE_FORBIDDEN, /* P5: a column the program does not read */
    ROLE_IGNORED,   /* number of the row, notes */
    ROLE_COUNT
};

/* A document of the school and what becomes of it. */
struct roster_doc {
    char repo[64], path[160];
    json_t *before; /* NULL: new */
    json_t *doc;    /* own copy once it was touched */
};

struct roster_name {
    struct model_name parts; /* texts are owned by the roster */
    const char *key;         /* of all parts */
    const char *raw;         /* the cell or cells as in the file */
    bool one_cell;
    unsigned remarks;
};

struct roster_class {
    struct roster_doc doc;
    const char *id, *name;
    bool is_new, named, used; /* named: the roster speaks for it; used: something is put into it */
};

struct roster_pupil {
    struct roster_doc card, classes;
    const char *id;
    struct roster_name name;
    const char *birth, *number;
    const char *class_id, *class_name; /* on the day of the roster; "" */
    const char *origin; /* as of struct roster_person */
    bool left, is_new;
    int claimed;   /* rows that mean this pupil */
    int suspected; /* doubtful rows that may mean this pupil */
};

struct roster_person {
    struct roster_doc doc;
    const char *id;
    struct roster_name name;
    const char *phone_key, *email_key, *number; /* "" when absent */
    bool staff, is_new;
    const char *child_keys; /* roots of the children's surnames and patronymics, to tell namesakes from one parent */
    const char *origin;    /* "Sheet!14.guardian1": how a person of this file is named in decisions; "" for known ones */
    bool used, phone_told, email_told;
};

struct roster_group {
    struct roster_doc doc;
    const char *id, *title, *key, *programme;
    bool is_new, is_programme;
    int year;
};

struct roster_contact {
    struct roster_name name;
    const char *kind_text, *kind, *phone, *phone_key, *email, *email_key;
    uint32_t column;
    char slot[16];
    struct roster_person *person;
};

struct roster_row {
    enum roster_kind kind;
    const char *sheet;
    uint32_t row;
    const char *outcome, *why;
    json_t *problems, *candidates, *values;
    const char *decision; /* of a person about this row, or NULL */
    unsigned doubt;       /* enum roster_doubt: found while reading */
    bool error;
    struct roster_name name;
    bool has_name;
    uint32_t name_column, birth_column, class_column;
    char birth[LT_DATE_SIZE];
    const char *sex, *form, *number;
    struct roster_class *klass;
    struct roster_pupil *pupil;
    struct roster_person *person;
    const struct roster_row *twin; /* the row this one repeats */
    struct roster_contact contacts[ROSTER_GUARDIANS];
    int contacts_len;
    const char *post, *subject, *target, *group, *programme;
    char from[LT_DATE_SIZE], to[LT_DATE_SIZE];
    bool changed, spelled; /* spelled: the same person, written otherwise */
};

struct roster_column {
    enum roster_role role;
    int index;        /* of guardians: 1, 2 …; 0: not numbered */
    const char *kind; /* guardian kind that the header itself says («Мать»), or NULL */
    const char *header;
};

struct roster_sheet {
    size_t at;             /* number in the table */
    const char *name;
    enum roster_kind kind;
    uint32_t header;       /* number of the header row, 0: none */
    struct roster_column columns[ROSTER_COLUMNS + 1]; /* by column number */
    uint32_t last_column;
    const char *class_name; /* of the sheet's name or of the last section row */
    bool by_content;
    enum model_when_order order;
    int month_first;
};

struct roster {
    const struct table *table;
    const struct import_options *options;
    enum lt_lang lang;
    struct lt_date today, on, first; /* on: the day the roster is compared with; first: of its school year */
    int year;
    char from[LT_DATE_SIZE];         /* of new terms in known classes and of roles */
    char first_text[LT_DATE_SIZE];
    struct lt_id_source *ids;
    bool failed;
    void **owned;
    size_t owned_len, owned_cap;

    struct roster_pupil **pupils;
    size_t pupils_len, pupils_cap;
    struct roster_person **persons;
    size_t persons_len, persons_cap;
    struct roster_class **classes;
    size_t classes_len, classes_cap;
    struct roster_group **groups;
    size_t groups_len, groups_cap;
    json_t *pupil_keys, *pupil_births, *person_keys, *person_phones, *person_emails; /* key → index of the first */
    bool school_has_classes;

    struct roster_sheet *sheets;
    size_t sheets_len;
    struct roster_row **rows;
    size_t rows_len, rows_cap;
    struct import_proposal *out;
};

/* --- roster.c --- */
void *roster_alloc(struct roster *r, size_t size);
/* Takes a malloc'ed text; NULL is a failed allocation and gives "". */
const char *roster_keep(struct roster *r, char *text);
const char *roster_copy(struct roster *r, const char *text);
const char *roster_new_id(struct roster *r);
/* A document to change: its own copy is made at the first call. */
json_t *roster_edit(struct roster *r, struct roster_doc *d);
const json_t *roster_see(const struct roster_doc *d);
void roster_problem(struct roster *r, struct roster_row *row, uint32_t column, const char *code, const char *value);
void roster_outcome(struct roster_row *row, const char *outcome, const char *why);
/* Adds a candidate: {slot, pupil|person, name, class, birth, why}. */
void roster_candidate(struct roster *r, struct roster_row *row, const char *slot, const struct roster_pupil *p,
                      const struct roster_person *q, const char *why);
/* What a person decided about the row or one of its slots; NULL when nothing. */
const char *roster_decision(const struct roster *r, const struct roster_row *row, const char *slot);
void roster_name_of_doc(struct roster *r, const json_t *doc, struct roster_name *out);

/* --- roster_world.c --- */
int roster_world(struct roster *r, const json_t *items);
struct roster_class *roster_class_find(struct roster *r, const char *name);
struct roster_class *roster_class_make(struct roster *r, const char *name, const char *profile);
struct roster_person *roster_person_make(struct roster *r, const struct roster_name *name);
struct roster_pupil *roster_pupil_add(struct roster *r, struct roster_pupil *p);
/* The pupil is found by the spelling of the file too. */
void roster_pupil_alias(struct roster *r, const struct roster_pupil *p, const char *key);
struct roster_person *roster_person_find(struct roster *r, const char *id_or_origin);
struct roster_group *roster_group_find(struct roster *r, const char *title, bool programme);
struct roster_group *roster_group_make(struct roster *r, const char *title, bool programme);
void roster_person_contacts(struct roster *r, struct roster_person *p);

/* --- roster_words.c --- */
enum roster_role roster_header(const char *text, int *index, const char **guardian_kind);
const char *roster_role_word(enum roster_role role);
enum roster_role roster_role_find(const char *word);
const char *roster_kind_word(enum roster_kind kind);
enum roster_kind roster_kind_find(const char *word);
enum roster_kind roster_kind_of_title(const char *sheet);
const char *roster_guardian_kind(const char *text, int age); /* NULL: not one of a legal representative */
const char *roster_sex(const char *text);                    /* "m", "f", NULL */
const char *roster_study_form(const char *text);
/* Role of a post: director, deputy_head, clerk, sysadmin; NULL: no role goes with it. */
const char *roster_post_role(const char *text);
bool roster_footer_word(const char *text);

/* --- roster_sheet.c --- */
int roster_sheets(struct roster *r, struct lt_error *err);
int roster_sheet_score(const struct table *t, size_t sheet);

/* --- roster_cell.c: one cell of a row, with remarks about how it was read --- */
void roster_read_name(struct roster *r, struct roster_row *row, const struct table_cell *fio, const struct table_cell parts[3],
                      struct roster_name *out);
void roster_read_birth(struct roster *r, struct roster_sheet *s, struct roster_row *row, const struct table_cell *cell);
bool roster_read_date(struct roster *r, const struct table_cell *cell, char out[LT_DATE_SIZE]);
void roster_read_class(struct roster *r, struct roster_sheet *s, struct roster_row *row, const struct table_cell *cell);

/* --- roster_rows.c --- */
int roster_rows(struct roster *r, struct lt_error *err);

/* --- matching and planning --- */
void roster_match_pupils(struct roster *r);   /* roster_match.c */
void roster_match_staff(struct roster *r);    /* roster_people.c */
void roster_match_guardians(struct roster *r);
int roster_plan_pupils(struct roster *r, struct lt_error *err); /* roster_plan.c */
int roster_plan_left(struct roster *r, struct lt_error *err);
void roster_plan_staff(struct roster *r);     /* roster_staff.c */
void roster_plan_load(struct roster *r);
void roster_plan_groups(struct roster *r);
struct roster_person *roster_staff_by_name(struct roster *r, struct roster_row *row, const struct roster_name *name);
/* Gives the role unless it runs already; true when the document changed. */
bool roster_give_role(struct roster *r, struct roster_person *p, const char *role, const char *class_id, const char *group,
                      const char *subject);

#endif
