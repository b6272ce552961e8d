/*
 * RCU for the whole tree: the one header that names liburcu (QSBR flavour).
 *
 *  R1  A registered, online thread that loaded a pointer may use what it points at until its next
 *      rcu_quiescent() or rcu_offline().
 *  R2  What was written before rcu_exchange published a pointer is seen after rcu_load has read that pointer.
 *  R3  rcu_wait returns after every thread that was online when it was called has been quiescent or offline.
 *  R4  Readers are wait-free: no lock, no atomic read-modify-write.
 *
 * An online thread must never block: it delays every rcu_wait. ThreadSanitizer does not understand liburcu's
 * barriers, so it is told the same orderings in its own terms.
 */
#ifndef BASE_RCU_H
#define BASE_RCU_H

#include <urcu-qsbr.h>

#if defined(__SANITIZE_THREAD__)
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);
__attribute__((weak)) char rcu_tsan_grace; /* one for all files that include this */
#define RCU_TSAN_RELEASE() __tsan_release(&rcu_tsan_grace)
#define RCU_TSAN_ACQUIRE() __tsan_acquire(&rcu_tsan_grace)
#else
#define RCU_TSAN_RELEASE() ((void)0)
#define RCU_TSAN_ACQUIRE() ((void)0)
#endif

/* Registers the calling thread as an online reader. It calls rcu_leave before it ends. */
static inline void rcu_enter(void)
{
    urcu_qsbr_register_thread();
}

static inline void rcu_leave(void)
{
    RCU_TSAN_RELEASE();
    urcu_qsbr_unregister_thread();
}

/* The calling reader holds no pointer any more. A few ns. */
static inline void rcu_quiescent(void)
{
    RCU_TSAN_RELEASE();
    urcu_qsbr_quiescent_state();
}

/* Goes offline: before every call that may block, after which rcu_online follows. */
static inline void rcu_offline(void)
{
    RCU_TSAN_RELEASE();
    urcu_qsbr_thread_offline();
}

static inline void rcu_online(void)
{
    urcu_qsbr_thread_online();
}

/* Loads a published pointer: `p` is the address of the pointer. Readers. */
#define rcu_load(p) __atomic_load_n((p), __ATOMIC_CONSUME)

/* Publishes `v` in *p and returns what was there, to be freed after rcu_wait. One writer at a time. */
#define rcu_exchange(p, v) __atomic_exchange_n((p), (v), __ATOMIC_ACQ_REL)

/* Waits for a grace period. The caller is not an online reader. Milliseconds. */
static inline void rcu_wait(void)
{
    urcu_qsbr_synchronize_rcu();
    RCU_TSAN_ACQUIRE();
}

#endif
