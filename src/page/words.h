/*
 * The messages of the page: every text that a reader sees and that does not come from data.
 *
 * A catalogue, words_XX.c, has a text for each. In it {1} to {4} stand for the arguments, of which each
 * message has as many as the comment here says; a language may put them in any order. Texts are plain: what
 * writes them (html.h) escapes them like data.
 */
#ifndef PAGE_WORDS_H
#define PAGE_WORDS_H

#include "base/language.h"

#include <stddef.h>

enum word {
    /* ---- Every page ---- */
    WORD_LANGUAGES,  /* label of the links to other languages */
    WORD_CONTACT,    /* 1: contact of the operator */
    WORD_IMPRINT,    /* a link to the operator's legal notice */
    WORD_PRIVACY,    /* likewise, his privacy policy */
    WORD_LIST_ENDED, /* 1: a list's title, 2: a time; the operator's text follows */
    WORD_WHO_DECIDES,
    WORD_TIME_FORMAT, /* of strftime(), for UTC */
    WORD_LOOK_UP,     /* on a button */
    WORD_BOX,         /* label of the box */
    WORD_BOX_HINT,    /* what may be put into it */
    WORD_BULK_LINK,

    /* ---- Periods; of more than one, 1: how many ---- */
    WORD_MINUTE,
    WORD_MINUTES,
    WORD_HOUR,
    WORD_HOURS,
    WORD_DAY,
    WORD_DAYS,

    /* ---- Start ---- */
    WORD_START, /* heading */
    WORD_START_HELP,
    WORD_OWN_ADDRESS, /* 1: the client's address */

    /* ---- Whether it is listed: headings and sentences; 1: the address or domain, 2: titles of lists ---- */
    WORD_IS_BLOCKED,
    WORD_IS_DELAYED,
    WORD_IS_REMOVED,
    WORD_IS_CLEAR,
    WORD_BLOCKED_SENTENCE,
    WORD_DELAYED_SENTENCE,
    WORD_DOMAIN_BLOCKED_SENTENCE,
    WORD_DOMAIN_DELAYED_SENTENCE,
    WORD_REMOVED_SENTENCE, /* 2: lists */
    WORD_CLEAR_SENTENCE,
    WORD_CLEAR_OTHERS,
    WORD_NOT_ADMINISTRATOR, /* what to do for who does not run the mail server */
    WORD_LIST_JOIN,         /* 1, 2: names of lists */

    /* ---- The bounce that was pasted ---- */
    WORD_NOTE_HEADING,
    WORD_NOTE_FOUND,       /* 1: list, code, reply, joined */
    WORD_NOTE_LISTED,      /* 1: address, 2: the list that it names */
    WORD_NOTE_NOT_LISTED,  /* likewise */
    WORD_NOTE_ELSEWHERE,   /* 1: the host that it names */
    WORD_NOTE_ERROR_CODE,  /* 1: a code that lists nothing */
    WORD_NOTE_TRIES_AGAIN, /* 1: the reply */
    WORD_NOTE_SEND_AGAIN,
    WORD_NOTE_SEND_LATER,
    WORD_NOTE_NAMED, /* at a list */

    /* ---- A list on the page ---- */
    WORD_STATE_BLOCKED, /* a badge */
    WORD_STATE_DELAYED,
    WORD_STATE_REMOVED,
    WORD_STATE_CLEAR,
    WORD_STATE_UNKNOWN,
    WORD_OPERATOR, /* 1: who runs the list */
    WORD_WHY,
    WORD_NO_DETAILS,
    WORD_SINCE,       /* label */
    WORD_SINCE_HOUR,  /* 1: a time */
    WORD_SINCE_HOURS, /* 1: a time, 2: a number */
    WORD_SINCE_DAYS,  /* likewise */
    WORD_EFFECT,      /* what a mail server does */
    WORD_EFFECT_PERMANENT,
    WORD_EFFECT_TEMPORARY,
    WORD_EFFECT_NONE, /* 1: until when, 2: how long that is */
    WORD_EFFECT_NONE_FOREVER,
    WORD_UNTIL,
    WORD_UNTIL_TIME, /* 1: a time, 2: how long until then */
    WORD_UNTIL_UNKNOWN,
    WORD_WHAT_TO_DO,

    /* ---- What can be done about it ---- */
    WORD_DO_REMOVE_NOW,
    WORD_DO_PROVE,
    WORD_DO_REVIEW,
    WORD_DO_USED_UP,
    WORD_DO_BUSY,
    WORD_DO_ASKED,
    WORD_DO_NEVER,
    WORD_DYNAMIC,          /* likewise, of a list of dynamic addresses */
    WORD_DO_RESOLVE_FIRST, /* 1: a list's title */
    WORD_DO_WAIT,          /* 1: a time, 2: how long until then */
    WORD_REMOVALS_LEFT,    /* 1: a number */
    WORD_FIX_FIRST,
    WORD_LISTED_AGAIN,

    /* ---- Forms ---- */
    WORD_REMOVE_HEADING, /* 1: address, 2: lists */
    WORD_REMOVE_BUTTON,  /* 1: address */
    WORD_REVIEW_HEADING, /* 2: lists */
    WORD_REVIEW_BUTTON,
    WORD_REVIEW_HELP,
    WORD_MORE_FIELDS, /* summary of the folded fields */
    WORD_NAME,
    WORD_EMAIL,
    WORD_COMPANY,
    WORD_CATEGORY,
    WORD_CATEGORY_PERSONAL,
    WORD_CATEGORY_COMPANY,
    WORD_CATEGORY_NEWSLETTER,
    WORD_DETAILS,
    WORD_DETAILS_HINT, /* 1: characters at most */
    WORD_FIXED,
    WORD_REQUIRED,
    WORD_STORED, /* what is stored */
    WORD_SEND_AGAIN,

