/* Codes that confirm a removal request. */
#ifndef DELIST_REMOVAL_CODE_H
#define DELIST_REMOVAL_CODE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

#define REMOVAL_CODE 20 /* bytes of a code as text: 16 letters and digits in groups of four, 80 bits */

/* Makes a new code, and its digest, which is what is stored. ERR_SYSTEM: no random bytes. */
enum err removal_code_new(char code[REMOVAL_CODE], uint8_t proof[32]) must_use;

/* Whether `code`, as a person typed it, has this digest. Constant time. */
bool removal_code_matches(const char *code, const uint8_t proof[32]);

#endif
