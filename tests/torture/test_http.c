/* Calls of the API that sleep while others work for them, under ThreadSanitizer. */
#include "../unit/http/test_suspend.c"
