/* The steps of a nomination and what a kind of award asks for. */
#include "model/award.h"

#include "base/json.h"
#include "model/values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void steps_follow_one_another(void **state)
{
    (void)state;
    assert_string_equal(model_award_next("", "nominate"), "nominated");
    assert_string_equal(model_award_next("nominated", "return"), "returned");
    assert_string_equal(model_award_next("returned", "nominate"), "nominated");
    assert_string_equal(model_award_next("nominated", "agree"), "agreed");
    assert_string_equal(model_award_next("nominated", "refuse"), "refused");
    /* nothing else does */
    size_t n_states, n_acts, possible = 0;
    const char *const *states = model_values("award_state", &n_states), *const *acts = model_values("award_act", &n_acts);
    for (size_t i = 0; i < n_states; i++)
        for (size_t k = 0; k < n_acts; k++) possible += model_award_next(states[i], acts[k]) != NULL;
    assert_int_equal(possible, 4);
    assert_null(model_award_next("", "agree"));
}

static void a_level_means_it_and_all_above(void **state)
{
    (void)state;
    json_t *kind = json_pack("{s:s, s:[s], s:[]}", "level", "regional", "activity", "olympiad", "result"), *f = model_award_filters(kind);
    assert_int_equal(json_array_size(lt_json_array(f, "level")), 4);
    assert_true(lt_json_array_has(lt_json_array(f, "level"), "regional"));
    assert_true(lt_json_array_has(lt_json_array(f, "level"), "international"));
    assert_false(lt_json_array_has(lt_json_array(f, "level"), "municipal"));
    assert_true(lt_json_array_has(lt_json_array(f, "activity"), "olympiad"));
    assert_null(json_object_get(f, "result"));
    json_decref(kind);
    json_decref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_follow_one_another),
        cmocka_unit_test(a_level_means_it_and_all_above),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
