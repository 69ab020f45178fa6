/* What falls due by itself: notices of birthdays and late answers, publications whose consent ended come down, uploaded files
 * and kept answers past their term go. Derived from the documents each time, so that nothing is lost with a job. */
#include "usecase/anchor.h"
#include "usecase/call.h"
#include "usecase/consent_paper.h"
#include "usecase/erase.h"
#include "usecase/notice.h"
#include "usecase/notice_mail.h"
#include "usecase/job.h"
#include "usecase/publish.h"

int lt_app_hourly(struct lt_app *app, const char *local_user, struct lt_error *err)
{
    json_t *none = json_object();
    struct uc_request request = {.noun = "import", .verb = "list", .values = none, .door = UC_CLI, .local_user = local_user};
    struct uc_answer answer;
    int rc = none ? erase_due_app(app, local_user, err) : lt_fail_memory(err);
    if (!rc) rc = publication_due_app(app, local_user, err);
    if (!rc) rc = notice_due_app(app, local_user, err);
    if (!rc) {
        rc = uc_dispatch(app, &request, &answer, err); /* whoever looks at the batches clears away the expired ones */
        uc_answer_clear(&answer);
    }
    if (!rc) rc = sysdb_answer_purge(app->sys, err);
    if (!rc) rc = consent_scan_purge(app, lt_clock_now(&app->clock), err);
    if (!rc) rc = job_purge(app, err);
    if (!rc) rc = anchor_due_app(app, local_user, err);
    if (!rc) rc = notice_mail_app(app, err); /* last: a mail server that fails holds nothing up */
    json_decref(none);
    return rc;
}
