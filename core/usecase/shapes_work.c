/* Shapes of what is done with many records at once: imports, the GTO, olympiads, publishing, the machine. */
#include "usecase/shape.h"

const struct uc_shape uc_shapes_work[] = {
    /* --- imports --- */
    {"two_languages", "ru en"},
    {"format_column", "word title:two_languages required?:bool"},
    {"format_fact", "name title:two_languages values*?:text"},
    {"import_format", "format title plugin? columns*?:format_column facts*?:format_fact"},
    {"import_problem", "column code message"},
    /* id: of whom the school knows; of somebody the file itself brings, the place in it */
    {"import_candidate", "id kind:=pupil|person why name- class? birth?:date slot?"},
    {"import_change", "field from-:any to-:any"},
    {"import_row",
     "kind sheet- row-:int outcome:=import_outcome why pupil-:id person-:id candidates*:import_candidate values%:any problems*:import_problem entry?:id"
     " changes*?:import_change"},
    {"sheet_column", "column header role"},
    {"sheet_problem", "code message"},
    {"import_sheet",
     "sheet kind header:int columns*:sheet_column facts%?:any missing*?:text problems*:sheet_problem remembered?"},
    {"import_skipped", "sheet row:int skipped? code? message"},
    {"import_sum",
     "batch:id format file_name sha256:sha256 counts%:int by_kind%:counts leaving:int leaving_percent:int needs*?:text documents:int missing*?:any"},
    {"counts",
     "new?:int changed?:int unchanged?:int moved?:int left?:int matched?:int doubtful?:int not_found?:int not_ours?:int duplicate?:int contradiction?:int"
     " waits?:int error?:int"},
    {"import_cell", "column text corrected:bool"},
    {"import_cells", "batch:id sheet row:int cells*:import_cell"},
    {"import_plan", "+import_sum seen:sha256 decisions%?:text rows*:import_row sheets*:import_sheet skipped*:import_skipped"},
    {"import_applied", "+import_sum state:=applied|unchanged not_taken?:int"},
    {"import_document", "repo path what:=new|changed after:sha256"},
    /* of a batch that waits its plan, of one applied the record that stays */
    {"import_report",
     "batch:id id?:id format file_name sha256:sha256 plugin? year?:int mapping%?:any counts%:int state?:=import_state changes*?:import_document +stamped"
     " by_kind%?:counts leaving?:int leaving_percent?:int needs*?:text documents?:int missing*?:any decisions%?:text rows*?:import_row"
     " sheets*?:import_sheet skipped*?:import_skipped seen?:sha256"},
    {"import_undone", "batch:id state:=undone|dropped documents?:int"},
    {"import_line", "sheet row:int values outcome:=import_outcome why"},
    {"import_batch",
     "id:id format file_name sha256:sha256 state:=applied|undone|waiting counts%?:int at:at by:actor"},

    /* --- GTO: words of tests, levels and qualities are the plugin's --- */
    {"gto_next", "badge:=badge need distance?"},
    {"gto_judged",
     "badge:=gold|silver|bronze|none date:date edition id? level next?:gto_next quality quality_title short sources:int test title unit value words doubt? note?"},
    {"gto_problem", "code text? params%?:any candidates*?:any"},
    /* judged, or the problem that keeps it from being judged */
    {"gto_result",
     "id? date?:date badge?:=gold|silver|bronze|none edition? level? next?:gto_next quality? quality_title? short? sources?:int test? title? unit? value? words?"
     " doubt? note? problem?:gto_problem state?:=entry_state entry?:id entered? entry_title?"},
    {"gto_badge", "id:id badge:=badge level? date?:date number? order? order_date?:date state:=entry_state"},
    {"gto_norm", "sources:int value words"},
    {"gto_best", "badge:=gold|silver|bronze|none date:date edition id? next?:gto_next value words"},
    {"gto_test", "better:=lower|higher norms%:gto_norm short test title unit best?:gto_best doubt? note?"},
    {"gto_quality", "badge:=gold|silver|bronze|none mandatory:bool quality tests*:gto_test title"},
    {"gto_gap", "mandatory:bool quality text title"},
    {"gto_missing", "badge:=badge brief choice:int items*:gto_gap obligatory:int text"},
    {"gto_board",
     "ages*:int badge:=gold|silver|bronze|none edition edition_title judged:bool level missing*:gto_missing qualities*:gto_quality tests%:int"
     " tests_sources:int"},
    {"gto_earlier", "level badge:=gold|silver|bronze|none judged:bool edition"},
    /* of one result its judgement, of a pupil the board */
    {"gto_evaluation",
     "badge?:=gold|silver|bronze|none edition? level? date?:date id? next?:gto_next quality? quality_title? short? sources?:int test? title? unit? value? words?"
     " doubt? note? pupil?:id name? class_name? sex?:=sex on?:date uin? admitted_to?:date board?:gto_board results*?:gto_result badges*?:gto_badge earlier*?:gto_earlier"
     " judged?:bool problem?:gto_problem"},
    {"gto_mark", "quality title mandatory:bool badge:=gold|silver|bronze|none"},
    {"gto_of_class",
     "pupil:id name class_name? uin? admitted_to?:date results:int waiting:int level? judged?:bool marks*?:gto_mark awarded?:=badge"
     " badge?:=gold|silver|bronze|none next?:=badge missing?:int text?"},
    {"gto_entry", "+entry judged:gto_judged"},
    {"gto_card", "pupil:id uin? admitted_to?:date"},

    /* --- olympiads --- */
    {"statement", "pupil:id pupil_name class_name-:text birth-:date rules:bool signed-:date publication:bool"},
    {"how_many", "count:int"},
    {"olympiad_hash", "spelling sha256:sha256 own:bool"},
    {"olympiad_hashes", "pupil:id hashes*:olympiad_hash"},
    {"state_event", "title level?:=level"},
    {"state_edition", "edition source from:date to?:date events*:state_event"},
    {"state_events", "id format? edition? source? from?:date to?:date events*:state_event earlier*?:state_edition +stamped"},

    /* --- reports --- */
    {"share_of", "value count:int before:int"},
    {"queue_of_class", "class class_name count:int over_week:int since:at teachers*?:text"},
    {"disputes_open", "open:int late:int"},
    {"report",
     "year:int count:int before:int level*?:share_of section*?:share_of activity*?:share_of result*?:share_of class*?:share_of stage*?:share_of"
     " subject*?:share_of waiting*:queue_of_class disputes:disputes_open"},
    {"sample_row", "+entry_row act?:=verification_act verified_by?:actor verified_at?:at"},

    /* --- search --- */
    {"found",
     "kind id:id pupil?:id pupil_name? title? entry?:id state?:=entry_state day?:date class_name? snippet?"},

    /* --- publishing --- */
    {"channel", "id:id title plugin settings%:text state:=channel_state +stamped"},
    {"channel_row", "id:id title plugin state:=channel_state settings%?:text folder?"},
    {"channel_test", "id:id folder plugin version releases:int"},
    {"channel_removed", "id:id state:=removed| removed:int"},
    {"plan_step", "entry:id title step:=add|keep|change|remove|leave why? fields*?:=consent_field"},
    {"plan_row",
     "pupil:id surname- name- class_name- shown_name? shown_class- why? fields*:=consent_field add:int keep:int change:int remove:int leave:int"
     " entries*:plan_step"},
    {"publication_run", "channel:id folder release pupils:int entries:int added:int changed:int removed:int"},
    {"publication_row",
     "id:id pupil:id channel:id channel_title? entry?:id entry_title? revision?:int state:=publication_state release? at?:at removed_at?:at"
     " fields*?:=consent_field retracted?:at"},
    {"publication_retracted", "pupil?:id id? removed:int cleared:bool"},

    /* --- plugins --- */
    {"plugin_setting", "name kind? title:two_languages values*?:text"},
    {"plugin_format", "name title:two_languages columns*?:format_column facts*?:format_fact"},
    {"plugin_about",
     "id version? abi? capabilities*:text network?:bool folder?:bool formats*?:plugin_format recognises?:bool settings*?:plugin_setting"},
    {"plugin", "+plugin_about state:=plugin_state enabled?:bool code? reason?"},
    {"plugin_sample", "capability state:=done|refused emitted:int format? action? results?:int sheets?:int skipped?:int why?"},
    {"plugin_check", "+plugin_about samples*?:plugin_sample"},
    {"plugin_switched", "id state:=plugin_state enabled*:text"},

    /* --- the log, the machine --- */
    {"access_row",
     "at:at actor?:actor account?:id use_case outcome:=done|denied|refused request door object? pupils*?:id pupils_count?:int peer?"
     " actor_kind:=me|pupil|guardian|staff|local|nobody actor_name? action_title?"},
    {"change_row", "commit at:at subject actor use_case entry?:id request"},
    {"anchor", "rows:int hash:sha256 +stamped"},
    {"system_status", "version data installation fingerprint repositories:int pupils:int entries:int problems*:problem"},
    {"problem", "code:=disk|index|backup_none|backup_overdue|backup_damaged|errors text mend"},
    {"log_line", "at:at level:=log_level component text"},
    {"system_check", "repositories:int commits:int objects:int access_rows:int faults:int items*:whole_fault"},

    /* --- backups --- */
    {"backup_taken", "id at:at file files:int bytes:int written:int number? carrier? removed?:int"},
    {"backup_fault", "path what place"},
    {"backup_verified", "id files:int bytes:int repositories:int commits:int objects:int faults:int items*:backup_fault number?"},
    {"backup_row", "id at carrier number files:int bytes:int place? keeper? verified?:at faults?:int"},
    {"backup_step", "good:bool day?:date text?"},
    {"backup_carrier", "id number place keeper copies:int state? text? last?:at bytes?:int verified?:at"},
    {"backup_status",
     "state good:bool text? made?:backup_step checked?:backup_step next?:date due?:date code_given:bool before_erasure:int erased_text?"
     " carriers*:backup_carrier"},
    {"backup_removed", "id freed:int"},
    {"backup_code", "code key"},
    {"backup_restored",
     "id at data school fingerprint repositories:int files:int bytes:int erased:int sessions:int jobs:int repeated:int repeated_left:int"
     " erasures_known:at"},
    {"carrier_check", "at:at by:actor faults:int"},
    {"carrier_copy", "id at files:int bytes:int verified?:carrier_check"},
    {"carrier_fields", "id number place? keeper? folder keep?:int state:=active|removed +stamped"},
    {"carrier", "+carrier_fields copies*?:carrier_copy"},
    {"carrier_row", "+carrier_fields last?:at verified?:at count:int"},

    {NULL, NULL}};
