/* Suspended requests, under ThreadSanitizer: the same tests as without. */
#include "../unit/http/test_suspend.c"
