/* GET /v1/openapi.json: the document as it stands in openapi.json. */
#include "http/calls.h"

#include <stdlib.h>
#include <string.h>

__asm__(".pushsection .rodata\n"
        "openapi_document:\n"
        ".incbin \"src/http/openapi.json\"\n"
        "openapi_document_end:\n"
        ".popsection\n");
extern const char openapi_document[], openapi_document_end[];

const char *openapi_text(size_t *length)
{
    *length = (size_t)(openapi_document_end - openapi_document);
    return openapi_document;
}

void openapi_show(struct call *call)
{
    size_t length;
    const char *document = openapi_text(&length);
    char *text = malloc(length);
    if (!text)
        abort();
    memcpy(text, document, length);
    call_answer_text(call, 200, "application/json", text, length);
}
