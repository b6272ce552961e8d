/* Loads bytes as a set, of the type that the first byte chooses, and checks what every load promises. */
#include "list/set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NOW 1795321198

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

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
    must(offset < set->texts.used && offset + texts[offset] < set->texts.used, "a text lies in the pool");
    must(offset == 0 || texts[offset] > 0, "a text is not empty");
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
             "a run of values begins behind the one before and differs from it");
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
    for (size_t i = 0; i < VEC_COUNT(&set->entries_name, struct entry_name); i++) {
        check_value(set, e[i].value);
        must(e[i].exact || e[i].below, "a name holds for something");
        must(e[i].name + names[e[i].name] < set->names.used, "a name lies in the pool");
        unsigned at = 0, length = names[e[i].name];
        for (; at < length; at += names[e[i].name + 1 + at] + 1u)
            must(names[e[i].name + 1 + at] - 1u < 63, "a label has 1 to 63 bytes");
        must(at == length && length > 0 && length < 255, "labels fill a name");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = { "ip4set", "ip4tset", "ip4trie", "ip6tset", "ip6trie", "dnset" };
    char path[64], *paths[] = { path };
    uint64_t bad = 0;
    if (size == 0)
        return 0;
    int fd = memfd_create("set", 0);
    must(fd >= 0 && write(fd, data + 1, size - 1) == (ssize_t)(size - 1), "the input can be written");
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);

    struct set_spec spec = { types[(data[0] & 0x7f) % ARRAY_SIZE(types)], paths, 1 };
    struct load_options options = {
        .default_ttl = 2100, .now = NOW, .host_bits = data[0] & 0x80, .report = check_report, .context = &bad
    };
    struct set_data *set = NULL;
    struct error error = { 0 };
    enum err err = set_load(&spec, &options, &set, &error);
    close(fd);
    if (err != OK) {
        must(set == NULL && error.code == err && error.text[0] != '\0',
             "a failed load says why and gives nothing");
        return 0;
    }
    must(set->bad == bad, "every bad line is reported");
    must(set->entries + set->bad <= set->lines, "a line counts once");
    const struct set_value *v = set->values.data;
    for (size_t i = 0; i < VEC_COUNT(&set->values, struct set_value); i++)
        check_text(set, v[i].text);
    for (unsigned i = 0; i < 10; i++)
        check_text(set, set->variables[i]);
    check_text(set, set->template);
    check_hosts4(set);
    check_entries4(set);
    check_entries6(set);
    check_names(set);
    set_free(set);
    return 0;
}
