#include "model/values.h"

#include "base/mem.h"

#include <string.h>

/* Order inside a set is that of the glossary (docs/glossary.md); levels, stages and results go from near to
 * far or from best to least, so that model_value_rank means something. */
static const char *const account_kind_words[] = {"pupil", "guardian", "staff", NULL};
static const char *const account_state_words[] = {"none", "issued", "expired", "used", "confirmed", "disabled", "active", NULL};
static const char *const activity_words[] = {
    "olympiad",     "contest",         "festival", "conference", "project", "sport", "gto", "art",
    "volunteering", "self_government", "course",   "practice",   "exam",    "other", NULL};
static const char *const badge_words[] = {"gold", "silver", "bronze", NULL};
static const char *const channel_state_words[] = {"active", "removed", NULL};
static const char *const class_basis_words[] = {"enrolled", "promoted", "conditional", "repeat",
                                                "moved",    "returned", NULL};
static const char *const consent_field_words[] = {
    "name", "class", "photo", "title", "result", "organiser", "date", "document", "review", "mentor", NULL};
static const char *const consent_signers_words[] = {"guardian", "both", "pupil", NULL};
static const char *const language_words[] = {"ru", "en", NULL};
static const char *const slips_whose_words[] = {"all", "pupil", "guardian", NULL};
static const char *const consent_how_words[] = {"screen", "paper", NULL};
static const char *const consent_purpose_words[] = {"processing", "dissemination", "olympiad",
                                                    "image",      "sensitive",     NULL};
static const char *const consent_state_words[] = {"waiting_second", "active", "withdrawn", "refused",
                                                  "expired",        "none",   NULL};
static const char *const consent_who_words[] = {"guardian", "pupil", NULL};
static const char *const dispute_kind_words[] = {"not_me", "wrong_data", "other", NULL};
static const char *const dispute_outcome_words[] = {"corrected", "upheld", "withdrawn", NULL};
static const char *const document_kind_words[] = {"diploma",
                                                  "merit_certificate",
                                                  "merit_sheet",
                                                  "merit_diploma",
                                                  "medal",
                                                  "insignia",
                                                  "certificate",
                                                  "official_certificate",
                                                  "id_certificate",
                                                  "thanks",
                                                  "thanks_letter",
                                                  "education_document",
                                                  "statement",
                                                  "sports_record_book",
                                                  "order_extract",
                                                  "volunteer_book",
                                                  NULL};
static const char *const duty_words[] = {"olympiads", "gto",     "ceremony",      "publication", "books",
                                         "custody",   "storage", "personal_data", NULL};
static const char *const entry_act_words[] = {"edit",    "edit_draft", "submit", "verify",
                                              "return",  "take_back",  "hide",   "unhide",
                                              "dispute", "answer",     NULL};
static const char *const entry_mark_words[] = {"hidden", "disputed", NULL};
static const char *const entry_state_words[] = {"draft",    "submitted",  "returned",
                                                "verified", "taken_back", NULL};
static const char *const erase_ground_words[] = {"withdrawn", "purpose", "term", "unlawful", "mistake", NULL};
static const char *const event_state_words[] = {"open", "closed", NULL};
static const char *const export_format_words[] = {"bundle", "zip", NULL};
static const char *const format_words[] = {"in_person", "correspondence", "online", NULL};
static const char *const ground_words[] = {"law", "contract", "consent", NULL};
static const char *const guardian_kind_words[] = {"parent",     "adoptive_parent", "opekun",
                                                  "popechitel", "organisation",    NULL};
static const char *const guardian_right_words[] = {"see", "add", "consent", "papers", NULL};
static const char *const import_outcome_words[] = {
    "new",       "changed",  "unchanged", "moved",         "left",  "matched", "doubtful",
    "not_found", "not_ours", "duplicate", "contradiction", "waits", "error", NULL};
static const char *const import_state_words[] = {"applied", "undone", NULL};
static const char *const kind_words[] = {"achievement", "work", "document", "experience", NULL};
static const char *const level_words[] = {"class",         "school",   "municipal",     "regional",
                                          "interregional", "national", "international", NULL};
static const char *const participation_words[] = {"personal", "team", NULL};
static const char *const preview_size_words[] = {"320", "800", "1600", NULL};
static const char *const programme_kind_words[] = {"general", "extracurricular", "additional", "vocational",
                                                   NULL};
static const char *const publication_state_words[] = {"published", "removing", "removed", NULL};
static const char *const pupil_state_words[] = {"active", "left", NULL};
static const char *const result_words[] = {
    "grand_prix",    "champion", "winner", "medallist", "prize_winner", "laureate",    "diploma_holder",
    "special_prize", "finalist", "titled", "badge",     "completed",    "participant", NULL};
static const char *const review_kind_words[] = {"review", "critique", "recommendation", "thanks", NULL};
static const char *const review_state_words[] = {"asked", "given", "declined", "retracted", NULL};
static const char *const role_words[] = {"teacher", "class_teacher", "substitute", "deputy_head", "director",
                                         "clerk",   "sysadmin",      "duty",       NULL};
