/*
 * Interning while a snapshot is built: texts, members, verdicts; and from them the tables of the finished
 * snapshot.
 *
 * Scratch, owned by one snapshot_build. Numbers are dense and stable until verdicts_finish. Errors are
 * sticky: a failed call returns 0, and verdicts_finish the first error, so that callers need not check each
 * step.
 */
#ifndef VIEW_VERDICT_H
#define VIEW_VERDICT_H

#include "base/error.h"
#include "base/hash_index.h"
#include "base/vec.h"
#include "list/intern.h"
#include "view/snapshot.h"

#define VERDICT_MEMBERS_MAX 255 /* of one key; more are left out */

struct verdicts {
    enum err failed;
    uint64_t seed;
    struct vec texts; /* becomes snapshot.texts */
    struct intern text_index;
    struct vec records; /* becomes snapshot.records */
    struct intern record_index;
    struct vec members; /* struct scratch_member; number 0 is unused */
    struct intern member_index;
    struct vec lists;    /* uint32_t: member numbers */
    struct vec verdicts; /* struct shape, with `first` in `lists` */
    struct hash_index verdict_table;
};

void verdicts_init(struct verdicts *v);
void verdicts_free(struct verdicts *v);

/* The offset in `texts` of a stored text. */
uint32_t verdicts_text(struct verdicts *v, const uint8_t *text);

/* The offset in `records` of a generic record in wire form. */
uint32_t verdicts_record(struct verdicts *v, const uint8_t *record);

/* The number of a member. `text`: of MEMBER_TEXT, what verdicts_text returned; else 0. */
uint32_t verdicts_member(struct verdicts *v, struct member member, uint32_t text);

/* The verdict with these member numbers, in order; without members it is 0. */
uint32_t verdicts_intern(struct verdicts *v, const uint32_t *members, unsigned count);

/* The source of a member. */
uint16_t verdicts_source(const struct verdicts *v, uint32_t member);

/* Writes the finished tables (verdicts, shapes, members, text_lists, texts, records) into `snapshot`. */
enum err verdicts_finish(struct verdicts *v, struct snapshot *snapshot) must_use;

#endif
