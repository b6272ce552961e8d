/* Submitting operations and reloads, under ThreadSanitizer: the same tests as without. */
#include "../unit/api/test_submit.c"
