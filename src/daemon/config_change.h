/*
 * Whether the configuration file has changed since the start, which SIGHUP does not read again: then it says
 * so. Main thread.
 */
#ifndef DAEMON_CONFIG_CHANGE_H
#define DAEMON_CONFIG_CHANGE_H

/* Remembers the file as it is now; before chroot(), after which it still finds it. NULL: there is none. */
void config_change_open(const char *path);

/* Logs that the file has changed, if it has, or that this cannot be seen. */
void config_change_log(void);

#endif
