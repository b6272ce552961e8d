/* Reads bytes as an answer from DNS, as a resolver may pass on anybody's, and what it says about control. */
#include "resolve/records.h"
#include "support/must.h"
#include "support/text_range.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char text[] = "v=1";
    char names[RECORDS_NAMES][STORE_EMAIL];
    ldns_rdf *owner = ldns_dname_new_frm_str("n.test");
    ldns_pkt *answer;

    must(owner != NULL, "there is memory");
    if (ldns_wire2pkt(&answer, data, size) == LDNS_STATUS_OK) {
        struct range v4 = text_range("192.0.2.7", false), v6 = text_range("2001:db8::7", false);
        size_t count = records_names(answer, owner, names);
        must(count <= RECORDS_NAMES, "names are bounded");
        for (size_t i = 0; i < count; i++) {
            must(proof_is_host(names[i]), "a name is that of a host");
            for (size_t j = 0; j < i; j++)
                must(strcmp(names[i], names[j]) != 0, "each name is there once");
        }
        if (records_have_text(answer, owner, text))
            must(size >= sizeof(text), "a text is in the answer");
        if (records_have_address(answer, owner, &v4))
            must(memmem(data, size, "\xc0\x00\x02\x07", 4) != NULL, "an address is in the answer");
        if (records_have_address(answer, owner, &v6))
            must(memmem(data, size, "\x20\x01\x0d\xb8", 4) != NULL, "an address is in the answer");
        ldns_pkt_free(answer);
    }
    ldns_rdf_deep_free(owner);
    return 0;
}
