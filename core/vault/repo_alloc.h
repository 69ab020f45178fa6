/* The limit on what libgit2 takes of memory in one piece. */
#ifndef LT_VAULT_REPO_ALLOC_H
#define LT_VAULT_REPO_ALLOC_H

/* After git_libgit2_init: from now on libgit2 gets no piece larger than PACK_OBJECT_MAX and a little; asked for more it fails with GIT_ERROR_NOMEMORY. 0 when set. */
int repo_alloc_limit(void);

#endif
