/* Shapes of what stands in portfolios: docs/data.md tells the documents. */
#include "usecase/shape.h"

const struct uc_shape uc_shapes_portfolio[] = {
    /* --- entries --- */
    {"entry_document", "kind?:=document_kind number? issuer? date?:date"},
    {"mentor", "person?:id name? published?:bool"},
    {"gto_part", "test? value? level? order? order_date?:date"},
    {"entry_source", "kind:=source by?:actor batch?:id event?:id key? revision?:int state_list?"},
    {"entry_fields",
     "kind:=kind section:=section activity?:=activity title organiser? level?:=level stage?:=stage format?:=format participation?:=participation"
     " result?:=result degree?:int place?:int badge?:=badge score?:number score_max?:number subject? date?:date date_to?:date hours?:number"
     " mentor?:mentor team_size?:int document?:entry_document link? description? files*?:file sensitive?:bool significant?:bool group?:id gto?:gto_part"},
    {"entry",
     "id:id pupil:id revision:int state:=entry_state +entry_fields files_made?:int source:entry_source ground:=ground school_year class?:id class_name?"
     " returned?:reasoned hidden?:reasoned +stamped"},
    {"verification", "revision:int entry_sha256:sha256 by:actor at:at act:=verification_act comment? +stamped"},
    {"dispute_answer", "outcome:=dispute_outcome text +stamp"},
    {"dispute", "revision:int kind:=dispute_kind text by:actor at:at due:date answer?:dispute_answer +stamped"},
    {"entry_whole",
     "+entry verification?:verification verified_revision?:int dispute?:dispute"
     " masks*?:mask_page steps*:=edit|edit_draft|submit|verify|return|withdraw|hide|unhide|dispute|answer|mask"},
    /* a row of a list: of `school_year` the year in which it began */
    {"entry_row",
     "id:id pupil:id pupil_name? pupil_class?:id pupil_class_name? revision:int state:=entry_state kind:=kind section:=section activity?:=activity"
     " title? organiser? level?:=level stage?:=stage format?:=format participation?:=participation result?:=result degree?:int place?:int badge?:=badge"
     " subject? date?:date date_to?:date school_year?:int class?:id class_name? group?:id source:=source submitted_by?:actor batch?:id event?:id"
     " mentor? document? ground:=ground sensitive?:bool significant?:bool files:int hidden?:bool disputed?:bool verified?:bool created?:at changed?:at"},
    {"entry_past", "at:at actor use_case subject revision:int state:=entry_state returned?:reasoned"},
    {"entry_change", "field from?:any to?:any"},
    {"entry_diff", "from:int to:int changes*:entry_change"},
    {"dispute_row",
     "entry:id pupil:id pupil_name? title? kind:=dispute_kind open?:bool by:actor at:at due?:date overdue?:bool outcome?:=dispute_outcome text? answer?"},
    {"mask_area", "x:int y:int w:int h:int"},
    {"mask_page", "path page:int sha256:sha256 areas*?:mask_area +stamp"},
    {"masks", "id:id masks*:mask_page"},
    {"entry_done", "id done:bool state?:=entry_state revision?:int now?:int error?:refusal"},
    {"entries_done", "done:int refused:int items*:entry_done"},

    /* --- reviews --- */
    {"review_asked", "+stamp of?:id note?"},
    {"review",
     "id:id pupil:id entry?:id kind:=review_kind text? state:=review_state asked?:review_asked by?:actor by_kind? ground:=ground +stamped"},
    {"review_row",
     "id:id pupil:id pupil_name? entry?:id entry_title? kind:=review_kind state:=review_state by?:actor by_kind? asked_by?:actor asked_of?:id changed:at"
     " text? note?"},
    {"review_whom", "person:id as name? subject?"},

    /* --- consents --- */
    {"consent_act", "who:=consent_who by:id how:=consent_how at:at paper_date?:date entered_by?:actor sha256?:sha256"},
    {"consent_end", "by:actor at:at how?:=consent_how"},
    {"consent",
     "id:id pupil:id purpose:=consent_purpose fields*?:=consent_field target?:id bans? conditions? from?:date to?:date text_version?"
     " state:=consent_state acts*:consent_act withdrawn?:consent_end +stamped"},
    {"consent_row",
     "id:id pupil:id pupil_name? purpose:=consent_purpose target?:id state:=consent_state from?:date to?:date changed:at consent:consent"},
    {"consent_signed", "who:=consent_who how:=consent_how at:at mine:bool"},
    {"consent_given", "id:id state:=consent_state fields*?:=consent_field from?:date to?:date text_version? acts*:consent_signed"},
    {"consent_question",
     "purpose:=consent_purpose target?:id target_title? text_version state:=consent_state paper_only:bool documents*:consent_given question text may:bool"
     " why? why_text? covered*?:=consent_field fields*?:=consent_field"},
    {"consent_questions", "pupil:id signers:=consent_signers items*:consent_question"},
    /* what others are shown: what a consent's fields cover and nothing else */
    {"shown_review", "kind:=review_kind text"},
    {"shown_file", "path type page?:int"},
    {"shown_entry",
     "title? section?:=section activity?:=activity level?:=level result?:=result degree?:int place?:int badge?:=badge team?:int organiser? date?:date year?"
     " mentor? reviews*?:shown_review entry?:id files*?:shown_file"},
    {"shown_portfolio", "name? class? entries*:shown_entry reviews*?:shown_review"},
    {"consent_preview", "channel nobody:bool fields*:=consent_field card:shown_portfolio"},
    {"scan_guardian", "id:id name relation?:=guardian_kind"},
    {"scan_page",
     "page:int file of:int outcome:=found|duplicate|unknown|not_recognised|not_allowed|entered form?:id pupil?:id pupil_name? purpose?:=consent_purpose"
     " target?:id target_title? signers?:=consent_signers guardians*?:scan_guardian consent?:id"},
    {"scan", "id:id by:actor created?:int class?:id pages*:scan_page"},
    {"consents_of_pupil",
     "pupil:id pupil_name signers:=consent_signers processing:=consent_state dissemination:=consent_state olympiad:=consent_state image:=consent_state"
     " sensitive:=consent_state"},

    /* --- goals, skills, links --- */
    {"comment", "text +stamp"},
    {"goal", "id:id pupil:id title plan? due?:date state:=goal_state reflection? comments*?:comment ground:=ground +stamped"},
    {"goal_row", "pupil_name? +goal"},
    {"skill", "id:id pupil:id kind:=skill_kind text date?:date by?:actor by_kind? ground:=ground +stamped"},
    {"skill_row", "pupil_name? +skill"},
    {"share_act", "who:=consent_who by:id how:=consent_how at:at"},
    {"share",
     "id:id pupil:id title? fields*:=consent_field entries*?:id state:=share_state why?:=share_why from:date to:date acts*:share_act revoked?:stamp"
     " +stamped"},
    /* `token` and `address` are told this once */
    {"share_new", "+share token$ address$"},
    {"share_row", "pupil_name? +share"},
    {"shown_page", "path type page:int areas*:mask_area"},
    {"share_pictures", "entry:id title? pictures:int public:int files*:shown_page"},
    {"qr", "size:int path"},
    {"share_view", "school? short_name? to?:date portfolio:shown_portfolio"},

    /* --- pupils --- */
    {"guardian_rights", "see?:bool add?:bool consent?:bool papers?:bool"},
    {"guardian", "person:id kind:=guardian_kind ground? rights?:guardian_rights document? from?:date to?:date"},
    {"study", "form:=study_form from?:date to?:date"},
    {"pupil_left", "date:date order? reason?"},
    {"advanced", "level:=study_level +stamp"},
    {"pupil",
     "id:id surname name? patronymic? document_name?:person_name former_names*?:former_name sex?:=sex birth?:date number? uin? gto_admitted_to?:date"
     " state:=pupil_state left?:pupil_left study*?:study guardians*?:guardian cover? about? order*?:id advanced*?:advanced +stamped"},
    {"in_class", "class:id year:int name basis?:=class_basis order? from?:date to?:date"},
    {"in_group", "group:id from?:date to?:date order?"},
    {"pupil_whole", "+pupil class?:id class_name? classes*?:in_class groups*?:in_group"},
    {"pupil_row",
     "id:id surname name? patronymic? sex?:=sex birth?:date number? state:=pupil_state left_date?:date class?:id class_name? class_year?:int"
     " level?:=study_level"},

    /* an act of erasure, or with `preview` what it would be: then `pupil` is who it is about, and nothing was done */
    {"erase_person", "id:id name why?"},
    {"erase_place", "id title? state? files?:int"},
    {"erase_mention", "kind id pupil?:id"},
    {"erase_backup", "number? place? copies*:any"},
    {"erase_waiting", "what:=upload|import|scan|result count:int by?:actor name?"},
    {"erase_left", "what id? code"},
    {"erasure",
     "id:id pupil:id number? state:=accepted|done ground:=erase_ground reason? persons*?:id channels*?:id counts%?:int backups*?:erase_backup done?:stamp"
     " again*?:stamp remaining*?:erase_left +stamped"},
    {"erase_answer",
     "id?:id pupil:any number? state?:=accepted|done ground?:=erase_ground reason? confirm? bytes?:int spool?:int waiting*?:erase_waiting persons*?:any stay*?:erase_person"
     " channels*?:any events*?:erase_place counts%?:int mentions*?:erase_mention backups*?:erase_backup beyond*?:=backups|exports|papers done?:stamp"
     " again*?:stamp remaining*?:erase_left +stamped"},
    {"emptied", "id:id name number?"},
    {"erasures_done", "done:int left*:erasure"},

    /* --- awards --- */
    {"award_kind",
     "id:id title text? activity*?:=activity level?:=level result*?:=result count:int state:=award_kind_state +stamped"},
    {"award_step", "act:=award_act comment? +stamp"},
    {"award",
     "id:id pupil:id kind:id title text? entries*?:id school_year class?:id class_name? state:=award_state steps*:award_step ground:=ground +stamped"},
    {"award_entry", "id:id title? activity?:=activity level?:=level result?:=result subject? date?:date"},
    {"award_whole", "+award records*:award_entry"},
    {"award_row", "pupil_name? +award"},
    {"award_suggested", "pupil:id pupil_name class?:id class_name? entries*:award_entry nominated:bool"},
    {"award_suggestions", "kind:award_kind school_year:int items*:award_suggested"},

    /* --- the portfolio as a whole --- */
    {"portfolio_head",
     "id:id surname? name? patronymic? class_name? cover? about? order*?:id advanced*?:advanced level?:=study_level may_advance:bool"},
    {"portfolio_row", "+entry_row past?:bool"},
    {"portfolio", "pupil:portfolio_head count:int sections%:int levels%:int states%:int entries*:portfolio_row reviews*:review_row"},
    {"portfolio_select", "entries*:id significant:bool"},
    {"portfolio_look", "pupil:id cover? about? order*?:id advanced*?:advanced"},
    {"portfolio_check", "pupil:id commits:int objects:int faults:int items*:fault"},
    {"admission_entry",
     "id:id title date?:date level?:=level result?:=result badge?:=badge class_name? until?:date state:=entry_state document?:entry_document files:int"
     " missing*:=admission_missing"},
    {"admission_part", "kind:=admission_kind by_state?:bool entries*:admission_entry"},
    {"admission", "pupil:id class:int kinds*:admission_part"},

    {NULL, NULL}};
