/* Loads bytes as a set whose type and options the first byte chooses, from one or two files, and checks the
 * invariants of every loaded set. */
#include "list/set.h"
#include "list/stored_text.h"
#include "support/input.h"
#include "support/must.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/mman.h>
#include <unistd.h>

#define NOW 1795321198

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_report(void *context, const char *file, unsigned long line, bool bad, const char *reason)
{
    uint64_t *count = context;
    (void)file;
    must(line > 0, "a report names a line");
    must(*reason != '\0', "a report has a reason");
    *count += bad;
}

static void check_text(const struct set_data *set, uint32_t offset)
{
    const uint8_t *texts = set->texts.data;
    must(offset < set->texts.used, "a text begins in the pool");
    if (offset == 0)
        return;
    must(offset + STORED_TEXT_HEAD <= set->texts.used || texts[offset] < STORED_TEXT_LONG,
         "its length is there");
    must(offset + stored_text_size(texts + offset) <= set->texts.used, "a text lies in the pool");
    must(stored_text(texts + offset).length > 0, "a text is not empty");
}

static void check_value(const struct set_data *set, uint32_t value)
{
    must(value == ENTRY_EXCLUDED || value < VEC_COUNT(&set->values, struct set_value), "a value exists");
}

static void check_hosts4(const struct set_data *set)
{
    const uint32_t *host = set->hosts4.data;
    const struct host_value *run = set->host_values.data;
    size_t hosts = VEC_COUNT(&set->hosts4, *host), runs = VEC_COUNT(&set->host_values, *run);

    for (size_t i = 1; i < hosts; i++)
        must(host[i - 1] < host[i], "hosts ascend");
    must((runs == 0) == (hosts == 0), "hosts have values");
    for (size_t i = 0; i < runs; i++) {
        check_value(set, run[i].value);
        must(i == 0 ? run[i].from == 0 : run[i].from > run[i - 1].from && run[i].value != run[i - 1].value,
             "a run of values begins after the one before and differs from it");
        must(run[i].from < hosts, "a run of values has a host");
    }
}

static void check_entries4(const struct set_data *set)
{
    const struct entry4 *e = set->entries4.data;
    for (size_t i = 0; i < VEC_COUNT(&set->entries4, struct entry4); i++) {
        uint64_t count = (uint64_t)e[i].last - e[i].first + 1;
        check_value(set, e[i].value);
        must(e[i].first <= e[i].last, "a run is not empty");
        must(set->overlap == OVERLAP_OCTETS || ((count & (count - 1)) == 0 && e[i].first % count == 0),
             "an entry is one CIDR block");
    }
}

static void check_entries6(const struct set_data *set)
{
    const struct entry6 *e = set->entries6.data;
    for (size_t i = 0; i < VEC_COUNT(&set->entries6, struct entry6); i++) {
        unsigned length = e[i].length;
        check_value(set, e[i].value);
        must(length <= 128, "a length is at most 128");
        must(length >= 64 || (e[i].hi << length == 0 && e[i].lo == 0), "no host bits in the upper half");
        must(length < 64 || length == 128 || e[i].lo << (length - 64) == 0, "no host bits in the lower half");
    }
}

static void check_names(const struct set_data *set)
{
    const struct entry_name *e = set->entries_name.data;
    const uint8_t *names = set->names.data;
    const struct set_value *values = set->values.data;
    for (size_t i = 0; i < VEC_COUNT(&set->entries_name, struct entry_name); i++) {
        check_value(set, e[i].value);
        must(e[i].exact || e[i].below, "a name holds for something");
        must(e[i].name + names[e[i].name] < set->names.used, "a name lies in the pool");
        unsigned at = 0, length = names[e[i].name];
        for (; at < length; at += names[e[i].name + 1 + at] + 1u)
            must(names[e[i].name + 1 + at] - 1u < 63, "a label has 1 to 63 bytes");
        must(at == length && length < 255, "labels fill a name");
        must(length > 0 || values[e[i].value].kind == VALUE_RECORD, "only a record is of the zone itself");
    }
}

static void check_values(const struct set_data *set)
{
    const struct set_value *v = set->values.data;
    const uint8_t *records = set->records.data;
    for (size_t i = 0; i < VEC_COUNT(&set->values, struct set_value); i++) {
        check_text(set, v[i].text);
        must(v[i].kind != VALUE_ACTION || (set->acl && v[i].code - 1 < ACL_PASS), "only an acl has actions");
        if (v[i].kind != VALUE_RECORD)
            continue;
        uint64_t data = (uint64_t)v[i].code + 10; /* after type, class, TTL and length */
        must(data <= set->records.used, "a record begins in the pool");
        must(data + (records[data - 2] << 8 | records[data - 1]) <= set->records.used, "and ends there");
        must(records[data - 8] == 0 && records[data - 7] == 1, "a record is of class IN");
    }
}

static void check_subzones(const struct set_data *set)
{
    const uint8_t *subzones = set->subzones.data;
    for (size_t at = 0; at < set->subzones.used;) {
        size_t end = at + 1 + subzones[at];
        must(subzones[at] < 255 && end <= set->subzones.used, "a subzone lies in the pool");
        for (at++; at < end; at += subzones[at] + 1u)
            must(subzones[at] - 1u < 63, "a label has 1 to 63 bytes");
        must(at == end, "labels fill a subzone");
    }
}

static void check_set(const struct set_data *set)
{
    uint64_t entries = 0, bad = 0;
    must(set->entries + set->bad <= set->lines || set->lines == 0, "a line counts once");
    for (unsigned i = 0; i < 10; i++)
        check_text(set, set->variables[i]);
    check_text(set, set->template);
    check_values(set);
    check_hosts4(set);
    check_entries4(set);
    check_entries6(set);
    check_names(set);
    check_subzones(set);
    for (size_t i = 0; i < set->sections_count; i++) {
        must(set->sections[i]->sections_count == 0, "sections have no sections");
        check_set(set->sections[i]);
        entries += set->sections[i]->entries;
        bad += set->sections[i]->bad;
    }
    must(set->sections_count == 0 || (entries == set->entries && bad <= set->bad), "the counts are sums");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = { "ip4set", "ip4tset", "ip4trie",  "ip6tset", "ip6trie",
                                         "dnset",  "generic", "combined", "acl",     "never" };
    char path[64], *paths[] = { path, path };
    uint64_t bad = 0;
    if (size == 0)
        return 0;
    int fd = memfd_create("set", 0);
    must(fd >= 0 && write(fd, data + 1, size - 1) == (ssize_t)(size - 1), "the input can be written");
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);

    struct set_spec spec = { types[(data[0] & 0x3f) % ARRAY_SIZE(types)], paths, data[0] & 0x40 ? 2 : 1 };
    struct load_options options = {
        .default_ttl = 2100, .now = NOW, .host_bits = data[0] & 0x80, .report = check_report, .context = &bad
    };
    struct set_data *set = NULL;
    struct error error = { 0 };
    enum err err = set_load(&spec, &options, &set, &error);
    close(fd);
    if (err != OK) {
        must(set == NULL && error.code == err && error.text[0] != '\0',
             "a failed load gives a reason and no set");
        return 0;
    }
    must(set->bad == bad, "every bad line is reported");
    check_set(set);
    set_free(set);
    return 0;
}
