/* Documents read for the index: the same language as base/json.h, twenty times as quick, for reading only. Private to index/.
 *
 * jansson makes an allocation of every value; a rebuild reads hundreds of thousands of documents and asks each for a few members. Here
 * the values of a document lie one after another in an array that the next document uses again. What is accepted is what lt_json_parse
 * accepts (tests/unit/index/node_test.c holds the two against each other). */
#ifndef LT_INDEX_NODE_H
#define LT_INDEX_NODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum node_type { NODE_NULL, NODE_FALSE, NODE_TRUE, NODE_INT, NODE_REAL, NODE_STRING, NODE_ARRAY, NODE_OBJECT };

struct node {
    enum node_type type;
    uint32_t count;   /* members or elements */
    uint32_t skip;    /* from here to the next sibling; the first child follows its parent */
    uint32_t key_len;
    const char *key; /* of a member; ends in NUL, as s does */
    union {
        const char *s; /* of a real: its text */
        int64_t i;
    };
};

struct node_doc {
    char *text;
    size_t text_cap;
    struct node *v;
    size_t n, cap;
};

/* 1 and *out, which lives until the next call with d; 0: no document (an object or an array); -1: memory. Zeroed d to begin with. */
int node_parse(struct node_doc *d, const char *text, size_t len, const struct node **out);
void node_free(struct node_doc *d);

/* NULL objects and absent members give NULL, 0 or the default, as values of another type do. */
const struct node *node_get(const struct node *object, const char *key);
const char *node_str(const struct node *object, const char *key); /* "" by default */
int64_t node_int(const struct node *object, const char *key);
bool node_bool(const struct node *object, const char *key, bool dflt);
const struct node *node_array(const struct node *object, const char *key);
const struct node *node_object(const struct node *object, const char *key);
const char *node_text(const struct node *n); /* of a string; NULL otherwise */
size_t node_count(const struct node *n);
/* for (const struct node *x = node_first(a); x; x = node_next(a, x)) */
const struct node *node_first(const struct node *of);
const struct node *node_next(const struct node *of, const struct node *n);

json_t *node_json(const struct node *n); /* the same value for base/json.h; NULL: memory */

#endif