    /* ---- A request that is open, of whoever looks the address up ---- */
    WORD_OWN_REQUEST,      /* heading */
    WORD_OWN_REQUEST_FROM, /* 1: a time */
    WORD_OWN_REQUEST_LINK,
    WORD_NO_MAIL_WILL_COME, /* before a review is asked for */
    WORD_CODE_WILL_COME,    /* before a removal that is confirmed */

    /* ---- A request ---- */
    WORD_REQUEST_REMOVED,
    WORD_REQUEST_PENDING,
    WORD_REQUEST_VERIFY,
    WORD_REQUEST_DENIED,
    WORD_REMOVED_FROM,    /* 1: address, 2: lists */
    WORD_PENDING_TEXT,    /* likewise */
    WORD_VERIFY_TEXT,     /* likewise */
    WORD_DENIED_TEXT,     /* likewise */
    WORD_REPLY,           /* label of an operator's words */
    WORD_EFFECTIVE_BY,    /* 1: a time, 2: how long until then */
    WORD_EFFECTIVE_SINCE, /* 1: a time */
    WORD_QUEUED_MAIL,
    WORD_NO_MAIL_COMES, /* of a request that waits */
    WORD_NO_MAIL_DONE,  /* of one that was granted */
    WORD_KEEP_ADDRESS,
    WORD_CODE_LABEL,
    WORD_CONFIRM_BUTTON,
    WORD_ATTEMPTS_LEFT, /* 1: a number */
    WORD_CODE_SENT_TO,  /* 1: a mailbox */
    WORD_LOOK_AGAIN,    /* 1: address */

    /* ---- Proof of control ---- */
    WORD_PROVE_FIRST_BUTTON, /* 1: address; instead of WORD_REMOVE_BUTTON */
    WORD_PROVE_NEXT,         /* 1: address */
    WORD_REQUEST_PROVE,      /* heading */
    WORD_PROVE_TEXT,         /* 1: address, 2: lists */
    WORD_PROVE_WAYS,
    WORD_PROVE_MAIL, /* heading, here and below before what helps */
    WORD_PROVE_MAIL_HELP,
    WORD_PROVE_MAIL_NONE, /* 1: address */
    WORD_PROVE_MAIL_TO,
    WORD_PROVE_MAIL_BUTTON,
    WORD_PROVE_MAIL_AGAIN,
    WORD_PROVE_DNS,
    WORD_PROVE_DNS_HELP, /* 1: address, /64 or domain */
    WORD_PROVE_DNS_NAME,
    WORD_PROVE_DNS_TYPE,
    WORD_PROVE_DNS_VALUE,
    WORD_PROVE_DNS_LINE,
    WORD_PROVE_DNS_BUTTON,
    WORD_PROVE_ADDRESS,
    WORD_PROVE_ADDRESS_HELP, /* 1: address or /64 */
    WORD_PROVE_ADDRESS_BUTTON,
    WORD_PROVE_NOT,
    WORD_PROVE_NOT_HELP,

    /* ---- Many look-ups at once ---- */
    WORD_BULK_START,  /* heading */
    WORD_BULK_BOX,    /* label */
    WORD_BULK_HINT,   /* 1: how many at most */
    WORD_BULK_RESULT, /* heading; 1: how many are listed, 2: of how many */
    WORD_BULK_SOME,   /* likewise */
    WORD_BULK_NONE,   /* 2: of how many */
    WORD_BULK_KEY,    /* of a column */
    WORD_BULK_STATE,
    WORD_BULK_LISTS,
    WORD_BULK_MORE,      /* 1: titles of lists, 2: how many more */
    WORD_BULK_CSV,       /* on a button */
    WORD_BULK_TOO_MANY,  /* 1: how many at most */
    WORD_BULK_TOO_OFTEN, /* 1: seconds */

    /* ---- Errors ---- */
    WORD_ERROR,     /* heading */
    WORD_NOT_FOUND, /* heading */
    WORD_ERROR_NOTHING_THERE,
    WORD_ERROR_NO_ADDRESS,
    WORD_ERROR_NOT_SINGLE,
    WORD_ERROR_TOO_MANY, /* 1: seconds */
    WORD_ERROR_NOT_LISTED,
    WORD_ERROR_EMAIL,
    WORD_ERROR_EMAIL_NEEDED,
    WORD_ERROR_FIELD_NEEDED,
    WORD_ERROR_TOO_LONG,
    WORD_ERROR_WRONG_CODE,
    WORD_ERROR_CODE_EXPIRED,
    WORD_ERROR_DECIDED,
    WORD_ERROR_QUEUE_FULL,
    WORD_ERROR_NO_RECORD,
    WORD_ERROR_NO_ANSWER,
    WORD_ERROR_NO_MAILBOX,
    WORD_ERROR_OTHER_MAILBOX,
    WORD_ERROR_OTHER_ADDRESS,
    WORD_ERROR_TOO_MANY_CHECKS,
    WORD_ERROR_NOT_READY,
    WORD_ERROR_ORIGIN,
    WORD_ERROR_METHOD,
    WORD_ERROR_TRAP,
    WORD_ERROR_OTHER, /* 1: the code of the error */

    WORDS
};

enum { WORDS_ARGUMENTS = 4 };

/* The text of a message. Static. */
const char *words(enum language language, enum word word);

/* Writes a message with its arguments, of which those that it has none of may be NULL, and a zero byte to
 * `out`, unless that is NULL. Returns the length without the zero byte. */
size_t words_format(enum language language, enum word word, const char *const arguments[WORDS_ARGUMENTS],
                    char *out);

extern const char *const words_en[WORDS], *const words_ja[WORDS];

#endif
