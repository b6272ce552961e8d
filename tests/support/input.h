/* Bytes that a decoder turns into operations: the input of a fuzzer, or random bytes of a seed. */
#ifndef SUPPORT_INPUT_H
#define SUPPORT_INPUT_H

#include <stddef.h>
#include <stdint.h>

struct input {
    const uint8_t *p, *end;
};

/* The next byte; 0 at the end. */
uint8_t input_byte(struct input *in);

/* The next byte modulo `below`; 0 at the end. */
unsigned input_below(struct input *in, unsigned below);

#endif
