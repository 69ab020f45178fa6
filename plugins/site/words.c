#include "site.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

const char *site_word(const struct site *s, const char *set, const char *value)
{
    return lt_json_str_or(lt_json_object(s->words, set), value, value);
}

void site_count(const struct site *s, struct lt_buf *out, const char *id, unsigned n)
{
    lt_msg_add(out, s->lang, id, "n", LT_NUM(n), (char *)NULL);
}

void site_upper(const char *in, char *out, size_t size)
{
    unsigned char a = (unsigned char)in[0], b = a ? (unsigned char)in[1] : 0;
    lt_print(out, size, "%.*s", (int)lt_utf8_clip(in, size - 1), in);
    if (a >= 'a' && a <= 'z') out[0] = (char)(a - 'a' + 'A');
    else if (a == 0xD0 && b >= 0xB0 && b <= 0xBF) out[1] = (char)(b - 0x20); /* а–п */
    else if (a == 0xD1 && b >= 0x80 && b <= 0x8F) out[0] = (char)0xD0, out[1] = (char)(b + 0x20); /* р–я */
    else if (a == 0xD1 && b == 0x91) out[0] = (char)0xD0, out[1] = (char)0x81; /* ё */
}

static bool digits(const char *s, size_t n)
{
    return strspn(s, "0123456789") >= n;
}

/* 2026-03-05 → «5 марта 2026» */
void site_date(const struct site *s, const char *iso, char *out, size_t size)
{
    bool good = strlen(iso) == 10 && digits(iso, 4) && iso[4] == '-' && digits(iso + 5, 2) && iso[7] == '-' && digits(iso + 8, 2);
    int month = good ? (iso[5] - '0') * 10 + iso[6] - '0' : 0;
    if (month < 1 || month > 12) {
        lt_print(out, size, "%.*s", (int)lt_utf8_clip(iso, size - 1), iso);
        return;
    }
    char id[32], day[3] = {iso[8], iso[9], 0}, year[5];
    struct lt_buf b = LT_BUF_INIT(256);
    lt_print(id, sizeof id, "site.month.%d", month);
    lt_print(year, sizeof year, "%.4s", iso);
    lt_msg_add(&b, s->lang, "site.date", "day", day[0] == '0' ? day + 1 : day, "month", lt_msg(s->lang, id), "year", year, (char *)NULL);
    lt_print(out, size, "%s", b.data ? b.data : "");
    lt_buf_free(&b);
}

void site_result(const struct site *s, const json_t *entry, char *out, size_t size)
{
    struct lt_buf b = LT_BUF_INIT(1024);
    const char *result = lt_json_str(entry, "result"), *badge = lt_json_str(entry, "badge");
    int64_t degree = lt_json_int(entry, "degree", 0), place = lt_json_int(entry, "place", 0);
    if (result) lt_buf_adds(&b, site_word(s, "result", result));
    if (badge) lt_buf_adds(&b, b.len ? " · " : ""), lt_buf_adds(&b, site_word(s, "badge", badge));
    if (degree) lt_buf_adds(&b, b.len ? " · " : ""), lt_msg_add(&b, s->lang, "site.degree", "n", degree == 1 ? "I" : degree == 2 ? "II" : "III", (char *)NULL);
    if (place) lt_buf_adds(&b, b.len ? " · " : ""), lt_msg_add(&b, s->lang, "site.place", "n", LT_NUM(place), (char *)NULL);
    site_upper(b.data ? b.data : "", out, size);
    lt_buf_free(&b);
}

const char *site_medal(const json_t *entry)
{
    static const char *const colours[] = {"", "gold", "silver", "bronze"};
    const char *badge = lt_json_str_or(entry, "badge", ""), *result = lt_json_str_or(entry, "result", "");
    int64_t place = lt_json_int(entry, "place", 0), degree = lt_json_int(entry, "degree", 0);
    for (int i = 1; i <= 3; i++)
        if (strcmp(badge, colours[i]) == 0) return colours[i];
    if (place >= 1 && place <= 3) return colours[place];
    if (degree >= 1 && degree <= 3) return colours[degree];
    bool first = strcmp(result, "winner") == 0 || strcmp(result, "champion") == 0 || strcmp(result, "grand_prix") == 0;
    return first ? "gold" : "";
}

void site_level(const struct site *s, const char *level, char *out, size_t size)
{
    struct lt_buf b = LT_BUF_INIT(512);
    const char *word = site_word(s, "level", level);
    if (strcmp(level, "class") == 0) lt_buf_adds(&b, word);
    else lt_msg_add(&b, s->lang, "site.level", "level", word, (char *)NULL);
    lt_print(out, size, "%.*s", (int)lt_utf8_clip(b.data ? b.data : "", size - 1), b.data ? b.data : "");
    lt_buf_free(&b);
}

/* Letters that name classes; whatever else is met becomes its number, so that two names never give one file. */
void site_file_name(const char *text, char *out, size_t size)
{
    static const char *const cyrillic[] = {"a", "b", "v", "g", "d", "e", "zh", "z", "i", "j", "k", "l", "m", "n", "o", "p",
                                           "r", "s", "t", "u", "f", "h", "c", "ch", "sh", "sch", "qq", "y", "q", "eh", "yu", "ya"};
    struct lt_buf b = LT_BUF_INIT(256);
    char *folded = lt_fold(text);
    for (const unsigned char *c = (const unsigned char *)(folded ? folded : text); *c && b.len + 8 < size; c++) {
        if ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9')) lt_buf_addc(&b, (char)*c);
        else if (*c == 0xD0 && c[1] >= 0xB0 && c[1] <= 0xBF) lt_buf_addf(&b, "-%s", cyrillic[*++c - 0xB0]);
        else if (*c == 0xD1 && c[1] >= 0x80 && c[1] <= 0x8F) lt_buf_addf(&b, "-%s", cyrillic[*++c - 0x80 + 16]);
        else if (*c == '/' || *c == '-') lt_buf_adds(&b, *c == '/' ? "--" : "---");
        else lt_buf_addf(&b, "_%02x", *c);
    }
    const char *name = b.data ? b.data : "";
    lt_print(out, size, "%s%s", *name == '-' || *name == '_' || !*name ? "c" : "", name);
    lt_buf_free(&b);
    free(folded);
}
