/* The lines of a set's model as text, and the set that set_load makes of it. */
#ifndef SUPPORT_SET_TEXT_H
#define SUPPORT_SET_TEXT_H

#include "list/set.h"
#include "support/set_model.h"

/* Writes an address as a line has it; returns its length. */
int set_text_address(char *p, u128 key, bool ipv6);

/* Loads the lines; set_free frees the result. */
struct set_data *set_text_load(const struct set_model *s);

#endif
