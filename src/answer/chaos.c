#include "answer/chaos.h"

#include <string.h>

void chaos_plan(const struct answer_context *c, struct plan *p)
{
    const struct {
        const char *name; /* in wire form */
        const char *text;
    } table[] = {
        { "\7version\4bind", c->version },
        { "\7version\6server", c->version },
        { "\10hostname\4bind", c->hostname },
        { "\2id\6server", c->identity },
    };
    const struct query *q = &p->query;

    plan_rcode(p, RCODE_REFUSED, false);
    for (unsigned i = 0; q->type == TYPE_TXT && i < ARRAY_SIZE(table); i++)
        if (table[i].text != NULL && q->name_len == strlen(table[i].name) + 1 &&
            memcmp(q->name, table[i].name, q->name_len) == 0) {
            p->kind = PLAN_TEXT;
            p->text = table[i].text;
        }
}

void chaos_answer(struct reply *r, const struct plan *p)
{
    size_t length = strnlen(p->text, 255);
    uint8_t *record = reply_room(r, REPLY_OWNER + WIRE_RECORD + 1 + length);

    if (record == NULL)
        return;
    record = wire_put16(record, WIRE_POINTER | WIRE_HEADER);
    uint8_t *data = wire_put_record(record, TYPE_TXT, 0, (unsigned)length + 1);
    wire_put16(record + 2, CLASS_CH);
    data[0] = (uint8_t)length;
    memcpy(data + 1, p->text, length);
    r->answers = 1;
}
