/* Assertions beside those of cmocka. */
#ifndef SUPPORT_ASSERT_H
#define SUPPORT_ASSERT_H

#include "base/error.h"
#include "delist/delist.h"

/* Fails with the error's text unless `err` is OK. */
void assert_ok(enum err err, const struct error *error);

/* Fails with the refusal's message unless it has this kind and code. */
void assert_refusal(const struct refusal *refusal, enum refusal_kind kind, const char *code);

#endif
