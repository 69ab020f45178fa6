/* Public copies: what an area is, and which bytes an item speaks of. */
#include "model/mask.h"

#include "base/json.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void areas_lie_inside_the_page(void **state)
{
    (void)state;
    static const char *const good[] = {"0,0,10000,10000", "1,2,3,4", "9999,9999,1,1", "0,5000,10000,5000"};
    static const char *const bad[] = {"", "1,2,3", "1,2,3,4,5", "1,2,3,", "a,b,c,d", "-1,0,5,5", "0,0,0,5", "0,0,5,0", "1,0,10000,5", "0,9999,5,2", " 1,2,3,4",
                                      "1.5,2,3,4", "1,2,3,4 ", "99999999999,0,1,1", "10001,0,1,1"};
    struct lt_error err = {0};
    json_t *out = NULL;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        json_t *texts = json_pack("[s]", good[i]);
        if (model_mask_areas(texts, &out, &err)) fail_msg("%s", good[i]);
        assert_int_equal(json_array_size(out), 1);
        json_decref(out);
        json_decref(texts);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        json_t *texts = json_pack("[s, s]", "1,1,1,1", bad[i]);
        if (!model_mask_areas(texts, &out, &err)) fail_msg("«%s» is taken", bad[i]);
        assert_int_equal(err.status, LT_USAGE);
        assert_string_equal(err.code, "mask.area");
        json_decref(texts);
    }
    assert_int_equal(model_mask_areas(NULL, &out, &err), 0);
    assert_int_equal(json_array_size(out), 0);
    json_decref(out);
    json_t *many = json_array();
    for (int i = 0; i <= MODEL_MASK_AREAS; i++) json_array_append_new(many, json_string("1,1,1,1"));
    assert_int_equal(model_mask_areas(many, &out, &err), LT_USAGE);
    assert_string_equal(err.code, "mask.too_many");
    json_decref(many);
    lt_error_clear(&err);
}

static json_t *doc(const char *json)
{
    json_t *d = json_loads(json, 0, NULL);
    assert_non_null(d);
    return d;
}

static void an_item_speaks_of_its_own_bytes_alone(void **state)
{
    (void)state;
    json_t *mask = doc("{\"pages\":[{\"path\":\"files/01.jpg\",\"page\":1,\"sha256\":\"aa\",\"areas\":[{\"x\":1,\"y\":1,\"w\":1,\"h\":1}]},"
                       "{\"path\":\"files/02.pdf\",\"page\":3,\"sha256\":\"bb\"},{\"path\":\"files/03.jpg\",\"page\":1}]}");
    json_t *files = doc("[{\"path\":\"files/02.pdf\",\"sha256\":\"bb\",\"type\":\"application/pdf\"},{\"path\":\"files/01.jpg\",\"sha256\":\"aa\",\"type\":\"image/jpeg\"},"
                        "{\"path\":\"files/03.jpg\"}]");
    json_t *other = doc("[{\"path\":\"files/01.jpg\",\"sha256\":\"cc\"},{\"path\":\"files/04.jpg\",\"sha256\":\"aa\"}]");
    assert_non_null(model_mask_page(mask, json_array_get(files, 1), 1));
    assert_null(model_mask_page(mask, json_array_get(files, 1), 2));
    assert_null(model_mask_page(mask, json_array_get(files, 0), 1));
    assert_non_null(model_mask_page(mask, json_array_get(files, 0), 3));
    assert_null(model_mask_page(mask, json_array_get(other, 0), 1)); /* the same place, other bytes */
    assert_null(model_mask_page(mask, json_array_get(other, 1), 1)); /* the same bytes, another place */
    assert_null(model_mask_page(mask, json_array_get(files, 2), 1)); /* bytes that nobody named */
    assert_null(model_mask_page(NULL, json_array_get(files, 1), 1));
    json_t *shown = model_mask_shown(mask, files), *none = model_mask_shown(mask, other), *without = model_mask_shown(NULL, files);
    assert_int_equal(json_array_size(shown), 2);
    assert_string_equal(lt_json_str(json_array_get(shown, 0), "path"), "files/02.pdf"); /* as the files stand */
    assert_int_equal(lt_json_int(json_array_get(shown, 0), "page", 0), 3);
    assert_int_equal(json_array_size(lt_json_array(json_array_get(shown, 0), "areas")), 0);
    assert_int_equal(json_array_size(none), 0);
    assert_int_equal(json_array_size(without), 0);
    json_t *const all[] = {mask, files, other, shown, none, without};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) json_decref(all[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(areas_lie_inside_the_page), cmocka_unit_test(an_item_speaks_of_its_own_bytes_alone)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
