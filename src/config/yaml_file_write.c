#include "config/yaml_file_write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

/* Emits `event`, if it could be initialized. */
static bool emit(yaml_emitter_t *to, yaml_event_t *event, int initialized)
{
    return initialized && yaml_emitter_emit(to, event);
}

static bool write_text(yaml_emitter_t *to, const char *text)
{
    yaml_event_t e;
    return emit(to, &e,
                yaml_scalar_event_initialize(&e, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text), 1,
                                             1, YAML_PLAIN_SCALAR_STYLE));
}

static bool write_section(yaml_emitter_t *to, const struct schema_row *section,
                          const struct yaml_file_slot *slots);

static bool write_list(yaml_emitter_t *to, const struct schema_row *row, const struct yaml_file_slot *slot)
{
    yaml_event_t e;
    bool ok =
        emit(to, &e, yaml_sequence_start_event_initialize(&e, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE));
    for (uint32_t i = 0; i < slot->count && ok; i++)
        ok = row->type == SCHEMA_TEXTS
                 ? write_text(to, slot->texts[i])
                 : write_section(to, row->section, slot->slots + i * schema_count(row->section));
    return ok && emit(to, &e, yaml_sequence_end_event_initialize(&e));
}

static bool write_section(yaml_emitter_t *to, const struct schema_row *section,
                          const struct yaml_file_slot *slots)
{
    yaml_event_t e;
    bool ok = emit(to, &e, yaml_mapping_start_event_initialize(&e, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE));
    for (size_t i = 0; section[i].key != NULL && ok; i++) {
        if (slots[i].text == NULL)
            continue;
        ok = write_text(to, section[i].key);
        if (ok && (section[i].type == SCHEMA_TEXTS || section[i].type == SCHEMA_SECTIONS))
            ok = write_list(to, &section[i], &slots[i]);
        else if (ok && section[i].type == SCHEMA_SECTION)
            ok = write_section(to, section[i].section, slots[i].slots);
        else if (ok)
            ok = write_text(to, slots[i].text);
    }
    return ok && emit(to, &e, yaml_mapping_end_event_initialize(&e));
}

enum err yaml_file_write(const struct schema_row *schema, const struct yaml_file_slot *root, FILE *to,
                         struct error *error)
{
    yaml_emitter_t emitter;
    yaml_event_t e;
    if (!yaml_emitter_initialize(&emitter))
        abort();
    yaml_emitter_set_output_file(&emitter, to);
    bool ok = emit(&emitter, &e, yaml_stream_start_event_initialize(&e, YAML_UTF8_ENCODING)) &&
              emit(&emitter, &e, yaml_document_start_event_initialize(&e, NULL, NULL, NULL, 1)) &&
              write_section(&emitter, schema, root) &&
              emit(&emitter, &e, yaml_document_end_event_initialize(&e, 1)) &&
              emit(&emitter, &e, yaml_stream_end_event_initialize(&e)) && fflush(to) == 0;
    enum err err = OK;
    if (!ok)
        err = error_set(error, ERR_SYSTEM, "cannot write YAML: %s",
                        emitter.problem != NULL ? emitter.problem : strerror(errno));
    yaml_emitter_delete(&emitter);
    return err;
}
