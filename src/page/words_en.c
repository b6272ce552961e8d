/* The messages in English. */
#include "page/words.h"

const char *const words_en[WORDS] = {
    [WORD_LANGUAGES] = "Languages",
    [WORD_CONTACT] = "Contact: {1}",
    [WORD_IMPRINT] = "Legal notice",
    [WORD_PRIVACY] = "Privacy policy",
    [WORD_LIST_ENDED] = "{1} ended on {2} and lists nothing any more. ",
    [WORD_WHO_DECIDES] =
        "These lists say what was seen. Whether a message is accepted is decided by those who "
        "receive it.",
    [WORD_TIME_FORMAT] = "%-d %B %Y, %H:%M UTC",
    [WORD_LOOK_UP] = "Look up",
    [WORD_BOX] = "IP address, domain, or the message that came back",
    [WORD_BOX_HINT] = "For instance 192.0.2.1, 2001:db8::1, example.com, or all of the error message.",
    [WORD_BULK_LINK] = "Look up several at once",

    [WORD_MINUTE] = "1 minute",
    [WORD_MINUTES] = "{1} minutes",
    [WORD_HOUR] = "1 hour",
    [WORD_HOURS] = "{1} hours",
    [WORD_DAY] = "1 day",
    [WORD_DAYS] = "{1} days",

    [WORD_START] = "Is your mail blocked?",
    [WORD_START_HELP] =
        "Enter the IP address of your mail server or a domain, or paste the error message that you "
        "got: the address is found in it.",
    [WORD_OWN_ADDRESS] = "Look up your own address, {1}",

    [WORD_IS_BLOCKED] = "{1} is blocked",
    [WORD_IS_DELAYED] = "{1} is delayed",
    [WORD_IS_REMOVED] = "{1} has been taken off",
    [WORD_IS_CLEAR] = "{1} is not listed",
    [WORD_BLOCKED_SENTENCE] = "Mail servers that use these lists refuse mail from {1}, because it is on {2}.",
    [WORD_DELAYED_SENTENCE] =
        "Mail servers that use these lists delay mail from {1} for a while, because it is on "
        "{2}.",
    [WORD_DOMAIN_BLOCKED_SENTENCE] =
        "Mail servers that use these lists refuse mail from {1} or with links to it, "
        "because it is on {2}.",
    [WORD_DOMAIN_DELAYED_SENTENCE] =
        "Mail servers that use these lists delay mail from {1} or with links to it for "
        "a while, because it is on {2}.",
    [WORD_REMOVED_SENTENCE] = "{1} has been taken off {2} and does not count as listed now.",
    [WORD_CLEAR_SENTENCE] = "{1} is on none of these lists: they do not stop its mail now.",
    [WORD_CLEAR_OTHERS] = "If mail was refused, send it again first. If it is refused again, read which list "
                          "the error message names, "
                          "and ask its operator.",
    [WORD_NOT_ADMINISTRATOR] = "If you do not run the mail server, send the address of this page to who "
                               "does: your IT department, your "
                               "mail provider or your Internet provider.",
    [WORD_LIST_JOIN] = "{1}, {2}",

    [WORD_NOTE_HEADING] = "The message that you pasted",
    [WORD_NOTE_FOUND] = "Found in it: {1}.",
    [WORD_NOTE_LISTED] = "It names {2}, and {1} is on it now.",
    [WORD_NOTE_NOT_LISTED] = "It names {2}: your message was not accepted then, but {1} is not on it now.",
    [WORD_NOTE_ELSEWHERE] = "It names {1}, which is not a list of this server: ask those who run {1}. "
                            "Nothing can be changed about it "
                            "here.",
    [WORD_NOTE_ERROR_CODE] = "{1} does not mean that an address is listed: the receiving server may not ask "
                             "the list in this way. Tell "
                             "the people who run the receiving server.",
    [WORD_NOTE_TRIES_AGAIN] = "The reply {1} means “later”: the sending server tries again by itself, so do "
                              "not send the message again.",
    [WORD_NOTE_SEND_AGAIN] = "The message does not go out by itself: send it again now.",
    [WORD_NOTE_SEND_LATER] =
        "The message does not go out by itself: send it again once the listing has ended.",
    [WORD_NOTE_NAMED] = "The message that you pasted names this list.",

    [WORD_STATE_BLOCKED] = "Blocked",
    [WORD_STATE_DELAYED] = "Delayed",
    [WORD_STATE_REMOVED] = "Taken off",
    [WORD_STATE_CLEAR] = "Not listed",
    [WORD_STATE_UNKNOWN] = "Not looked up",
    [WORD_OPERATOR] = "Run by {1}.",
    [WORD_WHY] = "Why",
    [WORD_NO_DETAILS] = "The operator of this list does not give details.",
    [WORD_SINCE] = "Listed",
    [WORD_SINCE_HOUR] = "For at least an hour: since {1} or earlier.",
    [WORD_SINCE_HOURS] = "For at least {2} hours: since {1} or earlier.",
    [WORD_SINCE_DAYS] = "For at least {2} days: since {1} or earlier.",
    [WORD_EFFECT] = "What mail servers do",
    [WORD_EFFECT_PERMANENT] =
        "They refuse the message with an error such as “550 5.7.1 … blocked”, and the sender gets it back as "
        "undeliverable.",
    [WORD_EFFECT_TEMPORARY] = "They answer “450 4.7.1 … try again later”. The sending server tries again by "
                              "itself, so the mail arrives "
                              "once the listing has ended; the sender gets a notice of the delay at most.",
    [WORD_EFFECT_NONE] = "They accept mail as if it were not listed, until {1}, that is for {2}.",
    [WORD_EFFECT_NONE_FOREVER] = "They accept mail as if it were not listed.",
    [WORD_UNTIL] = "Until",
    [WORD_UNTIL_TIME] = "It ends by itself in {2}, on {1}.",
    [WORD_UNTIL_UNKNOWN] = "It ends when the operator of the list finds no more cause.",
    [WORD_WHAT_TO_DO] = "What you can do",

    [WORD_DO_REMOVE_NOW] = "It can be removed at once.",
    [WORD_DO_PROVE] = "It can be removed once you have shown that it is yours.",
    [WORD_DO_REVIEW] = "Ask for a review: an operator decides.",
    [WORD_DO_USED_UP] = "It was removed too often lately. Ask for a review: an operator decides.",
    [WORD_DO_BUSY] =
        "Many removals were made within the last hour. Ask for a review, where an operator decides, or look "
        "again in an hour.",
    [WORD_DO_ASKED] = "A request is open: see above.",
    [WORD_DO_NEVER] = "Nothing is removed from this list by request. Its owner’s policy does not allow it.",
    [WORD_DYNAMIC] = "If your Internet provider assigns you this address (a dynamic one, as at home), send "
                     "through the server of "
                     "your mail provider; the right one to ask is your Internet provider.",
    [WORD_DO_RESOLVE_FIRST] = "First resolve the listing on {1}. Then it can be removed here.",
    [WORD_DO_WAIT] = "It was removed a short time ago. The next removal is possible on {1}, in {2}.",
    [WORD_REMOVALS_LEFT] = "Removals left: {1}.",
    [WORD_FIX_FIRST] =
        "First stop what caused the listing: a hacked account, an infected computer, a form that "
        "others send mail with.",
    [WORD_LISTED_AGAIN] = "If abuse goes on, it is listed again, and the number of removals is limited.",

    [WORD_REMOVE_HEADING] = "Remove {1} from {2}",
    [WORD_REMOVE_BUTTON] = "Remove {1} now",
    [WORD_REVIEW_HEADING] = "Ask to remove {1} from {2}",
    [WORD_REVIEW_BUTTON] = "Ask for a review",
    [WORD_REVIEW_HELP] =
        "Say what happened and what was done about it: that is what the operator decides by.",
    [WORD_MORE_FIELDS] = "Add a name or a note (not required)",
    [WORD_NAME] = "Name",
    [WORD_EMAIL] = "E-mail",
    [WORD_COMPANY] = "Company",
    [WORD_CATEGORY] = "Kind of mail",
    [WORD_CATEGORY_PERSONAL] = "personal",
    [WORD_CATEGORY_COMPANY] = "of a company",
    [WORD_CATEGORY_NEWSLETTER] = "newsletter",
    [WORD_DETAILS] = "What happened, and what was done about it",
    [WORD_DETAILS_HINT] = "At most {1} characters.",
    [WORD_FIXED] = "The cause is fixed.",
    [WORD_REQUIRED] = "required",
    [WORD_STORED] = "What you enter is stored for the operators of the list, with the address you come from "
                    "as far as their privacy rules keep it, and is deleted some time after the decision.",
    [WORD_SEND_AGAIN] = "Send again",

    [WORD_OWN_REQUEST] = "A request is open",
    [WORD_OWN_REQUEST_FROM] =
        "It was made on {1} from your internet address, by you or by somebody who shares the address.",
    [WORD_OWN_REQUEST_LINK] = "Look at the request",
    [WORD_NO_MAIL_WILL_COME] = "You will get no e-mail: the answer will be on the page that comes next.",
    [WORD_CODE_WILL_COME] = "A code will be sent to this address, and the removal needs it.",

    [WORD_REQUEST_REMOVED] = "Removed",
    [WORD_REQUEST_PENDING] = "Your request will be reviewed",
    [WORD_REQUEST_VERIFY] = "Enter the code",
    [WORD_REQUEST_DENIED] = "Not removed",
    [WORD_REMOVED_FROM] = "{1} has been removed from {2}.",
    [WORD_PENDING_TEXT] = "An operator will review the request to remove {1} from {2}.",
    [WORD_VERIFY_TEXT] = "A code was sent by e-mail. Once you enter it, {1} is removed from {2}.",
    [WORD_DENIED_TEXT] = "{1} was not removed from {2}.",
    [WORD_REPLY] = "The operator’s reply",
    [WORD_EFFECTIVE_BY] = "All mail servers know it by {1}, that is within {2}.",
    [WORD_EFFECTIVE_SINCE] = "All mail servers have known it since {1}.",
    [WORD_QUEUED_MAIL] = "Mail that still waits in your server’s queue then goes out by itself: do not send "
                         "it again. Mail that came "
                         "back as undeliverable has to be sent again.",
    [WORD_NO_MAIL_COMES] = "You will get no e-mail about this. Look at this page again.",
    [WORD_NO_MAIL_DONE] = "You will get no e-mail about this.",
    [WORD_KEEP_ADDRESS] = "Keep the address of this page:",
    [WORD_CODE_LABEL] = "Code from the e-mail",
    [WORD_CONFIRM_BUTTON] = "Confirm",
    [WORD_ATTEMPTS_LEFT] = "Attempts left: {1}.",
    [WORD_CODE_SENT_TO] = "A code was sent to {1}. One code a day is sent for this address or domain.",
    [WORD_LOOK_AGAIN] = "Look {1} up again",

    [WORD_PROVE_FIRST_BUTTON] = "Go on to remove {1}",
    [WORD_PROVE_NEXT] = "On the next page you show that {1} is yours.",
    [WORD_REQUEST_PROVE] = "Show that it is yours",
    [WORD_PROVE_TEXT] = "{1} is removed from {2} as soon as you have shown that it is yours.",
    [WORD_PROVE_WAYS] = "One of these ways is enough.",
    [WORD_PROVE_MAIL] = "By e-mail",
    [WORD_PROVE_MAIL_HELP] = "A code is sent to the people who manage mail there. Whoever can read that "
                             "mailbox enters the code here.",
    [WORD_PROVE_MAIL_NONE] =
        "No mailbox is known: the name of {1} in reverse DNS is missing, or does not lead back to {1}. Your "
        "internet provider can set it.",
    [WORD_PROVE_MAIL_TO] = "Send the code to:",
    [WORD_PROVE_MAIL_BUTTON] = "Send the code",
    [WORD_PROVE_MAIL_AGAIN] = "Look for mailboxes again",
    [WORD_PROVE_DNS] = "By a DNS record",
    [WORD_PROVE_DNS_HELP] =
        "Add this record to the DNS of {1}, or have it added by whoever manages that: your web host or your "
        "internet provider. Then press the button. It may take some minutes until the record is seen.",
    [WORD_PROVE_DNS_NAME] = "Name",
    [WORD_PROVE_DNS_TYPE] = "Type",
    [WORD_PROVE_DNS_VALUE] = "Value",
    [WORD_PROVE_DNS_LINE] = "The same as a line of a zone file:",
    [WORD_PROVE_DNS_BUTTON] = "Check the record now",
    [WORD_PROVE_ADDRESS] = "From the address itself",
    [WORD_PROVE_ADDRESS_HELP] =
        "Open this page in a browser that uses {1} for the internet, for instance in the network of the mail "
        "server, and press the button there.",
    [WORD_PROVE_ADDRESS_BUTTON] = "I am there now",
    [WORD_PROVE_NOT] = "None of this is possible?",
    [WORD_PROVE_NOT_HELP] = "Then an operator can review the request. That takes longer.",

    [WORD_BULK_START] = "Look up several at once",
    [WORD_BULK_BOX] = "IP addresses and domains",
    [WORD_BULK_HINT] =
        "At most {1}: one on each line, or with blanks or commas between them, or lines of a log.",
    [WORD_BULK_RESULT] = "{1} of {2} listed",
    [WORD_BULK_SOME] = "On a list: {1} of {2}. The page of each says why, and what can be done.",
    [WORD_BULK_NONE] = "None of them is on a list (looked up: {2}). These lists are not why mail is refused.",
    [WORD_BULK_KEY] = "Address or domain",
    [WORD_BULK_STATE] = "State",
    [WORD_BULK_LISTS] = "Lists",
    [WORD_BULK_MORE] = "{1} and {2} more",
    [WORD_BULK_CSV] = "Download as CSV",
    [WORD_BULK_TOO_MANY] =
        "Only the first {1} were looked up. The rest is in the field below: look it up next.",
    [WORD_BULK_TOO_OFTEN] = "Too many look-ups came from your network. What was not looked up is in the "
                            "field below: try again in {1} "
                            "seconds.",

    [WORD_ERROR] = "That did not work",
    [WORD_NOT_FOUND] = "Not found",
    [WORD_ERROR_NOTHING_THERE] = "There is nothing at this address.",
    [WORD_ERROR_NO_ADDRESS] = "No IP address and no domain is in what you entered.",
    [WORD_ERROR_NOT_SINGLE] = "This is a range. Enter one address or one domain.",
    [WORD_ERROR_TOO_MANY] = "Too many questions came from your network. Try again in {1} seconds.",
    [WORD_ERROR_NOT_LISTED] = "It is not on these lists (any more): there is nothing to remove.",
    [WORD_ERROR_EMAIL] = "This is not a valid e-mail address.",
    [WORD_ERROR_EMAIL_NEEDED] = "This removal is confirmed by e-mail: enter your e-mail address.",
    [WORD_ERROR_FIELD_NEEDED] = "Fill in all fields that are marked as required.",
    [WORD_ERROR_TOO_LONG] = "A field is too long.",
    [WORD_ERROR_WRONG_CODE] = "This is not the code that was sent.",
    [WORD_ERROR_CODE_EXPIRED] = "The code is too old. Ask for the removal again.",
    [WORD_ERROR_DECIDED] = "This request was decided already.",
    [WORD_ERROR_QUEUE_FULL] = "Too many requests wait for a review. Try again tomorrow.",
    [WORD_ERROR_NO_RECORD] =
        "The record was not found in DNS yet. Check its name and value, and try again in some minutes.",
    [WORD_ERROR_NO_ANSWER] = "DNS did not answer in time. Try again in a moment.",
    [WORD_ERROR_NO_MAILBOX] = "There is still no mailbox to which a code could be sent.",
    [WORD_ERROR_OTHER_MAILBOX] = "Choose one of the mailboxes on this page.",
    [WORD_ERROR_OTHER_ADDRESS] = "You are using another address to see this page.",
    [WORD_ERROR_TOO_MANY_CHECKS] = "DNS was asked too often for this request. Ask for the removal again.",
    [WORD_ERROR_NOT_READY] = "The server is not ready for this. Try again in a moment.",
    [WORD_ERROR_ORIGIN] = "The form was sent by another site. Open this page and send it from here.",
    [WORD_ERROR_METHOD] = "This page cannot be asked for in this way.",
    [WORD_ERROR_TRAP] = "A field that people do not see was filled in. Send the form again without it.",
    [WORD_ERROR_OTHER] = "The request could not be handled ({1}).",
};
