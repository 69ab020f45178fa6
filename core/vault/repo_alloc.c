/* What libgit2 may take of memory at once. It believes the sizes that stand in a pack: a delta of a hundred bytes may name a base of gigabytes that deflates to
 * nothing, and the base is made whole before anybody learns how small the object is. So each single piece is held to the largest object that is read. */
#include "vault/pack.h"
#include "vault/repo_alloc.h"

#include <git2/sys/alloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MOST ((size_t)PACK_OBJECT_MAX + 4096)

static void *done(void *p)
{
    if (!p) git_error_set_oom();
    return p;
}

static bool too_much(size_t n, size_t each)
{
    return each != 0 && n > MOST / each;
}

static void *take(size_t n, const char *file, int line)
{
    (void)file, (void)line;
    return done(too_much(n, 1) ? NULL : malloc(n ? n : 1));
}

static void *take_zeros(size_t n, size_t each, const char *file, int line)
{
    (void)file, (void)line;
    return done(too_much(n, each) ? NULL : calloc(n ? n : 1, each ? each : 1));
}

static void *resize(void *old, size_t n, const char *file, int line)
{
    (void)file, (void)line;
    return done(too_much(n, 1) ? NULL : realloc(old, n ? n : 1));
}

static void *resize_many(void *old, size_t n, size_t each, const char *file, int line)
{
    return too_much(n, each) ? done(NULL) : resize(old, n * each, file, line);
}

static void *take_many(size_t n, size_t each, const char *file, int line)
{
    return resize_many(NULL, n, each, file, line);
}

static char *copy(const char *s, size_t n, const char *file, int line)
{
    char *p = n < SIZE_MAX ? take(n + 1, file, line) : done(NULL);
    if (p) memcpy(p, s, n);
    if (p) p[n] = 0;
    return p;
}

static char *copy_whole(const char *s, const char *file, int line)
{
    return copy(s, strlen(s), file, line);
}

static char *copy_most(const char *s, size_t n, const char *file, int line)
{
    return copy(s, strnlen(s, n), file, line);
}

int repo_alloc_limit(void)
{
    git_allocator a = {.gmalloc = take, .gcalloc = take_zeros, .gstrdup = copy_whole, .gstrndup = copy_most, .gsubstrdup = copy,
                       .grealloc = resize, .greallocarray = resize_many, .gmallocarray = take_many, .gfree = free};
    return git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &a);
}
