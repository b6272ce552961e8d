#include "delist/removal_code.h"
#include "base/sha256.h"

#include <string.h>

#include <sys/random.h>

enum { SYMBOLS = 16, GROUP = 4 };

/* 32 symbols, without 0, O, 1 and I, which look alike. */
static const char symbols[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
_Static_assert(sizeof(symbols) == 32 + 1, "a symbol is five random bits");
_Static_assert(SYMBOLS + SYMBOLS / GROUP == REMOVAL_CODE, "a dash between groups, and the terminating zero");

enum err removal_code_new(char code[REMOVAL_CODE], uint8_t proof[32])
{
    uint8_t random[SYMBOLS];
    char plain[SYMBOLS];

    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        return ERR_SYSTEM;
    for (unsigned i = 0; i < SYMBOLS; i++) {
        plain[i] = symbols[random[i] % 32];
        code[i + i / GROUP] = plain[i];
        if (i % GROUP == GROUP - 1)
            code[i + i / GROUP + 1] = i + 1 < SYMBOLS ? '-' : '\0';
    }
    sha256(plain, sizeof(plain), proof);
    return OK;
}

bool removal_code_matches(const char *code, const uint8_t proof[32])
{
    char plain[SYMBOLS] = { 0 };
    uint8_t digest[SHA256_SIZE], different = 0, set = 0;
    unsigned length = 0;

    for (; *code != '\0'; code++) {
        if (*code == '-' || *code == ' ')
            continue;
        if (length < SYMBOLS)
            plain[length] = *code >= 'a' && *code <= 'z' ? (char)(*code - 'a' + 'A') : *code;
        length++;
    }
    sha256(plain, sizeof(plain), digest);
    for (unsigned i = 0; i < sizeof(digest); i++) {
        different |= digest[i] ^ proof[i];
        set |= proof[i];
    }
    return different == 0 && set != 0 && length == SYMBOLS;
}
