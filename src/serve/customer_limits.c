#include "serve/customer_limits.h"

#include "base/human.h"
#include "base/log.h"

#define DAY         86400
#define LOG_SECONDS 60 /* between two lines in the log on one customer */

static uint32_t customers_of(const struct customer_keys *keys)
{
    return keys != NULL ? (uint32_t)VEC_COUNT(&keys->customers, struct customer) : 0;
}

/* All queries of a customer, in this table and those before it. */
static uint64_t total_of(const struct customer_keys *keys, uint32_t id)
{
    return customer_keys_get_customer(keys, id)->before + customer_keys_sum(keys, id);
}

/* The state of a customer who is over a limit. */
static enum key_state state_over(const struct config_keys *rules)
{
    return rules->dry_run || rules->over_limit == OVER_LOG ? KEY_SERVED
           : rules->over_limit == OVER_REFUSE              ? KEY_REFUSED
                                                           : KEY_TOO_MANY;
}

static void check_customer(struct customer_keys *keys, uint32_t id, const struct config_keys *rules,
                           int64_t last, int64_t now)
{
    struct customer *c = customer_keys_get_customer(keys, id);
    uint64_t total = total_of(keys, id), seconds = now > last ? (uint64_t)(now - last) : 1;
    uint64_t qps = (total - c->second) / seconds;

    if (now / DAY != last / DAY)
        c->day = total;
    c->second = total;
    bool over_qps = c->limit_qps != 0 && qps > c->limit_qps;
    bool over_day = c->limit_day != 0 && total - c->day > c->limit_day;
    __atomic_store_n(&keys->states[id], over_qps || over_day ? state_over(rules) : KEY_SERVED,
                     __ATOMIC_RELAXED);
    if (!(over_qps || over_day) || now - c->logged < LOG_SECONDS)
        return;
    c->logged = now;
    log_notice("customer %s is over a limit%s: %s queries a second, %s today", c->name,
               state_over(rules) == KEY_SERVED ? " and still served" : "", human_count(qps).text,
               human_count(total - c->day).text);
}

void customer_limits_check(struct customer_keys *keys, const struct config_keys *rules, int64_t last,
                           int64_t now)
{
    for (uint32_t i = 0; i < customers_of(keys); i++)
        check_customer(keys, i, rules, last, now);
}

void customer_limits_carry_over(struct customer_keys *old, struct customer_keys *fresh, bool last)
{
    for (uint32_t i = 0; i < customers_of(old); i++) {
        struct customer *from = customer_keys_get_customer(old, i);
        uint32_t id = customer_keys_find_customer(fresh, from->name);
        uint64_t total = total_of(old, i);
        if (id == CUSTOMER_KEYS_NONE) {
            if (last)
                log_info("customer %s is no longer in the key file; %s", from->name,
                         human_number(total, "query", "queries").text);
            continue;
        }
        struct customer *to = customer_keys_get_customer(fresh, id);
        to->before += total - from->carried;
        from->carried = total;
        if (last)
            continue;
        to->start = from->start;
        to->day = from->day;
        to->second = from->second;
        to->logged = from->logged;
    }
}

void customer_limits_log(struct customer_keys *keys, bool reset)
{
    for (uint32_t i = 0; i < customers_of(keys); i++) {
        struct customer *c = customer_keys_get_customer(keys, i);
        uint64_t total = total_of(keys, i);
        log_info("stats for customer %s: %s, %s today", c->name,
                 human_number(total - c->start, "query", "queries").text, human_count(total - c->day).text);
        if (reset)
            c->start = total;
    }
}
