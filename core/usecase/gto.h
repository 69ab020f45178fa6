/* gto: results of the GTO judged by the evaluator plugin, and the papers that follow. The program knows neither norms nor levels: it gathers
 * results from the portfolios, counts ages, asks the plugin once for all pupils of a call, and gives out what it says.
 *
 * A result is an entry with `gto` {test, value}; a badge is one with `gto` {level, order, order_date} and `badge`. The participant's number
 * and «допуск есть, до даты» stand on the card (docs/data.md). */
#ifndef LT_USECASE_GTO_H
#define LT_USECASE_GTO_H

#include "usecase/call.h"

#define GTO_PLUGIN "gto"
/* The subject of results: teachers of it see and enter them. */
#define GTO_SUBJECT "физическая культура"

/* A pupil whose results are judged. */
struct gto_pupil {
    char id[LT_ID_SIZE];
    json_t *card;
    char class_name[24], class_id[LT_ID_SIZE];
    json_t *results; /* [{id, kind, value, date, age, aside, title, state}] */
    json_t *badges;  /* [{id, level, badge, date, number, order, order_date, state}] */
    json_t *answer;  /* of the plugin: {board, results, earlier, problem} */
};
struct gto_pupils {
    struct gto_pupil *all;
    size_t len, cap;
};
void gto_pupils_clear(struct gto_pupils *p);

/* May the actor read results of the GTO of this pupil? LT_NOTFOUND, LT_DENIED. */
int gto_require(struct uc_call *call, const char *pupil, struct lt_error *err);
/* Adds one pupil with results and badges; no right is asked here. */
int gto_pupil_add(struct uc_call *call, struct gto_pupils *to, const char *pupil, struct lt_error *err);
/* Pupils of the classes named (ids; NULL or empty: all classes) whose results the actor may read, class after class, by name.
 * LT_DENIED when there are pupils and none of them may be read. */
int gto_pupils_of(struct uc_call *call, const json_t *classes, struct gto_pupils *out, struct lt_error *err);
/* Judges all of them in one job; day: on which the level is told. */
int gto_judge(struct uc_call *call, struct gto_pupils *p, struct lt_date day, struct lt_error *err);
/* One result of nobody. *out: the plugin's answer about it; a problem with it is the error (LT_REFUSED "gto.…"). */
int gto_judge_one(struct uc_call *call, const char *sex, struct lt_date birth, struct lt_date day, const char *test, const char *value,
                  enum lt_lang lang, json_t **out, struct lt_error *err);
/* The problem as an error. */
int gto_refuse(const json_t *problem, struct lt_error *err);
/* "Иванова Анна Петровна"; malloc'ed. */
char *gto_name(const json_t *card);

/* --- gto_paper.c --- */
int gto_run_application(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int gto_run_uin(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int gto_run_issue(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int gto_run_sheet(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

/* --- gto_write.c --- */
int gto_run_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int gto_run_correct(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int gto_run_set(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

/* --- gto.c --- */
/* {pupil, name, class_name, level, badge, judged, next, missing, text, …} of the class table. */
json_t *gto_row(struct uc_call *call, const struct gto_pupil *p);

#endif
