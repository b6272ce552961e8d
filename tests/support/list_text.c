#include "support/list_text.h"

#include "dns/name.h"
#include "list/stored_text.h"
#include "support/memory_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <ldns/ldns.h>

void list_text_print(struct list_text *to, const char *format, ...)
{
    size_t used = strlen(to->text);
    va_list args;
    va_start(args, format);
    vsnprintf(to->text + used, sizeof(to->text) - used, format, args);
    va_end(args);
}

static void record_report(void *context, const char *file, unsigned long line, bool bad, const char *reason)
{
    struct list_text *to = context;
    (void)file;
    list_text_print(to, "%s %lu, ", bad ? "bad" : "warn", line);
    snprintf(to->reason, sizeof(to->reason), "%s", reason);
}

/* A record as ldns understands its wire form. */
static void print_record(struct list_text *to, const struct set_data *set, uint32_t offset)
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
    list_text_print(to, " %u %s", ldns_rr_ttl(rr), type);
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
        char *data = ldns_rdf2str(ldns_rr_rdf(rr, i));
        list_text_print(to, " %s", data);
        free(data);
    }
    free(type);
    free(wire);
    ldns_rr_free(rr);
}

static void print_value(struct list_text *to, const struct set_data *set, uint32_t value, bool from_address)
{
    if (value & ENTRY_EXCLUDED) {
        assert_int_equal(value, ENTRY_EXCLUDED);
        list_text_print(to, ", ");
        return;
    }
    assert_true(value < VEC_COUNT(&set->values, struct set_value));
    const struct set_value *v = (struct set_value *)set->values.data + value;
    struct text text = { NULL, 0 };
    if (v->text != 0)
        text = stored_text((const uint8_t *)set->texts.data + v->text);
    static const char *const actions[] = { "none", "ignore", "refuse", "empty", "pass" };
    char address[INET_ADDRSTRLEN];
    uint32_t code = htonl(v->code);
    inet_ntop(AF_INET, &code, address, sizeof(address));
    if (v->kind == VALUE_RECORD)
        print_record(to, set, v->code);
    else if (v->kind == VALUE_ACTION)
        list_text_print(to, " -> %s", actions[v->code]);
    else if (v->code != 0x7f000002 || v->text != 0)
        list_text_print(to, " :%s:%.*s", strncmp(address, "127.0.0.", 8) == 0 ? address + 8 : address,
                        (int)text.length, (const char *)text.bytes);
    if (from_address && v->labels != 0)
        list_text_print(to, " (%d)", v->labels);
    list_text_print(to, ", ");
}

struct entry4 *list_text_entries4(const struct set_data *set, size_t *count)
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
        all[i] = (struct entry4){ .first = host[i], .last = host[i], .value = run[at - 1].value };
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

static void print_entries4(struct list_text *to, const struct set_data *set)
{
    size_t count;
    struct entry4 *e = list_text_entries4(set, &count);
    for (size_t i = 0; i < count; i++) {
        char first[INET_ADDRSTRLEN], last[INET_ADDRSTRLEN];
        uint32_t a = htonl(e[i].first), b = htonl(e[i].last);
        inet_ntop(AF_INET, &a, first, sizeof(first));
        inet_ntop(AF_INET, &b, last, sizeof(last));
        list_text_print(to, "%s%s%s%s", e[i].value & ENTRY_EXCLUDED ? "!" : "", first, a == b ? "" : "-",
                        a == b ? "" : last);
        print_value(to, set, e[i].value, true);
    }
    free(e);
}

static void print_entries6(struct list_text *to, const struct set_data *set)
{
    const struct entry6 *e = set->entries6.data;
    for (size_t i = 0; i < VEC_COUNT(&set->entries6, struct entry6); i++) {
        char text[INET6_ADDRSTRLEN];
        uint8_t bytes[16];
        for (unsigned j = 0; j < 16; j++)
            bytes[j] = (uint8_t)((j < 8 ? e[i].hi : e[i].lo) >> (56 - 8 * (j % 8)));
        inet_ntop(AF_INET6, bytes, text, sizeof(text));
        list_text_print(to, "%s%s/%d", e[i].value & ENTRY_EXCLUDED ? "!" : "", text, e[i].length);
        print_value(to, set, e[i].value, true);
    }
}

static void print_names(struct list_text *to, const struct set_data *set)
{
    const struct entry_name *e = set->entries_name.data;
    for (size_t i = 0; i < VEC_COUNT(&set->entries_name, struct entry_name); i++) {
        const uint8_t *name = (uint8_t *)set->names.data + e[i].name;
        uint8_t wire[WIRE_NAME_MAX] = { 0 };
        char text[NAME_MAX_TEXT];
        size_t at = name[0];
        for (const uint8_t *label = name + 1; label <= name + name[0]; label += *label + 1)
            memcpy(wire + (at -= *label + 1u), label, *label + 1u);
        assert_int_equal(at, 0);
        name_to_text(wire, name[0] + 1u, text);
        list_text_print(to, "%s%s%s", e[i].value & ENTRY_EXCLUDED ? "!" : "",
                        e[i].exact && e[i].below ? "."
                        : e[i].exact             ? "="
                                                 : "*.",
                        name[0] == 0 ? "@" : text);
        print_value(to, set, e[i].value, false);
    }
}

static void print_subzones(struct list_text *to, const struct set_data *section)
{
    const uint8_t *places = section->subzones.data;
    list_text_print(to, "[");
    for (size_t at = 0; at < section->subzones.used; at += places[at] + 1u) {
        char text[NAME_MAX_TEXT];
        name_to_text(places + at + 1, places[at], text);
        list_text_print(to, "%s%s", at == 0 ? "" : " ", places[at] == 0 ? "@" : text);
    }
    list_text_print(to, "], ");
}

static void print_set(struct list_text *to, const struct set_data *set)
{
    print_entries4(to, set);
    print_entries6(to, set);
    print_names(to, set);
    for (size_t i = 0; i < set->sections_count; i++) {
        print_subzones(to, set->sections[i]);
        print_set(to, set->sections[i]);
    }
}

struct set_data *list_text_load_files(const char *type, char **files, size_t count,
                                      const struct load_options *options, struct list_text *to)
{
    struct load_options with = { .default_ttl = 2100, .now = LIST_TEXT_NOW };
    struct set_spec spec = { type, files, count };
    struct set_data *set = NULL;
    struct error error = { 0 };
    if (options != NULL)
        with = *options;
    if (with.report == NULL) {
        with.report = record_report;
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
    print_set(to, set);
    size_t used = strlen(to->text);
    if (used > 0)
        to->text[used - 2] = '\0';
    return set;
}

struct set_data *list_text_load(const char *type, const char *text, const struct load_options *options,
                                struct list_text *to)
{
    char *whole;
    assert_true(asprintf(&whole, "%s\n", text) > 0);
    char *path = memory_file_new(whole, strlen(whole));
    struct set_data *set = list_text_load_files(type, &path, 1, options, to);
    memory_file_free(path);
    free(whole);
    return set;
}

void list_text_check(const char *type, const struct list_row *rows, size_t count,
                     const struct load_options *options)
{
    for (size_t i = 0; i < count; i++) {
        struct list_text got;
        print_message("%s: %s: %.60s\n", type, rows[i].why, rows[i].text);
        struct set_data *set = list_text_load(type, rows[i].text, options, &got);
        assert_string_equal(got.text, rows[i].expected);
        set_free(set);
    }
}
