#include "age/age_file.h"

#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

void age_path(const struct age_place *place, char path[AGE_PATH])
{
    snprintf(path, AGE_PATH, "%s/%u", place->directory, place->number);
}

/* ---- Blocks ---- */

static bool read_block(const struct age_file *file, uint32_t number, struct age_block *out)
{
    return pread(file->fd, out, sizeof(*out), (off_t)number * AGE_BLOCK) == sizeof(*out) &&
           out->used <= sizeof(out->data) &&
           out->hash == hash_bytes(number, &out->used, sizeof(*out) - sizeof(out->hash));
}

/* Whether the header is one that age_writer_end wrote for this list, of a file of `bytes`. */
static bool is_valid(const struct age_header *h, const struct age_place *place, int64_t bytes)
{
    uint8_t list[SHA256_SIZE];
    uint64_t blocks = 1;

    for (unsigned i = 0; i < AGE_PARTS; i++)
        blocks += h->blocks[i];
    sha256(place->list, strlen(place->list), list);
    bool valid = memcmp(h->magic, AGE_MAGIC, sizeof(h->magic)) == 0 && h->times <= AGE_TIMES &&
                 h->written > 0 && (uint64_t)bytes == blocks * AGE_BLOCK && blocks <= UINT32_MAX &&
                 memcmp(h->list, list, sizeof(list)) == 0;
    for (unsigned i = 1; valid && i < h->times; i++)
        valid = h->ago[i] <= h->ago[i - 1];
    return valid;
}

enum err age_file_open(const struct age_place *place, struct age_file *out, struct error *error)
{
    char path[AGE_PATH];
    struct age_block block;
    struct stat status;

    age_path(place, path);
    out->header = (struct age_header){ .times = 0 };
    out->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (out->fd < 0 && errno == ENOENT)
        return OK;
    if (out->fd < 0 || fstat(out->fd, &status) != 0) {
        enum err e = error_set(error, ERR_SYSTEM, "%s: %s", path, strerror(errno));
        age_file_close(out);
        return e;
    }
    if (S_ISREG(status.st_mode) && read_block(out, 0, &block)) {
        memcpy(&out->header, block.data, sizeof(out->header));
        if (is_valid(&out->header, place, status.st_size))
            return OK;
    }
    age_file_close(out);
    return error_set(error, ERR_SYNTAX, "%s: damaged, or not the age file of list %s", path, place->list);
}

void age_file_close(struct age_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

enum err age_inspect(const struct age_place *place, int64_t *written, uint64_t *bytes, struct error *error)
{
    struct age_file file;
    enum err e = age_file_open(place, &file, error);

    if (e != OK)
        return e;
    *written = file.header.written;
    *bytes = file.fd < 0 ? 0 : AGE_BLOCK;
    for (unsigned i = 0; i < AGE_PARTS; i++)
        *bytes += (uint64_t)file.header.blocks[i] * AGE_BLOCK;
    age_file_close(&file);
    return OK;
}

/* ---- Rows ---- */

void age_cursor_open(struct age_cursor *c, const struct age_file *file, enum age_part part, uint32_t first,
                     uint32_t count)
{
    c->file = file;
    c->part = part;
    c->next = 1 + first;
    for (unsigned i = 0; i < part; i++)
        c->next += file->header.blocks[i];
    c->end = c->next + count;
    c->at = 0;
    c->begun = c->damaged = false;
    c->block.used = 0;
}

/* Makes sure that a row is left in the block. *first: it is the block's first one. False at the end. */
static bool begin_row(struct age_cursor *c, bool *first)
{
    if (c->at == c->block.used && !c->damaged) {
        if (c->next == c->end)
            return false;
        c->at = 0;
        c->damaged = !read_block(c->file, c->next++, &c->block) || c->block.used == 0;
    }
    *first = c->at == 0;
    return !c->damaged;
}

static trie_number read_number(struct age_cursor *c)
{
    trie_number number = 0;
    uint8_t octet = 0x80;

    for (unsigned shift = 0; octet & 0x80; shift += 7) {
        if (c->at == c->block.used || shift >= TRIE_KEY_BITS) {
            c->damaged = true;
            return 0;
        }
        octet = c->block.data[c->at++];
        number |= (trie_number)(octet & 0x7f) << shift;
    }
    return number;
}

/* A number below `limit`. */
static unsigned read_small(struct age_cursor *c, unsigned limit)
{
    trie_number number = read_number(c);

    c->damaged |= number >= limit;
    return (unsigned)number;
}

static bool next_range(struct age_cursor *c)
{
    const trie_number most = c->part == AGE_IP4 ? UINT32_MAX : ~(trie_number)0;
    struct age_range *r = &c->range;
    bool first;

    if (!begin_row(c, &first))
        return false;
    trie_number last = r->last, from = first ? 0 : last, gap = read_number(c);
    unsigned tag = read_small(c, 2 * c->file->header.times);
    trie_number more = tag & 1 ? read_number(c) : 0;
    c->damaged |= gap > most - from || more > most - from - gap;
    r->first = from + gap;
    r->last = r->first + more;
    r->time = tag / 2;
    c->damaged |= c->begun && r->first <= last;
    c->begun = true;
    return !c->damaged;
}

static bool next_name(struct age_cursor *c)
{
    struct age_name *n = &c->name;
    uint8_t before[sizeof(n->name)];
    bool first;

    if (!begin_row(c, &first))
        return false;
    memcpy(before, n->name, c->begun ? 1u + n->name[0] : 0);
    if (first)
        n->name[0] = 0;
    unsigned shared = read_small(c, n->name[0] + 1u);
    unsigned rest = read_small(c, WIRE_NAME_MAX + 1 - (c->damaged ? 0 : shared));
    c->damaged |= rest > c->block.used - c->at;
    if (c->damaged)
        return false;
    memcpy(n->name + 1 + shared, c->block.data + c->at, rest);
    n->name[0] = (uint8_t)(shared + rest);
    c->at += rest;
    n->exact = read_small(c, c->file->header.times + 1);
    n->below = read_small(c, c->file->header.times + 1);
    c->damaged |= c->begun && set_names_compare(before, n->name, 0) >= 0;
    c->begun = true;
    return !c->damaged;
}

bool age_cursor_next(struct age_cursor *c)
{
    return c->part == AGE_NAMES ? next_name(c) : next_range(c);
}

bool age_cursor_peek(struct age_cursor *c, const struct age_file *file, enum age_part part, uint32_t block)
{
    const size_t head = offsetof(struct age_block, data),
                 most = part == AGE_NAMES ? AGE_NAME_MOST : AGE_RANGE_MOST;

    age_cursor_open(c, file, part, block, 0);
    ssize_t bytes = pread(file->fd, &c->block, head + most, (off_t)c->next * AGE_BLOCK);
    if (bytes != (ssize_t)(head + most) || c->block.used == 0)
        return false;
    c->block.used = c->block.used < most ? c->block.used : (uint16_t)most;
    return age_cursor_next(c);
}
