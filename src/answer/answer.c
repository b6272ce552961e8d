#include "answer/answer.h"

#include "answer/finish.h"
#include "answer/planner.h"

void answer_batch(struct answer_context *context, const struct view *view, int64_t now,
                  struct answer_query *queries, unsigned count)
{
    struct plan plans[ANSWER_BATCH];
    struct trie_probe *probes[PROBES * ANSWER_BATCH];
    unsigned started = 0;

    probes[0] = NULL;
    for (unsigned i = 0; i < count; i++) {
        answer_plan(context, view, now, &queries[i], &plans[i]);
        for (unsigned left = plans[i].probes; left != 0; left &= left - 1)
            probes[started++] = &plans[i].probe[__builtin_ctz(left)];
    }
    trie_probe_finish(probes, started);
    for (unsigned i = 0; i < count; i++)
        answer_finish(context, view, &plans[i], &queries[i]);
}
