/* Slots of a schema -> YAML, with the emitter of libyaml. */
#include "config/yaml_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

struct yaml_file_output {
    yaml_emitter_t emitter;
    yaml_event_t event; /* the next to be emitted */
    bool ok;            /* false: one failed; no more are emitted */
};

/* Emits to->event, if it could be initialized. */
static void emit(struct yaml_file_output *to, int initialized)
{
    if (initialized && !to->ok)
        yaml_event_delete(&to->event);
    to->ok = to->ok && initialized && yaml_emitter_emit(&to->emitter, &to->event);
}

static void write_text(struct yaml_file_output *to, const char *text)
{
    emit(to, yaml_scalar_event_initialize(&to->event, NULL, NULL, (const yaml_char_t *)text,
                                          (int)strlen(text), 1, 1, YAML_PLAIN_SCALAR_STYLE));
}

static void write_section(struct yaml_file_output *to, const struct schema_row *section,
                          const struct yaml_file_slot *slots);

static void write_list(struct yaml_file_output *to, const struct schema_row *row,
                       const struct yaml_file_slot *slot)
{
    emit(to, yaml_sequence_start_event_initialize(&to->event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE));
    for (uint32_t i = 0; i < slot->count; i++) {
        if (row->type == SCHEMA_TEXTS)
            write_text(to, slot->texts[i]);
        else
            write_section(to, row->section, slot->slots + i * schema_count(row->section));
    }
    emit(to, yaml_sequence_end_event_initialize(&to->event));
}

/* Whether the section of a row is written as the value of its first key: no other is given. */
static bool is_alone(const struct schema_row *row, const struct yaml_file_slot *slot)
{
    return row->alone && row->type == SCHEMA_SECTION && slot->slots[0].text != NULL &&
           yaml_file_is_empty(row->section + 1, slot->slots + 1);
}

static void write_section(struct yaml_file_output *to, const struct schema_row *section,
                          const struct yaml_file_slot *slots)
{
    emit(to, yaml_mapping_start_event_initialize(&to->event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE));
    for (size_t i = 0; section[i].key != NULL; i++) {
        bool nested = section[i].type == SCHEMA_SECTION;
        if (slots[i].text == NULL || (nested && yaml_file_is_empty(section[i].section, slots[i].slots)))
            continue;
        write_text(to, section[i].key);
        if (section[i].type == SCHEMA_TEXTS || section[i].type == SCHEMA_SECTIONS)
            write_list(to, &section[i], &slots[i]);
        else if (is_alone(&section[i], &slots[i]))
            write_text(to, slots[i].slots[0].text);
        else if (nested)
            write_section(to, section[i].section, slots[i].slots);
        else
            write_text(to, slots[i].text);
    }
    emit(to, yaml_mapping_end_event_initialize(&to->event));
}

enum err yaml_file_write(const struct schema_row *schema, const struct yaml_file_slot *root, FILE *to,
                         struct error *error)
{
    struct yaml_file_output out = { .ok = true };
    if (!yaml_emitter_initialize(&out.emitter))
        abort();
    yaml_emitter_set_output_file(&out.emitter, to);
    emit(&out, yaml_stream_start_event_initialize(&out.event, YAML_UTF8_ENCODING));
    emit(&out, yaml_document_start_event_initialize(&out.event, NULL, NULL, NULL, 1));
    write_section(&out, schema, root);
    emit(&out, yaml_document_end_event_initialize(&out.event, 1));
    emit(&out, yaml_stream_end_event_initialize(&out.event));
    bool written = out.ok && fflush(to) == 0;
    if (!written)
        (void)error_set(error, ERR_SYSTEM, "cannot write YAML: %s",
                        out.emitter.problem != NULL ? out.emitter.problem : strerror(errno));
    yaml_emitter_delete(&out.emitter);
    return written ? OK : ERR_SYSTEM;
}
