/* The public page: look-ups and removal requests for people with a browser. The API can do all
 * that the page does. */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "http/route.h"

/* The page's routes; ends with a route without a path. */
extern const struct route page_routes[];

#endif
