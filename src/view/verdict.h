/*
 * Interning while a snapshot is built: texts, members, groups, verdicts; and from them the tables of the
 * finished snapshot.
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

struct verdicts {
    enum err failed;
    uint64_t seed;
    struct vec texts; /* becomes snapshot.texts */
    struct intern text_index;
    struct vec records; /* becomes snapshot.records */
    struct intern record_index;
    struct vec members; /* struct scratch_member; number 0 is unused */
    struct intern member_index;
    struct vec numbers;  /* uint32_t: the lists of groups and verdicts */
    struct vec groups;   /* struct number_list of member numbers, of groups of several members */
    struct vec verdicts; /* struct number_list of group numbers; of one group: `first` is that */
    struct hash_index group_table, verdict_table;
    /* uint32_t: the verdict of one group alone, 0: none; [0] by member, [1] by index in `groups`. */
    struct vec singles[2];
};

void verdicts_init(struct verdicts *v);
void verdicts_free(struct verdicts *v);

/* The offset in `texts` of a stored text. */
uint32_t verdicts_text(struct verdicts *v, const uint8_t *text);

/* Takes a pool of texts over, as the first texts there are; the offsets in it stay. *texts is then empty. */
void verdicts_take_texts(struct verdicts *v, struct vec *texts);

/* Copies a pool of texts, in which equal ones are there once; *base is what the offsets in it increase by. */
void verdicts_text_pool(struct verdicts *v, const struct vec *texts, uint32_t *base);

/* The offset in `records` of a generic record in wire form. */
uint32_t verdicts_record(struct verdicts *v, const uint8_t *record);

/* The number of a member. `text`: of MEMBER_TEXT, what verdicts_text returned; else 0. */
uint32_t verdicts_member(struct verdicts *v, struct member member, uint32_t text);

/* Likewise of one that was not there before: nothing is searched. */
uint32_t verdicts_new_member(struct verdicts *v, struct member member, uint32_t text);

/* The number of the group with these member numbers, all of one source, in order; without members it is 0. */
uint32_t verdicts_group(struct verdicts *v, const uint32_t *members, size_t count);

/* The source of a group. */
uint16_t verdicts_source(const struct verdicts *v, uint32_t group);

/* The verdict with these group numbers, in the order of their sources; without groups it is 0. */
uint32_t verdicts_intern(struct verdicts *v, const uint32_t *groups, size_t count);

/* The groups of a verdict; returns how many. *groups is valid until the next call that adds something. */
size_t verdicts_groups(const struct verdicts *v, uint32_t verdict, const uint32_t **groups);

/* Writes the finished tables (verdicts, shapes, groups, members, text_lists, texts, records) into `snapshot`.
 */
enum err verdicts_finish(struct verdicts *v, struct snapshot *snapshot) must_use;

#endif
