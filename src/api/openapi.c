/* GET /v1/openapi.json: docs/openapi.json, embedded when the program was built. */
#include "api/calls.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

__asm__(".pushsection .rodata\n"
        "openapi_document:\n"
        ".incbin \"docs/openapi.json\"\n"
        "openapi_document_end:\n"
        ".balign 8\n"
        "openapi_document_size: .quad openapi_document_end - openapi_document\n"
        ".popsection\n");
extern const char openapi_document[];
extern const uint64_t openapi_document_size;

const char *openapi_text(size_t *length)
{
    *length = openapi_document_size;
    return openapi_document;
}

void api_openapi_show(struct call *call)
{
    size_t length;
    const char *document = openapi_text(&length);
    char *text = malloc(length);
    if (text != NULL)
        memcpy(text, document, length);
    http_answer_text(call->request, 200, "application/json", text, length);
}
