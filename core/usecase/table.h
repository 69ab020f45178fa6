/* The nouns, one file each. A new noun is a line here and a line in table.c. */
#ifndef LT_USECASE_TABLE_H
#define LT_USECASE_TABLE_H

#include "usecase/usecase.h"

#define UC_NOUN(word_, plural_, parent_, rows_)                                                                  \
    {.word = (word_), .plural = (plural_), .parent = (parent_), .rows = (rows_), .len = sizeof(rows_) / sizeof((rows_)[0])}

extern const struct uc_noun uc_noun_school, uc_noun_account, uc_noun_factor, uc_noun_token, uc_noun_session, uc_noun_log, uc_noun_system, uc_noun_job, uc_noun_entry, uc_noun_file, uc_noun_review, uc_noun_pupil, uc_noun_consent, uc_noun_class, uc_noun_programme, uc_noun_group,
    uc_noun_person, uc_noun_role, uc_noun_guardian, uc_noun_event, uc_noun_portfolio, uc_noun_search,
    uc_noun_import;
extern const struct uc_noun uc_noun_award;
extern const struct uc_noun uc_noun_goal, uc_noun_skill, uc_noun_share, uc_noun_notice;
extern const struct uc_noun uc_noun_report;
extern const struct uc_noun uc_noun_gto, uc_noun_olympiad;
extern const struct uc_noun uc_noun_channel, uc_noun_publication, uc_noun_plugin;
extern const struct uc_noun uc_noun_backup, uc_noun_carrier;

#endif
