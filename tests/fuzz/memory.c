#include "memory.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);

static _Thread_local size_t countdown; /* 0: not armed */
static _Thread_local bool onwards, hit;
static sqlite3_mem_methods sqlite_own;

static bool fails(void)
{
    if (countdown == 0 || (countdown > 1 && --countdown > 0)) return false;
    /* the last one stays at 1: from here on all fail, or, once, none */
    if (hit && !onwards) return false;
    hit = true;
    return true;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails() ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *s)
{
    return fails() ? NULL : __real_strdup(s);
}

static void *sqlite_malloc(int n)
{
    return fails() ? NULL : sqlite_own.xMalloc(n);
}

static void *sqlite_realloc(void *p, int n)
{
    return fails() ? NULL : sqlite_own.xRealloc(p, n);
}

void memory_start(void)
{
    json_set_alloc_funcs(__wrap_malloc, free);
    sqlite3_mem_methods ours;
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_own) != SQLITE_OK) abort();
    ours = sqlite_own;
    ours.xMalloc = sqlite_malloc;
    ours.xRealloc = sqlite_realloc;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) != SQLITE_OK) abort();
}

bool memory_next(struct memory_loop *l)
{
    const char *every = getenv("LETOPIS_EVERY");
    if (l->done) return false;
    if (l->rounds++ > 0 && !l->hit) {
        if (l->onwards) {
            l->done = true;
            return false;
        }
        l->onwards = true;
        l->nth = 0;
    }
    l->nth += every ? 1 : 1 + l->nth / 30;
    l->hit = false;
    return true;
}

void memory_arm(struct memory_loop *l)
{
    onwards = l->onwards;
    hit = false;
    countdown = l->nth + 1;
}

void memory_disarm(struct memory_loop *l)
{
    countdown = 0;
    l->hit = hit;
}
