/* How soon a thread runs when it wakes up while another one has its CPU. */
#ifndef SERVE_SHORT_SLICES_H
#define SERVE_SHORT_SLICES_H

/*
 * Asks for the shortest slices of CPU time for this thread. From Linux 6.12 on it then does not wait for the
 * end of the longer slice of another thread, such as one of HTTP, when it wakes up. Older kernels ignore it,
 * and a failure costs only delays.
 */
void short_slices_request(void);

#endif
