/* A status where the file has none, by the school's rule for the stage: of those who competed for one class in one subject, as many as the
 * quota allows are winners and prize-winners; the first of them is a winner only with more than half of the maximum. */
#include "olympiad.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static int quota_of(const struct run *r, const char *stage)
{
    return (int)lt_json_int(lt_json_object(lt_json_object(r->job, "settings"), "quota"), stage, 0);
}

static double score_of(const json_t *row)
{
    return json_number_value(json_object_get(lt_json_object(row, "values"), "score"));
}

static bool counts(const json_t *row)
{
    return json_object_get(lt_json_object(row, "values"), "score") && !json_is_null(json_object_get(lt_json_object(row, "values"), "score"));
}

static int descending(const void *a, const void *b)
{
    double x = score_of(*(json_t *const *)a), y = score_of(*(json_t *const *)b);
    return x < y ? 1 : x > y ? -1 : 0;
}

static void judge(struct run *r, json_t **rows, size_t n, int quota)
{
    size_t places = n * (size_t)quota / 100;
    qsort(rows, n, sizeof *rows, descending);
    for (size_t i = 0; i < n;) {
        size_t same = i + 1;
        while (same < n && score_of(rows[same]) >= score_of(rows[i])) same++;
        double max = json_number_value(json_object_get(lt_json_object(rows[i], "values"), "score_max"));
        bool prize = same <= places && score_of(rows[i]) > 0, winner = prize && i == 0 && max > 0 && score_of(rows[i]) * 2 > max;
        for (; i < same; i++) {
            if (lt_json_put_str(lt_json_object(rows[i], "values"), "result", winner ? "winner" : prize ? "prize_winner" : "participant")) r->failed = true;
            row_problem(r, rows[i], 0, "status_by_quota", "");
        }
    }
}

static bool same_group(const json_t *a, const json_t *b)
{
    const json_t *va = lt_json_object(a, "values"), *vb = lt_json_object(b, "values");
    return strcmp(lt_json_str_or(va, "subject", ""), lt_json_str_or(vb, "subject", "")) == 0 &&
           strcmp(lt_json_str_or(va, "stage", ""), lt_json_str_or(vb, "stage", "")) == 0 &&
           strcmp(lt_json_str_or(a, "participation_class", ""), lt_json_str_or(b, "participation_class", "")) == 0;
}

/* One group after another: rows of a sheet hold few of them. */
void quota_apply(struct run *r)
{
    size_t n = json_array_size(r->held), len;
    if (r->format != VSOSH || sheet_has(r, ROLE_STATUS) || !n) return;
    json_t **group = lt_calloc(n, sizeof *group);
    bool *done = lt_calloc(n, sizeof *done);
    for (size_t i = 0; group && done && i < n; i++) {
        json_t *first = json_array_get(r->held, i);
        int quota = quota_of(r, lt_json_str_or(lt_json_object(first, "values"), "stage", ""));
        if (done[i] || quota <= 0 || !counts(first)) continue;
        len = 0;
        for (size_t k = i; k < n; k++) {
            json_t *row = json_array_get(r->held, k);
            if (done[k] || !counts(row) || !same_group(first, row)) continue;
            done[k] = true;
            group[len++] = row;
        }
        judge(r, group, len, quota);
    }
    if (!group || !done) r->failed = true;
    free(group);
    free(done);
}
