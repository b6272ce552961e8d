#include "support/input.h"

uint8_t input_byte(struct input *in)
{
    return in->p < in->end ? *in->p++ : 0;
}

unsigned input_below(struct input *in, unsigned below)
{
    return input_byte(in) % below;
}
