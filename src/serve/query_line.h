/* One line of the query log, in rbldnsd's format. Pure, any thread. */
#ifndef SERVE_QUERY_LINE_H
#define SERVE_QUERY_LINE_H

#include <stddef.h>
#include <stdint.h>

#define QUERY_LINE_MAX 1280 /* bytes: a name of 255 escaped octets and everything else */

/* One query and its reply, as the log has them. Its size is fixed, so that a ring can hold it. */
struct query_record {
    int64_t time;       /* Unix seconds */
    uint8_t client[16]; /* network byte order; IPv4: the first four */
    uint16_t type, class;
    uint16_t answers, length; /* of the reply */
    uint8_t rcode;
    uint8_t ipv6;
    uint8_t name[256]; /* wire form as received, with the root label */
};

/* Writes `time client name type class: rcode/answers/length` and a newline to `text`; returns its length. */
size_t query_line_format(const struct query_record *record, char text[QUERY_LINE_MAX]);

#endif
