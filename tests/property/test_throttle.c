/* The throttle against a model that keeps every use and adds them up. */
#include "answer/throttle.h"
#include "support/input.h"
#include "support/property.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { USES = 4000, MOST = 5, PERIOD_MS = 1000 };

/* Faults of the model. */
enum { FAULT_NONE, FAULT_NO_NETWORKS, FAULT_HOSTS, FAULT_REFUSED_COUNT };

struct use {
    struct client_address client;
    int64_t ms;
};

struct model {
    struct use uses[USES];
    unsigned count;
    uint64_t fault;
};

static bool is_within(const struct client_address *a, const struct client_address *b, unsigned bits)
{
    return a->ipv6 == b->ipv6 && (a->key.hi ^ b->key.hi) >> (64 - bits) == 0;
}

/* What a bucket that loses MOST * `times` in a period has at `ms`, in shares of a use's 1/PERIOD_MS. */
static int64_t level(const struct model *m, const struct client_address *c, unsigned bits, unsigned times,
                     int64_t ms)
{
    int64_t level = 0, last = 0;
    for (unsigned i = 0; i < m->count; i++) {
        if (!is_within(&m->uses[i].client, c, bits) ||
            (m->fault == FAULT_HOSTS && m->uses[i].client.key.lo != c->key.lo))
            continue;
        level -= (m->uses[i].ms - last) * MOST * times;
        level = (level > 0 ? level : 0) + PERIOD_MS;
        last = m->uses[i].ms;
    }
    level -= (ms - last) * MOST * times;
    return level > 0 ? level : 0;
}

static bool model_admit(struct model *m, const struct client_address *c, int64_t ms)
{
    bool client = level(m, c, c->ipv6 ? 64 : 32, 1, ms) <= (MOST - 1) * PERIOD_MS;
    bool network =
        level(m, c, c->ipv6 ? 48 : 24, THROTTLE_NETWORK, ms) <= (THROTTLE_NETWORK * MOST - 1) * PERIOD_MS;
    bool admitted = client && (network || m->fault == FAULT_NO_NETWORKS);
    if ((admitted || m->fault == FAULT_REFUSED_COUNT) && m->count < USES)
        m->uses[m->count++] = (struct use){ *c, ms };
    return admitted;
}

/* Each three bytes are a use: who, and how long after the one before. */
static const char *run(const uint8_t *bytes, size_t size, uint64_t fault)
{
    static struct model m;
    struct throttle *t = throttle_new(MOST, PERIOD_MS);
    struct input in = { bytes, bytes + size };
    const char *wrong = NULL;
    int64_t ms = 0;

    m.count = 0;
    m.fault = fault;
    while (wrong == NULL && in.p < in.end && m.count < USES) {
        unsigned who = input_byte(&in), host = input_below(&in, 3), wait = input_byte(&in), seconds = 0;
        struct client_address c = { .ipv6 = who & 1 };
        c.key.hi = c.ipv6 ? UINT64_C(0x20010db800000000) + ((who >> 1 & 1) << 16) + (who >> 2 & 15)
                          : (UINT64_C(0x0a000000) + ((who >> 1 & 1) << 8) + (who >> 2 & 15)) << 32;
        c.key.lo = c.ipv6 ? host : 0;
        ms += wait < 200 ? 0 : wait < 254 ? (wait - 199) / 2 : 500;
        bool expected = model_admit(&m, &c, ms);
        if (throttle_admit(t, &c, ms, &seconds) != expected)
            wrong =
                expected ? "a use is refused that the model admits" : "a use is admitted beyond the limit";
        else if (!expected && (seconds < 1 || seconds > 1 + PERIOD_MS / 1000))
            wrong = "the wait is not within the period";
    }
    throttle_free(t);
    return wrong;
}

static const struct property uses = {
    .run = run, .least = 3, .most = 1500, .longer_each = 10, .longest = 6000
};
static const struct property faulty = { .run = run, .least = 3000, .most = 6000 };

static void equals_model(void **state)
{
    (void)state;
    property_check(&uses, 1, property_seeds(200));
}

static void faults_are_caught(void **state)
{
    (void)state;
    for (uint64_t fault = FAULT_NO_NETWORKS; fault <= FAULT_REFUSED_COUNT; fault++)
        assert_true(property_count_caught(&faulty, 1, 20, fault) >= 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(equals_model), cmocka_unit_test(faults_are_caught) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
