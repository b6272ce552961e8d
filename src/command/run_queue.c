#include "command/run_queue.h"

#include <stdlib.h>
#include <string.h>

struct run_queue {
    struct command_limits limits;
    size_t first, waiting;    /* in `runs` */
    struct command_run *runs; /* a ring of limits.waiting */
    size_t jobs_count;
    struct run_queue_job jobs[COMMAND_AT_ONCE_MAX];
};

struct run_queue *run_queue_new(const struct command_limits *limits)
{
    struct run_queue *q = calloc(1, sizeof(*q));
    if (q == NULL)
        return NULL;
    q->limits = *limits;
    q->runs = calloc(limits->waiting, sizeof(*q->runs));
    if (q->runs == NULL) {
        free(q);
        return NULL;
    }
    return q;
}

void run_queue_free(struct run_queue *queue)
{
    if (queue == NULL)
        return;
    free(queue->runs);
    free(queue);
}

bool run_queue_add(struct run_queue *queue, const struct command_run *run)
{
    if (queue->waiting == queue->limits.waiting)
        return false;
    queue->runs[(queue->first + queue->waiting++) % queue->limits.waiting] = *run;
    return true;
}

const struct command_run *run_queue_next(struct run_queue *queue)
{
    bool free_place = queue->waiting > 0 && queue->jobs_count < queue->limits.at_once;
    return free_place ? &queue->runs[queue->first] : NULL;
}

void run_queue_skip(struct run_queue *queue)
{
    queue->first = (queue->first + 1) % queue->limits.waiting;
    queue->waiting--;
}

void run_queue_begin(struct run_queue *queue, pid_t pid, int64_t now_ms)
{
    const struct command_run *run = &queue->runs[queue->first];
    struct run_queue_job *job = &queue->jobs[queue->jobs_count++];
    *job = (struct run_queue_job){ .pid = pid,
                                   .command = run->command,
                                   .deadline_ms = now_ms + (int64_t)queue->limits.seconds * 1000 };
    memcpy(job->label, run->label, sizeof(job->label));
    run_queue_skip(queue);
}

bool run_queue_end(struct run_queue *queue, pid_t pid, struct run_queue_job *out)
{
    for (size_t i = 0; i < queue->jobs_count; i++) {
        if (queue->jobs[i].pid != pid)
            continue;
        *out = queue->jobs[i];
        queue->jobs[i] = queue->jobs[--queue->jobs_count];
        return true;
    }
    return false;
}

pid_t run_queue_overdue(struct run_queue *queue, int64_t now_ms)
{
    for (size_t i = 0; i < queue->jobs_count; i++) {
        struct run_queue_job *job = &queue->jobs[i];
        if (job->overdue || now_ms < job->deadline_ms)
            continue;
        job->overdue = true;
        return job->pid;
    }
    return 0;
}

int64_t run_queue_wait_ms(const struct run_queue *queue, int64_t now_ms)
{
    int64_t wait = -1;
    for (size_t i = 0; i < queue->jobs_count; i++) {
        int64_t left = queue->jobs[i].deadline_ms - now_ms;
        if (!queue->jobs[i].overdue && (wait < 0 || left < wait))
            wait = left > 0 ? left : 0;
    }
    return wait;
}

pid_t run_queue_pid(const struct run_queue *queue, size_t index)
{
    return index < queue->jobs_count ? queue->jobs[index].pid : 0;
}
