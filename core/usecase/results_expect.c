/* What the file says of everybody in it, held against the card: a protocol is of one sex and one level. Somebody of the other sex is a question, another
 * level is told: the result is judged by the age, whatever stands above the table. */
#include "usecase/results.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void other_sex(struct results *r, struct results_row *row)
{
    bool chosen = row->decision && strcmp(row->decision, row->pupil->id) == 0;
    if (!chosen) {
        results_candidate(r, row, row->pupil, "sex_differs");
        results_outcome(row, "doubtful", "candidates");
    }
    char code[40];
    lt_print(code, sizeof code, "sex_differs_%s", lt_json_str_or(row->pupil->card, "sex", ""));
    results_problem(r, row, code, "");
    if (!chosen) row->pupil = NULL;
}

static void other_age(struct results *r, struct results_row *row, const json_t *of)
{
    const char *date = lt_json_str(row->in, "date");
    int64_t from = lt_json_int(of, "youngest", 0), to = lt_json_int(of, "oldest", 0);
    struct lt_date birth = {0, 0, 0}, day = {0, 0, 0};
    char today[LT_DATE_SIZE];
    if (!to || !date || strcmp(date, lt_date_format(r->call->today, today)) > 0 || !lt_date_parse(date, &day) || !lt_date_parse(row->pupil->birth, &birth)) return;
    int age = lt_date_age(birth, day);
    if (age >= from && age <= to) return;
    struct lt_buf text = LT_BUF_INIT(2000);
    lt_msg_add(&text, r->call->lang, "problem.level_differs", "level", lt_json_str_or(of, "level", ""), "from", LT_NUM(from), "to", LT_NUM(to), "age",
               LT_NUM(age), (char *)NULL);
    results_tell(r, row, "level_differs", text.data ? text.data : "");
    lt_buf_free(&text);
}

void results_expect(struct results *r, struct results_row *row)
{
    const json_t *of = lt_json_object(row->doc, "of");
    if (!of || !row->pupil || strcmp(row->outcome, "matched") != 0) return;
    const char *said = lt_json_str(of, "sex"), *sex = lt_json_str(row->pupil->card, "sex");
    if (said && sex && strcmp(said, sex) != 0) other_sex(r, row);
    if (row->pupil) other_age(r, row, of);
}
