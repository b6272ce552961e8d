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
    uint8_t *at = reply_room(r, 2 + WIRE_RECORD + 1 + length);

    if (at == NULL)
        return;
    wire_put_record(wire_put16(at, WIRE_POINTER | WIRE_HEADER), TYPE_TXT, 0, (unsigned)length + 1);
    wire_put16(at + 4, CLASS_CH);
    at[12] = (uint8_t)length;
    memcpy(at + 13, p->text, length);
    r->answers = 1;
}
