#include "base/utf8.h"

size_t utf8_decode(const void *bytes, size_t left, uint32_t *code)
{
    /* The lowest code point of each length: a lower one is overlong. */
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const uint8_t *p = bytes;

    if (left == 0)
        return 0;
    *code = *p;
    if (*p < 0x80)
        return 1;
    size_t size = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
    if (*p < 0xc2 || *p > 0xf4 || size > left)
        return 0;
    *code = *p & 0x7fu >> size;
    for (size_t i = 1; i < size; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (p[i] & 0x3f);
    }
    bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return *code < least[size] || *code > 0x10ffff || surrogate ? 0 : size;
}

size_t utf8_sequence(const void *bytes, size_t left)
{
    uint32_t unused;
    return utf8_decode(bytes, left, &unused);
}

bool utf8_length(const void *bytes, size_t length, size_t *characters)
{
    const char *p = bytes, *const end = p + length;
    size_t count = 0;

    for (size_t size; p < end; p += size, count++) {
        size = utf8_sequence(p, (size_t)(end - p));
        if (size == 0)
            return false;
    }
    *characters = count;
    return true;
}
