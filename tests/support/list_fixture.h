/*
 * Loads text as a set and writes what came of it in one line, so that tests are tables of text against text.
 *
 *   1.2.3.4  1.2.3.0-1.2.3.255                  IPv4 addresses, ascending; equal first ones in load order
 *   2001:db8::/32                               IPv6 addresses, in load order
 *   =ex.com  *.ex.com  .ex.com                  names: itself, all below, both
 *   !                                           before an entry: excluded
 *   :5:text                                     behind it: its value, when that is not 127.0.0.2 without text
 *   (3)                                         behind it: labels of an address entry made from a name
 *   60 A 1.2.3.4                                behind it: a record of a generic set
 *   -> refuse                                   behind it: an action of an acl
 *   [a.b @] ...                                 a section for these places, and its entries
 *   bad 2                                       line 2 was left out
 *   warn 2                                      line 2 was warned about
 */
#ifndef SUPPORT_LIST_FIXTURE_H
#define SUPPORT_LIST_FIXTURE_H

#include "dns/name.h"
#include "list/set.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#define NOW 1795321198 /* 2026-11-22 04:19:58 */

struct row {
    const char *text, *expected, *why;
};

struct loaded {
    char text[8192];  /* as above */
    char reason[512]; /* of the last report */
};

static void say(struct loaded *to, const char *format, ...) printf_like(2, 3);

static void say(struct loaded *to, const char *format, ...)
{
    size_t used = strlen(to->text);
    va_list args;
    va_start(args, format);
    vsnprintf(to->text + used, sizeof(to->text) - used, format, args);
    va_end(args);
}

static void on_report(void *context, const char *file, unsigned long line, bool bad, const char *reason)
{
    struct loaded *to = context;
    (void)file;
    say(to, "%s %lu, ", bad ? "bad" : "warn", line);
    snprintf(to->reason, sizeof(to->reason), "%s", reason);
}

/* A record as ldns understands its wire form. */
static void say_record(struct loaded *to, const struct set_data *set, uint32_t offset)
{
    const uint8_t *record = (uint8_t *)set->records.data + offset;
    size_t length = 10u + (size_t)(record[8] << 8 | record[9]), at = 0;
    uint8_t *wire = calloc(1, 1 + length); /* the root as owner comes first */
    ldns_rr *rr;
    assert_true(offset + length <= set->records.used);
    memcpy(wire + 1, record, length);
    assert_int_equal(ldns_wire2rr(&rr, wire, 1 + length, &at, LDNS_SECTION_ANSWER), LDNS_STATUS_OK);
    assert_int_equal(at, 1 + length);
    assert_int_equal(ldns_rr_get_class(rr), LDNS_RR_CLASS_IN);
    char *type = ldns_rr_type2str(ldns_rr_get_type(rr));
    say(to, " %u %s", ldns_rr_ttl(rr), type);
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
        char *data = ldns_rdf2str(ldns_rr_rdf(rr, i));
        say(to, " %s", data);
        free(data);
    }
    free(type);
    free(wire);
    ldns_rr_free(rr);
}

static void say_value(struct loaded *to, const struct set_data *set, uint32_t value, bool from_address)
{
    if (value & ENTRY_EXCLUDED) {
        assert_int_equal(value, ENTRY_EXCLUDED);
        say(to, ", ");
        return;
    }
    assert_true(value < VEC_COUNT(&set->values, struct set_value));
    const struct set_value *v = (struct set_value *)set->values.data + value;
    const uint8_t *text = (uint8_t *)set->texts.data + v->text;
    static const char *const actions[] = { "none", "ignore", "refuse", "empty", "pass" };
    char address[INET_ADDRSTRLEN];
    uint32_t code = htonl(v->code);
    inet_ntop(AF_INET, &code, address, sizeof(address));
    if (v->kind == VALUE_RECORD)
        say_record(to, set, v->code);
    else if (v->kind == VALUE_ACTION)
        say(to, " -> %s", actions[v->code]);
    else if (v->code != 0x7f000002 || v->text != 0)
        say(to, " :%s:%.*s", strncmp(address, "127.0.0.", 8) == 0 ? address + 8 : address,
            v->text != 0 ? *text : 0, (const char *)text + 1);
    if (from_address && v->labels != 0)
        say(to, " (%d)", v->labels);
    say(to, ", ");
}

/* The hosts and the other IPv4 entries together, ascending; of equal first addresses a host stands before an
 * entry, as its line does. The caller frees it. */
static struct entry4 *all_entries4(const struct set_data *set, size_t *count)
{
    const uint32_t *host = set->hosts4.data;
    const struct host_value *run = set->host_values.data;
    size_t hosts = VEC_COUNT(&set->hosts4, *host), runs = VEC_COUNT(&set->host_values, *run), at = 0;
    struct entry4 *all = malloc(hosts * sizeof(*all) + set->entries4.used + 1);

    assert_int_equal(runs == 0, hosts == 0);
    *count = hosts + VEC_COUNT(&set->entries4, *all);
    for (size_t i = 0; i < hosts; i++) {
        at += at < runs && run[at].from == i;
        assert_true(at > 0 && (i == 0 || host[i] > host[i - 1]));
        all[i] = (struct entry4){ host[i], host[i], run[at - 1].value };
    }
    assert_int_equal(at, runs);
    for (size_t i = hosts; i < *count; i++) {
        struct entry4 entry = ((const struct entry4 *)set->entries4.data)[i - hosts];
        size_t to = i;
        for (; to > 0 && all[to - 1].first > entry.first; to--)
            all[to] = all[to - 1];
        all[to] = entry;
    }
    return all;
}

