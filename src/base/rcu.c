#include "base/rcu.h"

#if defined(__SANITIZE_THREAD__)
char rcu_tsan_grace;
#else
typedef int rcu_is_header_only;
#endif
