#include "support/set_text.h"

#include "support/memory_file.h"
#include "support/must.h"

#include <stdio.h>

static int print_name(char *p, const struct set_line *l)
{
    int n = sprintf(p, "%s", !l->below ? "" : l->exact ? "." : "*.");
    for (unsigned i = l->name.labels; i-- > 0;)
        n += sprintf(p + n, "%s%s", set_model_labels[l->name.label[i]], i != 0 ? "." : "");
    return n;
}

int set_text_address(char *p, u128 key, bool ipv6)
{
    unsigned g[8];
    for (unsigned i = 0; i < 8; i++)
        g[i] = (unsigned)(key >> (ipv6 ? 112 - 16 * i : 120 - 8 * i)) & (ipv6 ? 0xffff : 0xff);
    return ipv6 ? sprintf(p, "%x:%x:%x:%x:%x:%x:%x:%x", g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7])
                : sprintf(p, "%u.%u.%u.%u", g[0], g[1], g[2], g[3]);
}

static int print_line(char *p, const struct set_model *s, const struct set_line *l)
{
    int n = sprintf(p, "%s", l->excluded ? "!" : "");
    if (s->kind == DNSET) {
        n += print_name(p + n, l);
    } else {
        n += set_text_address(p + n, l->first, s->kind == IP6TRIE);
        if (l->length == 0 && s->kind == IP4SET) {
            n += sprintf(p + n, "-");
            n += set_text_address(p + n, l->last, false);
        } else if (l->last - l->first != u128_low_bits(96) || s->kind == IP6TRIE) {
            n += sprintf(p + n, "/%u", l->length);
        }
    }
    if (l->code == 0x7f000002 && *l->text == '\0') /* what holds without a value */
        return n + sprintf(p + n, "\n");
    return n + sprintf(p + n, " :%u:%s\n", (unsigned)(l->code & 0xff), l->text);
}

struct set_data *set_text_load(const struct set_model *s)
{
    static const char *const types[] = { "ip4set", "ip4trie", "ip6trie", "dnset" };
    static char text[LINES_MAX_SET * 400];
    struct load_options options = { .default_ttl = 2100, .now = 1795321198 };
    struct set_data *data = NULL;
    struct error error = { .text = "" };
    int n = 0;

    for (unsigned i = 0; i < s->count; i++)
        n += print_line(text + n, s, &s->line[i]);
    char *path = memory_file_new(text, (size_t)n);
    struct set_spec spec = { types[s->kind], &path, 1 };
    must(set_load(&spec, &options, &data, &error) == OK, error.text);
    must(data->bad == 0, "a line of the model is not valid");
    memory_file_free(path);
    return data;
}
