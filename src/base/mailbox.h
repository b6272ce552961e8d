/*
 * The mailbox that an e-mail address leads to, to tell whether two addresses lead to the same one: letters
 * are alike in either case, and what follows a + in the local part usually does not count.
 */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

/* Writes the folded form of `address` with a terminating zero: at most as long as the address. Returns where
 * the zero is. `out` may be `address`. */
char *mailbox_fold(char *out, const char *address);

#endif
