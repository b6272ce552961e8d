#include "page/list_state.h"

static const struct list_state blocked = { .sign = "✖",
                                           .class = "blocked",
                                           .code = "blocked",
                                           .state = WORD_STATE_BLOCKED,
                                           .heading = WORD_IS_BLOCKED,
                                           .sentence = WORD_BLOCKED_SENTENCE,
                                           .of_domain = WORD_DOMAIN_BLOCKED_SENTENCE,
                                           .live = true },
                               delayed = { .sign = "◷",
                                           .class = "delayed",
                                           .code = "delayed",
                                           .state = WORD_STATE_DELAYED,
                                           .heading = WORD_IS_DELAYED,
                                           .sentence = WORD_DELAYED_SENTENCE,
                                           .of_domain = WORD_DOMAIN_DELAYED_SENTENCE,
                                           .live = true },
                               removed = { .sign = "✔",
                                           .class = "removed",
                                           .code = "removed",
                                           .state = WORD_STATE_REMOVED,
                                           .heading = WORD_IS_REMOVED,
                                           .sentence = WORD_REMOVED_SENTENCE,
                                           .of_domain = WORD_REMOVED_SENTENCE },
                               clear = { .sign = "✔",
                                         .class = "clear",
                                         .code = "not_listed",
                                         .state = WORD_STATE_CLEAR,
                                         .heading = WORD_IS_CLEAR,
                                         .sentence = WORD_CLEAR_SENTENCE,
                                         .of_domain = WORD_CLEAR_SENTENCE };

const struct list_state *list_state_of(const struct listed *lists, size_t count)
{
    if (count == 0)
        return &clear;
    if (!lists[0].live)
        return &removed;
    return lists[0].temporary ? &delayed : &blocked;
}
