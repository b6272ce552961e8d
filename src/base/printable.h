/* Texts from outside, in messages. Any thread. */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

/* Replaces by a question mark, in place, each byte that is not UTF-8, control characters (C0, DEL, C1), line
 * ends, and what changes the direction of writing: the text can neither control a terminal, nor forge a line
 * of the log, nor look like another. It may become shorter. */
void printable_make(char *text);

#endif