static const char *const search_kind_words[] = {
    "entry", "review", "pupil", "person", "event", NULL};
static const char *const section_words[] = {"study", "extracurricular", "additional", "personal", NULL};
static const char *const sex_words[] = {"m", "f", NULL};
static const char *const source_words[] = {"pupil", "guardian", "staff", "import", "event", "transfer", NULL};
static const char *const stage_words[] = {"qualifying", "school", "municipal", "regional", "final", NULL};
static const char *const study_form_words[] = {"school", "home", "family", NULL};
static const char *const study_level_words[] = {"noo", "ooo", "soo", NULL};
static const char *const verification_act_words[] = {"seen_original", "seen_copy", "import",
                                                     "order",         "event",     NULL};

static const char *const admission_kind_words[] = {
    "champion", "gto", "honours", "volunteering", "contest", "essay", NULL};
static const char *const admission_missing_words[] = {
    "verified", "file", "number", "issuer", "date", "class", NULL};
static const char *const award_act_words[] = {"nominate", "agree", "return", "refuse", NULL};
static const char *const award_kind_state_words[] = {"active", "closed", NULL};
static const char *const award_state_words[] = {"nominated", "returned", "agreed", "refused", NULL};
static const char *const log_level_words[] = {"error", "warn", "info", "debug", NULL};
static const char *const plugin_state_words[] = {"enabled", "available", "refused", NULL};
static const char *const digest_words[] = {"off", "daily", "weekly", NULL};
static const char *const goal_state_words[] = {"active", "reached", "set_aside", NULL};
static const char *const notice_kind_words[] = {
    "entry_verified", "entry_returned", "entry_disputed", "entry_answered", "dispute_overdue",
    "entries_added", "review_asked", "review_given", "review_declined", "consent_second",
    "consent_14", "consent_18", "share_waiting", "share_active", "goal_comment", "backup_overdue",
    "backup_damaged", "award_nominated", "award_agreed", "award_returned", "award_refused", "mask_changed", NULL};
static const char *const share_state_words[] = {
    "waiting", "active", "expired", "revoked", "suspended", NULL};
static const char *const share_why_words[] = {"own", "processing", "guardian", "refused", "age", NULL};
static const char *const skill_kind_words[] = {
    "personal", "regulative", "cognitive", "communicative", NULL};

static const struct set {
    const char *name;
    const char *const *words;
    size_t n;
} sets[] = {
#define SET(name_)                                                                                           \
    {                                                                                                        \
#name_, name_##_words, LT_COUNT(name_##_words) - 1                                                   \
    }
    /* sorted by name */
    SET(account_kind),
    SET(account_state),
    SET(activity),
    SET(admission_kind),
    SET(admission_missing),
    SET(award_act),
    SET(award_kind_state),
    SET(award_state),
    SET(badge),
    SET(channel_state),
    SET(class_basis),
    SET(consent_field),
    SET(consent_how),
    SET(consent_purpose),
    SET(consent_signers),
    SET(consent_state),
    SET(consent_who),
    SET(digest),
    SET(dispute_kind),
    SET(dispute_outcome),
    SET(document_kind),
    SET(duty),
    SET(entry_act),
    SET(entry_mark),
    SET(entry_state),
    SET(erase_ground),
    SET(event_state),
    SET(export_format),
    SET(format),
    SET(goal_state),
    SET(ground),
    SET(guardian_kind),
    SET(guardian_right),
    SET(import_outcome),
    SET(import_state),
    SET(kind),
    SET(language),
    SET(level),
    SET(log_level),
    SET(notice_kind),
    SET(participation),
    SET(plugin_state),
    SET(preview_size),
    SET(programme_kind),
    SET(publication_state),
    SET(pupil_state),
    SET(result),
    SET(review_kind),
    SET(review_state),
    SET(role),
    SET(search_kind),
    SET(section),
    SET(sex),
    SET(share_state),
    SET(share_why),
    SET(skill_kind),
    SET(slips_whose),
    SET(source),
    SET(stage),
    SET(study_form),
    SET(study_level),
    SET(verification_act),
#undef SET
};

static const struct set *find(const char *name)
{
    size_t from = 0, to = LT_COUNT(sets);
    while (name && from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(name, sets[middle].name);
        if (!order) return &sets[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

const char *const *model_values(const char *set, size_t *n)
{
    const struct set *s = find(set);
    if (n) *n = s ? s->n : 0;
    return s ? s->words : NULL;
}

int model_value_rank(const char *set, const char *word)
{
    const struct set *s = find(set);
    for (size_t i = 0; s && word && i < s->n; i++) {
        if (!strcmp(s->words[i], word)) return (int)i;
    }
    return -1;
}

bool model_value_known(const char *set, const char *word)
{
    return model_value_rank(set, word) >= 0;
}

const char *model_value_set(size_t i)
{
    return i < LT_COUNT(sets) ? sets[i].name : NULL;
}
