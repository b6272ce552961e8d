#include "api/backend.h"

#include <stdlib.h>

void backend_free_report(struct report *report)
{
    for (size_t i = 0; i < report->lists_count; i++) {
        struct report_list *list = &report->lists[i];
        for (size_t j = 0; j < list->sets_count; j++)
            free((char *)list->sets[j].files);
        free(list->sets);
        free(list->in_zone);
        free(list->loads);
    }
    free(report->lists);
    free(report->zones);
    report->lists = NULL;
    report->zones = NULL;
    report->lists_count = report->zones_count = 0;
}