static void say_entries4(struct loaded *to, const struct set_data *set)
{
    size_t count;
    struct entry4 *e = all_entries4(set, &count);
    for (size_t i = 0; i < count; i++) {
        char first[INET_ADDRSTRLEN], last[INET_ADDRSTRLEN];
        uint32_t a = htonl(e[i].first), b = htonl(e[i].last);
        inet_ntop(AF_INET, &a, first, sizeof(first));
        inet_ntop(AF_INET, &b, last, sizeof(last));
        say(to, "%s%s%s%s", e[i].value & ENTRY_EXCLUDED ? "!" : "", first, a == b ? "" : "-",
            a == b ? "" : last);
        say_value(to, set, e[i].value, true);
    }
    free(e);
}

static void say_entries6(struct loaded *to, const struct set_data *set)
{
    const struct entry6 *e = set->entries6.data;
    for (size_t i = 0; i < VEC_COUNT(&set->entries6, struct entry6); i++) {
        char text[INET6_ADDRSTRLEN];
        uint8_t bytes[16];
        for (unsigned j = 0; j < 16; j++)
            bytes[j] = (uint8_t)((j < 8 ? e[i].hi : e[i].lo) >> (56 - 8 * (j % 8)));
        inet_ntop(AF_INET6, bytes, text, sizeof(text));
        say(to, "%s%s/%d", e[i].value & ENTRY_EXCLUDED ? "!" : "", text, e[i].length);
        say_value(to, set, e[i].value, true);
    }
}

static void say_names(struct loaded *to, const struct set_data *set)
{
    const struct entry_name *e = set->entries_name.data;
    for (size_t i = 0; i < VEC_COUNT(&set->entries_name, struct entry_name); i++) {
        const uint8_t *name = (uint8_t *)set->names.data + e[i].name;
        uint8_t wire[NAME_MAX_WIRE] = { 0 };
        char text[NAME_MAX_TEXT];
        size_t at = name[0];
        for (const uint8_t *label = name + 1; label <= name + name[0]; label += *label + 1)
            memcpy(wire + (at -= *label + 1u), label, *label + 1u);
        assert_int_equal(at, 0);
        name_to_text(wire, name[0] + 1u, text);
        say(to, "%s%s%s", e[i].value & ENTRY_EXCLUDED ? "!" : "",
            e[i].exact && e[i].below ? "."
            : e[i].exact             ? "="
                                     : "*.",
            name[0] == 0 ? "@" : text);
        say_value(to, set, e[i].value, false);
    }
}

static void say_places(struct loaded *to, const struct set_data *section)
{
    const uint8_t *places = section->subzones.data;
    say(to, "[");
    for (size_t at = 0; at < section->subzones.used; at += places[at] + 1u) {
        char text[NAME_MAX_TEXT];
        name_to_text(places + at + 1, places[at], text);
        say(to, "%s%s", at == 0 ? "" : " ", places[at] == 0 ? "@" : text);
    }
    say(to, "], ");
}

static void say_set(struct loaded *to, const struct set_data *set)
{
    say_entries4(to, set);
    say_entries6(to, set);
    say_names(to, set);
    for (size_t i = 0; i < set->sections_count; i++) {
        say_places(to, set->sections[i]);
        say_set(to, set->sections[i]);
    }
}

/* A path to `length` bytes of `text`, which lives as long as the process. */
static char *file_of(const char *text, size_t length)
{
    char *path;
    int fd = memfd_create("set", 0);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, length), (ssize_t)length);
    assert_true(asprintf(&path, "/proc/%d/fd/%d", getpid(), fd) > 0);
    return path;
}

static void close_file_of(char *path)
{
    close(atoi(strrchr(path, '/') + 1));
    free(path);
}

/* Loads files whose paths are given; NULL when the load fails, `to->text` then being the error's. */
static struct set_data *load_files(const char *type, char **files, size_t count,
                                   const struct load_options *options, struct loaded *to)
{
    struct load_options with = { .default_ttl = 2100, .now = NOW };
    struct set_spec spec = { type, files, count };
    struct set_data *set = NULL;
    struct error error = { 0 };
    if (options != NULL)
        with = *options;
    if (with.report == NULL) {
        with.report = on_report;
        with.context = to;
    }
    memset(to, 0, sizeof(*to));
    enum err err = set_load(&spec, &with, &set, &error);
    if (err != OK) {
        assert_null(set);
        assert_int_equal(error.code, err);
        snprintf(to->text, sizeof(to->text), "%s", error.text);
        return NULL;
    }
    say_set(to, set);
    size_t used = strlen(to->text);
    if (used > 0)
        to->text[used - 2] = '\0';
    return set;
}

/* Loads one text, whose last newline may be left off. */
static struct set_data *load_text(const char *type, const char *text, const struct load_options *options,
                                  struct loaded *to)
{
    char *whole;
    assert_true(asprintf(&whole, "%s\n", text) > 0);
    char *path = file_of(whole, strlen(whole));
    struct set_data *set = load_files(type, &path, 1, options, to);
    close_file_of(path);
    free(whole);
    return set;
}

static inline void check_rows(const char *type, const struct row *rows, size_t count,
                              const struct load_options *options)
{
    for (size_t i = 0; i < count; i++) {
        struct loaded got;
        print_message("%s: %s: %.60s\n", type, rows[i].why, rows[i].text);
        struct set_data *set = load_text(type, rows[i].text, options, &got);
        assert_string_equal(got.text, rows[i].expected);
        set_free(set);
    }
}

#endif
