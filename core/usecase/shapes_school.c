/* Shapes of the school, its people, classes and accounts. */
#include "usecase/shape.h"

const struct uc_shape uc_shapes_school[] = {
    /* --- school --- */
    {"school_new", "id:id name admin person:id data fingerprint"},
    {"setting", "name title value default words? min?:int max?:int"},
    {"school",
     "id:id name short_name? offset_minutes:int settings%:text labels%?:any plugins*?:text known*:setting fingerprint public_key +stamped"},
    {"school_head", "name short_name? accent"},
    {"school_limits", "file_bytes:int portfolio_bytes:int files:int file_types*:text file_names*:text"},
    {"school_about", "+school_head limits:school_limits"},

    /* --- people --- */
    {"contacts", "phone? email?"},
    {"role",
     "id:id role:=role class?:id group?:id programme?:id subject? levels*?:=study_level areas*?:=section duty?:=duty from?:date to?:date order?"},
    {"naming", "+stamp how:=screen|paper text_version? paper_date?:date entered_by?:actor sha256?:sha256 withdrawn?:stamp"},
    {"person",
     "id:id surname name? patronymic? former_names*?:former_name contacts?:contacts number? naming?:naming roles*?:role dismissed?:date dismissed_order? +stamped"},
    {"work_left", "role:=role class:id submitted:int"},
    {"person_dismissed", "+person waiting*:work_left"},
    {"person_row", "id:id surname name? patronymic? number? dismissed?:date roles*:=role guardian?:bool"},
    {"role_row",
     "id:id person:id person_name role:=role class?:id class_name? group?:id group_title? programme?:id subject? levels? areas? duty?:=duty from?:date"
     " to?:date"},

    /* --- classes --- */
    {"class", "id:id year:int number:int letter? name profile? +stamped"},
    {"class_whole", "+class roles*:role_row"},
    {"class_row", "id:id year:int number:int letter? name profile? level:=study_level pupils:int"},
    {"promotion_step", "pupil:id name from to what:=promoted|conditional|repeat|left|stay_out"},
    {"promotion", "year next apply:bool counts%:int items*:promotion_step"},
    {"board_cell", "verified?:bool waiting?:bool returned?:bool new?:bool"},
    {"board_row", "id:id name sections%:board_cell nothing:bool waiting?:bool new?:bool"},
    {"class_board", "id:id name year:int sections*:=section pupils*:board_row"},
    {"account_of_class",
     "pupil:id pupil_name subject:id kind:=pupil|guardian name person_name relation?:=guardian_kind account_state:=account_state login? account?:id"
     " slip_expires?:at may:bool"},

    /* --- programmes, groups --- */
    {"programme", "id:id title kind?:=programme_kind hours?:int from?:date to?:date +stamped"},
    {"programme_row", "id:id title kind?:=programme_kind hours?:int from?:date to?:date"},
    {"group", "id:id title programme?:id year:int from?:date to?:date +stamped"},
        {"group_whole", "+group pupils*:pupil_row"},
    {"group_row", "id:id title programme?:id programme_title? year?:int from?:date to?:date pupils:int"},
    {"group_done", "group:id pupils:int"},

    /* --- accounts: a password is told this once --- */
    {"account", "id:id login subject:id kind:=pupil|person state:=account_state must_change:bool"},
    {"account_new", "+account password$"},
    {"account_row",
     "id:id login subject:id kind:=pupil|person state:=account_state is_pupil:bool disabled:bool must_change:bool confirmed:bool has_password:bool locked_until?:at created?:at slip_expires?:at"},
    {"account_own", "phrases*:text language?:=language seen%?:at"},
    {"session_row", "id:id kind:=session|token title? scope? created?:at last_used?:at expires?:at current?:bool"},
    {"session_new", "id:id token$ expires:at account:id confirmed:bool"},
    {"factor", "state:=off|pending|on required:bool codes_left:int"},
    {"factor_secret", "base32 uri"},
    {"factor_new", "state:=pending| secret$:factor_secret"},
    {"factor_codes", "state:=on| codes*$:text"},
    {"factor_off", "state:=off|pending"},
    {"child", "pupil:id name kind-:=guardian_kind rights-:guardian_rights birth-:date from-:date to-:date class? class_id?:id"},
    {"me",
     "id kind:=local|pupil|guardian|staff|nobody account confirmed:bool must_change:bool factor:=off|on|required roles*:role login? name? class? class_id?:id"
     " children*:child places*:=pupil|guardian|teacher|office|sysadmin school:school_head year:int today:date language?:=language csrf?"},

    /* --- notices --- */
    {"notice_about", "object?:id pupil?:id entry?:id count?:int"},
    {"notice", "id:id kind:=notice_kind about:notice_about at:at read:bool text pupil_name? title?"},
    {"unread", "unread:int"},

    /* --- events --- */
    {"participant", "pupil:id result?:=result degree?:int place?:int score?:number comment? entry?:id"},
    {"event",
     "id:id title organiser? activity:=activity section?:=section level:=level stage?:=stage format?:=format participation?:=participation subject?"
     " from?:date to?:date description? state:=event_state files*?:file files_made?:int participants*?:participant +stamped"},
    {"event_row",
     "id:id title organiser? level?:=level format?:=format participation?:=participation activity?:=activity section?:=section subject? from?:date to?:date"
     " state:=event_state school_year?:int participants:int"},

    {NULL, NULL}};
