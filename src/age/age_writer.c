/* Writing an age file, block by block. */
#include "age/age_file.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <unistd.h>

static void path_of_new(const struct age_place *place, char path[AGE_PATH + 4])
{
    age_path(place, path);
    strcat(path, ".new");
}

static void fail(struct age_writer *w, enum err why)
{
    if (w->failed != OK)
        return;
    w->failed = why;
    w->reason = errno;
}

enum err age_writer_begin(struct age_writer *w, const struct age_place *place, uint64_t most,
                          struct error *error)
{
    char path[AGE_PATH + 4];
    const struct age_block header = { .used = 0 };

    *w = (struct age_writer){ .most = most };
    path_of_new(place, path);
    unlink(path); /* of an interrupted attempt, or of another kind: opening a FIFO would wait */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    w->to = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (w->to == NULL) {
        enum err e = error_set(error, ERR_SYSTEM, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return e;
    }
    if (fwrite(&header, sizeof(header), 1, w->to) != 1) /* its place */
        fail(w, ERR_SYSTEM);
    if (most < AGE_BLOCK)
        fail(w, ERR_LIMIT);
    return OK;
}

/* ---- Blocks ---- */

static void write_block(struct age_writer *w, uint32_t number)
{
    struct age_block *b = &w->block;

    memset(b->data + b->used, 0, sizeof(b->data) - b->used);
    b->hash = hash_bytes(number, &b->used, sizeof(*b) - sizeof(b->hash));
    if (w->failed == OK && fwrite(b, sizeof(*b), 1, w->to) != 1)
        fail(w, ERR_SYSTEM);
    b->used = 0;
    w->begun = false;
}

static uint64_t count_blocks(const struct age_writer *w)
{
    uint64_t blocks = 1;

    for (unsigned i = 0; i < AGE_PARTS; i++)
        blocks += w->header.blocks[i];
    return blocks;
}

static void end_block(struct age_writer *w)
{
    uint64_t blocks = count_blocks(w);

    if (w->block.used == 0)
        return;
    if (blocks >= w->most / AGE_BLOCK || blocks == UINT32_MAX)
        fail(w, ERR_LIMIT);
    write_block(w, (uint32_t)blocks);
    w->header.blocks[w->part]++;
}

/* Makes room for a row. */
static void begin_row(struct age_writer *w, enum age_part part)
{
    if (part != w->part || w->block.used > sizeof(w->block.data) - AGE_NAME_MOST)
        end_block(w);
    w->part = part;
}

/* ---- Rows ---- */

static void put_octet(struct age_writer *w, unsigned octet)
{
    w->block.data[w->block.used++] = (uint8_t)octet;
}

static void put_number(struct age_writer *w, trie_number number)
{
    for (; number >= 0x80; number >>= 7)
        put_octet(w, (unsigned)(number & 0x7f) | 0x80);
    put_octet(w, (unsigned)number);
}

void age_writer_range(struct age_writer *w, enum age_part part, const struct age_range *range)
{
    trie_number more = range->last - range->first;

    begin_row(w, part);
    put_number(w, range->first - (w->begun ? w->last : 0));
    put_number(w, 2 * range->time + (more != 0));
    if (more != 0)
        put_number(w, more);
    w->last = range->last;
    w->begun = true;
}

void age_writer_name(struct age_writer *w, const struct age_name *name)
{
    unsigned shared = 0;

    begin_row(w, AGE_NAMES);
    const uint8_t *before = w->name.name;
    while (w->begun && shared < before[0] && shared < name->name[0] &&
           before[1 + shared] == name->name[1 + shared])
        shared++;
    put_number(w, shared);
    put_number(w, name->name[0] - shared);
    for (unsigned i = shared; i < name->name[0]; i++)
        put_octet(w, name->name[1 + i]);
    put_number(w, name->exact);
    put_number(w, name->below);
    w->name = *name;
    w->begun = true;
}

/* ---- The end ---- */

static void complete(struct age_writer *w, const struct age_place *place)
{
    end_block(w);
    memcpy(w->header.magic, AGE_MAGIC, sizeof(w->header.magic));
    sha256(place->list, strlen(place->list), w->header.list);
    memcpy(w->block.data, &w->header, sizeof(w->header));
    w->block.used = sizeof(w->header);
    if (fseeko(w->to, 0, SEEK_SET) != 0)
        fail(w, ERR_SYSTEM);
    write_block(w, 0);
    if (fflush(w->to) != 0 || fsync(fileno(w->to)) != 0)
        fail(w, ERR_SYSTEM);
}

enum err age_writer_end(struct age_writer *w, const struct age_place *place, enum err err, uint64_t *bytes,
                        struct error *error)
{
    char path[AGE_PATH], temporary[AGE_PATH + 4];

    age_path(place, path);
    path_of_new(place, temporary);
    if (err == OK)
        complete(w, place);
    if (fclose(w->to) != 0)
        fail(w, ERR_SYSTEM);
    if (err == OK && w->failed == OK && rename(temporary, path) != 0)
        fail(w, ERR_SYSTEM);
    if (err == OK && w->failed == OK) {
        *bytes = count_blocks(w) * AGE_BLOCK;
        return OK;
    }
    unlink(temporary);
    if (err != OK) /* the caller knows why */
        return err;
    if (w->failed == ERR_LIMIT)
        return error_set(error, ERR_LIMIT, "%s: it would have more than %llu bytes", path,
                         (unsigned long long)w->most);
    return error_set(error, ERR_SYSTEM, "%s: %s", path, strerror(w->reason));
}
