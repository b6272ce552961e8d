/*
 * The options of all verbs, then those of some, a row each. Include it with OPTION defined:
 *
 *   OPTION(ID, name, letter or 0, argument or NULL, help, field of the request or NULL, kind, group)
 */
OPTION(URL, "url", 'u', "URL", "the server: http://, https:// or unix:PATH; repeat for more to try")
OPTION(TOKEN_FILE, "token-file", 0, "FILE", "the file with the token, which others must not be able to read")
OPTION(CACERT, "cacert", 0, "FILE", "the authorities to trust for https, instead of the system's")
OPTION(TIMEOUT, "timeout", 0, "TIME", "how long to wait for an answer (30s)", NULL, INPUT_DURATION)
OPTION(WAIT, "wait", 0, "TIME", "how long to retry while the server is busy or cannot be reached", NULL,
       INPUT_DURATION)
OPTION(JSON, "json", 'j', NULL, "write JSON, also to a terminal", NULL, INPUT_PLAIN, FORMAT)
OPTION(TABLE, "table", 0, NULL, "write tables, also when not to a terminal", NULL, INPUT_PLAIN, FORMAT)
OPTION(HELP, "help", 'h', NULL, "show this help")
OPTION(VERSION, "version", 0, NULL, "show the version")
OPTION(LIST, "list", 'l', "NAME", "the list; repeat it or use commas for more than one", "lists", INPUT_LISTS)
OPTION(LISTS, "lists", 0, "NAME,...", "the same as --list", "lists", INPUT_LISTS)
OPTION(FOR, "for", 0, "TIME", "for so long: 90s, 15m, 12h, 7d", "expires_in", INPUT_DURATION, EXPIRY)
OPTION(UNTIL, "until", 0, "WHEN", "until then: 2030-12-31 or 2030-12-31T18:00Z", "expires_at", INPUT_TIME,
       EXPIRY)
OPTION(FOREVER, "forever", 0, NULL, "without an end", "expires_in", INPUT_NULL, EXPIRY)
OPTION(REASON, "reason", 'r', "TEXT", "why", "reason", INPUT_TEXT)
OPTION(REQUESTER, "requester", 0, "TEXT", "who asked for it", "requester", INPUT_TEXT)
OPTION(STICKY, "sticky", 0, NULL, "stay in force even if the list adds the range again", "sticky", INPUT_TRUE,
       STICKY)
OPTION(NO_STICKY, "no-sticky", 0, NULL, "end when the list adds the range again", "sticky", INPUT_FALSE,
       STICKY)
OPTION(CODE, "code", 0, "ADDRESS", "the address to answer, such as 127.0.0.4", "code", INPUT_TEXT)
OPTION(TEXT, "text", 0, "TEXT", "the text to answer", "text", INPUT_TEXT)
OPTION(SUBDOMAINS, "subdomains", 0, NULL, "of a domain, include all names below it", "include_subdomains",
       INPUT_TRUE)
OPTION(DRY_RUN, "dry-run", 'n', NULL, "only say what would be done", "dry_run", INPUT_TRUE)
OPTION(FORCE, "force", 0, NULL, "override the rules; for administrators", "force", INPUT_TRUE)
OPTION(FILE, "file", 'f', "FILE", "read one per line from this file; - is standard input")
OPTION(NO_ATOMIC, "no-atomic", 0, NULL, "of a batch, do what is possible instead of all or nothing")
OPTION(YES, "yes", 'y', NULL, "do not ask for confirmation")
OPTION(IF_MATCH, "if-match", 0, "REVISION", "only if this is still its revision")
OPTION(IDEMPOTENCY_KEY, "idempotency-key", 0, "KEY",
       "a repeat with the same key within 24 hours does nothing new")
OPTION(KIND, "kind", 0, "delisting|listing|allow", "what the id belongs to")
OPTION(STATE, "state", 0, "active|fulfilled|expired|ended|relisted", "only in this state", "state",
       INPUT_TEXT)
OPTION(COVERS, "covers", 0, "ADDRESS", "only what holds for this address or domain", "covers", INPUT_RANGE)
OPTION(WITHIN, "within", 0, "RANGE", "only what lies in this range", "within", INPUT_RANGE)
OPTION(CREATED_BY, "created-by", 0, "NAME", "only what the token of this name created", "created_by",
       INPUT_TEXT)
OPTION(MAX, "max", 0, "NUMBER", "end nothing if there are more than so many (1)", "max", INPUT_COUNT)
OPTION(BATCH, "batch", 0, "ID", "only what this batch created", "batch_id", INPUT_TEXT)
OPTION(EXPIRES_BEFORE, "expires-before", 0, "WHEN", "only what expires before then", "expires_before",
       INPUT_TIME)
OPTION(STATUS, "status", 0, "pending|verify|removed|denied", "only requests with this status", "status",
       INPUT_TEXT)
OPTION(ORDER, "order", 0, "oldest|newest", "which come first (oldest)", "order", INPUT_TEXT)
OPTION(LIMIT, "limit", 0, "NUMBER", "at most so many (100)", "limit", INPUT_COUNT)
OPTION(ALL, "all", 'a', NULL, "all pages")
OPTION(NAME, "name", 0, "TEXT", "who asks", "contact_name", INPUT_TEXT)
OPTION(EMAIL, "email", 0, "ADDRESS", "how to reach them", "email", INPUT_TEXT)
OPTION(COMPANY, "company", 0, "TEXT", "the company that they ask for", "company", INPUT_TEXT)
OPTION(DETAILS, "details", 0, "TEXT", "what happened, and what was done about it", "details", INPUT_TEXT)
OPTION(CATEGORY, "category", 0, "TEXT", "what kind of mail is sent from there", "category", INPUT_TEXT)
OPTION(FIXED, "fixed", 0, NULL, "the cause is fixed", "fixed", INPUT_TRUE)
OPTION(LANG, "lang", 0, "LANGUAGE", "the language of the reply, such as en", "lang", INPUT_TEXT)
OPTION(TO, "to", 0, "MAILBOX", "which of the mailboxes of the request is sent the code", "to", INPUT_TEXT)
OPTION(REPLY, "reply", 0, "TEXT", "what to tell the requester", "reply", INPUT_TEXT)
OPTION(SINCE, "since", 0, "NUMBER", "only changes after this sequence number", "since", INPUT_COUNT)
OPTION(FOLLOW, "follow", 0, NULL, "keep running, and show changes as they come")
OPTION(ACCEPT, "accept", 0, NULL, "accept data that a guard has refused", "accept", INPUT_TRUE)
OPTION(EXIT_CODE, "exit-code", 'q', NULL, "write nothing; exit with 10 if something is listed, else 0")
OPTION(OUTPUT, "output", 'o', "FILE", "write the token to this new file")
