/*
 * Interning: equal byte strings are kept once, and are named by the offset of their first byte in a pool.
 *
 *   struct vec texts = { 0 };
 *   struct intern intern;
 *   intern_start(&intern, &texts);
 *   intern_add(&intern, "\3abc", 4, &a);    a = 0, texts holds "\3abc"
 *   intern_add(&intern, "\2de", 3, &b);     b = 4, texts holds "\3abc\2de"
 *   intern_add(&intern, "\3abc", 4, &c);    c = 0
 *   intern_free(&intern);                   texts stays
 *
 * The pool belongs to the caller and is only appended to: each new string goes to its end as it is, without a
 * terminator or length, so a pool of structs stays an array of structs (index = offset / size). What the
 * caller itself has put into it is left alone. No string may be the beginning of another one: all have one
 * length, or tell their length by their first bytes. The seed of the hashes is new with each intern_start.
 *
 * One owner, any thread.
 */
#ifndef LIST_INTERN_H
#define LIST_INTERN_H

#include "base/error.h"
#include "base/hash_index.h"

#include <stdint.h>

struct intern {
    struct vec *pool;
    struct hash_index index; /* hash -> offset */
    uint64_t seed;
};

/* Starts an empty index over `pool`; the struct vec must not move until intern_free. */
void intern_start(struct intern *in, struct vec *pool);

/* Gives the offset in the pool of the `length` bytes at `bytes`, which may not be in the pool; adds them if
 * they are new. ERR_LIMIT (the pool would exceed 4 GiB) or ERR_MEMORY: nothing was added. Some 10 ns for a
 * short string that is in the cache. */
enum err intern_add(struct intern *in, const void *bytes, size_t length, uint32_t *offset) must_use;

/* Frees the index, not the pool. */
void intern_free(struct intern *in);

#endif
