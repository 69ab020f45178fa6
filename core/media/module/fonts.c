#include "fonts.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <fontconfig/fontconfig.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define MOST_FONTS 36 /* of the 64 descriptors a child may have */

struct font {
    char *path;
    int fd;
};
static struct font fonts[MOST_FONTS];
static size_t fonts_len;

/* --- openings answered from the table --- */

#if defined(__x86_64__)
#define PATH_OPEN(c) ((const char *)(uintptr_t)(c)->uc_mcontext.gregs[REG_RDI])
#define PATH_OPENAT(c) ((const char *)(uintptr_t)(c)->uc_mcontext.gregs[REG_RSI])
#define SET_RESULT(c, v) ((c)->uc_mcontext.gregs[REG_RAX] = (v))
#elif defined(__aarch64__)
#define PATH_OPENAT(c) ((const char *)(uintptr_t)(c)->uc_mcontext.regs[1])
#define SET_RESULT(c, v) ((c)->uc_mcontext.regs[0] = (unsigned long long)(v))
#endif

#ifdef SET_RESULT
static int known_font(const char *path) {
    for (size_t i = 0; path && i < fonts_len; i++)
        if (strcmp(fonts[i].path, path) == 0) {
            int fd = fcntl(fonts[i].fd, F_DUPFD_CLOEXEC, 3);
            return fd >= 0 ? fd : -errno;
        }
    return -EPERM;
}

static void on_opening(int signal, siginfo_t *info, void *context) {
    ucontext_t *c = context;
    int kept = errno, rc = -EPERM;
    (void)signal;
    if (info->si_syscall == SYS_openat)
        rc = known_font(PATH_OPENAT(c));
#ifdef SYS_open
    else if (info->si_syscall == SYS_open)
        rc = known_font(PATH_OPEN(c));
#endif
    SET_RESULT(c, rc);
    errno = kept;
}

static bool install(void) {
    struct sigaction a = {.sa_sigaction = on_opening, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART};
    sigemptyset(&a.sa_mask);
    return sigaction(SIGSYS, &a, NULL) == 0;
}
#else
static bool install(void) { return false; }
#endif

/* --- which fonts --- */

/* What documents made at schools ask for without embedding it, and the families behind the standard names of PDF. */
static const char *const families[] = {"Helvetica", "Times", "Courier", "Arial", "Times New Roman", "Courier New", "Symbol",
                                       "Zapf Dingbats", "Calibri", "Cambria", "DejaVu Sans", "DejaVu Serif", "PT Sans", "PT Serif",
                                       "sans-serif", "serif", "monospace"};

static void take_file(const char *path) {
    for (size_t i = 0; i < fonts_len; i++)
        if (strcmp(fonts[i].path, path) == 0)
            return;
    if (fonts_len == MOST_FONTS || strpbrk(path, "<>&*?[]\\")) /* it becomes part of a pattern below */
        return;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *copy = fd >= 0 ? lt_strdup(path) : NULL;
    if (!copy) {
        if (fd >= 0)
            close(fd);
        return;
    }
    fonts[fonts_len++] = (struct font){copy, fd};
}

/* The file behind a family's regular, bold, slanted or bold slanted face; cyrillic: one that has Russian letters. */
static void take_match(FcConfig *config, const char *family, bool bold, bool slanted, bool cyrillic) {
    FcPattern *p = FcPatternCreate(), *found = NULL;
    FcResult result;
    FcChar8 *file = NULL;
    if (!p)
        return;
    FcPatternAddString(p, FC_FAMILY, (const FcChar8 *)family);
    FcPatternAddInteger(p, FC_WEIGHT, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
    FcPatternAddInteger(p, FC_SLANT, slanted ? FC_SLANT_ITALIC : FC_SLANT_ROMAN);
    FcPatternAddBool(p, FC_SCALABLE, FcTrue);
    if (cyrillic)
        FcPatternAddString(p, FC_LANG, (const FcChar8 *)"ru");
    FcConfigSubstitute(config, p, FcMatchPattern);
    FcDefaultSubstitute(p);
    found = FcFontMatch(config, p, &result);
    if (found && FcPatternGetString(found, FC_FILE, 0, &file) == FcResultMatch)
        take_file((const char *)file);
    if (found)
        FcPatternDestroy(found);
    FcPatternDestroy(p);
}

/* First the plain face of every family, then the others, as long as there is room. */
static void choose(FcConfig *config) {
    for (unsigned face = 0; face < 4; face++)
        for (size_t i = 0; i < LT_COUNT(families); i++) {
            take_match(config, families[i], face & 1, face & 2, true);
            take_match(config, families[i], face & 1, face & 2, false);
        }
}

/* The file and the folders on the way to it. */
static void accept(struct lt_buf *xml, const char *path) {
    for (const char *end = strchr(path + 1, '/');; end = strchr(end + 1, '/')) {
        lt_buf_addf(xml, "<glob>%.*s</glob>", end ? (int)(end - path) : (int)strlen(path), path);
        if (!end)
            return;
    }
}

/* A configuration with the system's rules and no other files than those opened. */
static bool confine(void) {
    struct lt_buf xml = LT_BUF_INIT(65536);
    lt_buf_adds(&xml, "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig><selectfont><acceptfont>");
    for (size_t i = 0; i < fonts_len; i++)
        accept(&xml, fonts[i].path);
    lt_buf_adds(&xml, "</acceptfont><rejectfont><glob>*</glob></rejectfont></selectfont></fontconfig>");
    FcConfig *config = xml.failed ? NULL : FcInitLoadConfig();
    bool good = config && FcConfigParseAndLoadFromMemory(config, (const FcChar8 *)xml.data, FcTrue) &&
                FcConfigSetRescanInterval(config, 0) && FcConfigBuildFonts(config) && FcConfigSetCurrent(config);
    lt_buf_free(&xml);
    return good;
}

bool fonts_open(void) {
    FcConfig *config = FcInitLoadConfigAndFonts();
    if (!config)
        return false;
    choose(config);
    FcConfigDestroy(config);
    return fonts_len > 0 && confine() && install();
}
