/* po2c LANG OUT.c FILE.po...: turns message catalogues of one language into a sorted table of the program.
 *
 * Reads the gettext forms that people and translation tools write: comments, msgid, msgid_plural, msgstr,
 * msgstr[n], strings over several lines. Refuses with file:line what would show a reader a wrong or empty
 * sentence: fuzzy or empty translations, an id given twice, a wrong number of plural forms. Runs on the
 * building machine only. */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMS    3
#define TEXT_MAX 4000 /* C17 promises string literals of 4095 characters */

struct message {
    char *id;
    char *forms[FORMS];
    bool plural;
    bool fuzzy;
    const char *file;
    int line;
};

struct catalogue {
    struct message *messages;
    size_t count, cap;
    int forms; /* plural forms of the language */
};

struct reader {
    const char *file;
    int line;
    struct message now;
    char **open; /* the string that a bare continuation line goes on with */
    char *ignored;
};

static void __attribute__((format(printf, 3, 4), noreturn))
die(const char *file, int line, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void *checked(void *p)
{
    if (!p) die("po2c", 0, "out of memory");
    return p;
}

/* Appends the quoted string at s to *to. */
static void read_string(struct reader *r, const char *s, char **to)
{
    size_t len = *to ? strlen(*to) : 0;
    char *out = checked(realloc(*to, len + strlen(s) + 1));
    *to = out;
    while (isspace((unsigned char)*s))
        s++;
    if (*s++ != '"') die(r->file, r->line, "a quoted string was expected");
    while (*s && *s != '"') {
        char c = *s++;
        if (c == '\\') {
            static const char names[] = "nt\"\\r", values[] = "\n\t\"\\\r";
            const char *known = *s ? strchr(names, *s) : NULL;
            if (!known) die(r->file, r->line, "unknown escape \\%c", *s ? *s : ' ');
            c = values[known - names];
            s++;
        }
        out[len++] = c;
    }
    out[len] = '\0';
    if (*s++ != '"') die(r->file, r->line, "the string has no closing quote");
    while (isspace((unsigned char)*s))
        s++;
    if (*s) die(r->file, r->line, "something follows the string");
    if (len > TEXT_MAX) die(r->file, r->line, "longer than %d bytes", TEXT_MAX);
}

static void add(struct catalogue *c, const struct message *m)
{
    if (c->count == c->cap) {
        c->cap = c->cap ? c->cap * 2 : 256;
        c->messages = checked(realloc(c->messages, c->cap * sizeof *c->messages));
    }
    c->messages[c->count++] = *m;
}

/* The message read so far is complete. */
static void finish(struct catalogue *c, struct reader *r)
{
    struct message *m = &r->now;
    r->open = NULL;
    if (m->id && *m->id) {
        if (m->fuzzy)
            die(m->file, m->line, "\"%s\" is marked fuzzy: check the text and remove the mark", m->id);
        int wanted = m->plural ? c->forms : 1;
        for (int i = 0; i < FORMS; i++) {
            if (i < wanted && (!m->forms[i] || !*m->forms[i]))
                die(m->file, m->line, "\"%s\" has no text%s", m->id,
                    wanted > 1 ? " for each of its forms" : "");
            if (i >= wanted && m->forms[i])
                die(m->file, m->line, "\"%s\" has more forms than the language", m->id);
        }
        for (const char *p = m->id; *p; p++) {
            if (isspace((unsigned char)*p) || iscntrl((unsigned char)*p))
                die(m->file, m->line, "\"%s\" is not an id but a text", m->id);
        }
        add(c, m);
    }
    *m = (struct message){0};
}

static void read_line(struct catalogue *c, struct reader *r, const char *s)
{
    int form = 0, used = 0;
    while (isspace((unsigned char)*s))
        s++;
    if (!*s) return;
    if (*s == '#') {
        /* a comment belongs to the message after it */
        if (r->now.forms[0]) finish(c, r);
        if (s[1] == ',' && strstr(s, "fuzzy")) r->now.fuzzy = true;
    } else if (*s == '"') {
        if (!r->open) die(r->file, r->line, "a string that belongs to nothing");
        read_string(r, s, r->open);
    } else if (strncmp(s, "msgid_plural", 12) == 0) {
        if (!r->now.id) die(r->file, r->line, "msgid_plural without msgid");
        r->now.plural = true;
        free(r->ignored);
        r->ignored = NULL;
        r->open = &r->ignored;
        read_string(r, s + 12, r->open);
    } else if (strncmp(s, "msgid", 5) == 0) {
        if (r->now.id) finish(c, r);
        r->now.file = r->file;
        r->now.line = r->line;
        r->open = &r->now.id;
        read_string(r, s + 5, r->open);
    } else if (sscanf(s, "msgstr[%d]%n", &form, &used) == 1 && used) {
        if (!r->now.id || !r->now.plural || form < 0 || form >= FORMS || r->now.forms[form])
            die(r->file, r->line, "msgstr[%d] does not belong here", form);
        r->open = &r->now.forms[form];
        read_string(r, s + used, r->open);
    } else if (strncmp(s, "msgstr", 6) == 0) {
        if (!r->now.id || r->now.plural || r->now.forms[0])
            die(r->file, r->line, "msgstr does not belong here");
        r->open = &r->now.forms[0];
        read_string(r, s + 6, r->open);
    } else {
        die(r->file, r->line, "neither msgid, msgstr nor a comment");
    }
}

static void read_file(struct catalogue *c, const char *path)
{
    FILE *in = fopen(path, "r");
    if (!in) die(path, 0, "cannot be opened");
    struct reader r = {.file = path};
    char line[8192];
    while (fgets(line, sizeof line, in)) {
        r.line++;
        if (!strchr(line, '\n') && !feof(in)) die(path, r.line, "line too long");
        read_line(c, &r, line);
    }
    if (r.now.id) finish(c, &r);
    free(r.ignored);
    fclose(in);
}

static int order(const void *a, const void *b)
{
    const struct message *x = a, *y = b;
    return strcmp(x->id, y->id);
}

static void write_string(FILE *out, const char *s)
{
    fputc('"', out);
    for (; *s; s++) {
        if (*s == '\n')
            fputs("\\n", out);
        else if (*s == '"' || *s == '\\' || *s == '?') /* ? for trigraphs */
            fprintf(out, "\\%c", *s);
        else if (iscntrl((unsigned char)*s) && !(*s & 0x80))
            fprintf(out, "\\%03o", (unsigned)*s);
        else
            fputc(*s, out);
    }
    fputc('"', out);
}

static int write_table(const struct catalogue *c, const char *lang, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out) die(path, 0, "cannot be written");
    fprintf(out, "#include \"base/catalogue.h\"\n\nstatic const struct lt_message messages[] = {\n");
    for (size_t i = 0; i < c->count; i++) {
        const struct message *m = &c->messages[i];
        fputs("    {", out);
        write_string(out, m->id);
        fputs(", {", out);
        for (int k = 0; k < FORMS; k++) {
            if (k) fputs(", ", out);
            if (m->forms[k])
                write_string(out, m->forms[k]);
            else
                fputs("NULL", out);
        }
        fputs("}},\n", out);
    }
    /* a table without messages must not be of length zero */
    fprintf(out, "    {NULL, {NULL, NULL, NULL}},\n};\n\n");
    fprintf(out, "const struct lt_catalogue lt_catalogue_%s = {messages, %zu};\n", lang, c->count);
    return fclose(out);
}

int main(int argc, char **argv)
{
    if (argc < 3 || (strcmp(argv[1], "ru") != 0 && strcmp(argv[1], "en") != 0)) {
        fputs("po2c ru|en OUT.c FILE.po...\n", stderr);
        return 2;
    }
    struct catalogue c = {.forms = strcmp(argv[1], "ru") == 0 ? 3 : 2};
    for (int i = 3; i < argc; i++)
        read_file(&c, argv[i]);
    if (c.count) qsort(c.messages, c.count, sizeof *c.messages, order);
    for (size_t i = 1; i < c.count; i++) {
        const struct message *a = &c.messages[i - 1], *b = &c.messages[i];
        if (strcmp(a->id, b->id) == 0)
            die(b->file, b->line, "\"%s\" is given in %s:%d too", b->id, a->file, a->line);
    }
    int r = write_table(&c, argv[1], argv[2]);
    for (size_t i = 0; i < c.count; i++) {
        free(c.messages[i].id);
        for (int k = 0; k < FORMS; k++)
            free(c.messages[i].forms[k]);
    }
    free(c.messages);
    return r != 0;
}
