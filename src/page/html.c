#include "page/html.h"

#include <stdarg.h>
#include <string.h>

const char html_style[] =
    "body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:46rem;padding:1rem;"
    "color:#1c1e21;background:#fff}"
    "header a{color:inherit;text-decoration:none;font-weight:600}"
    "form.search{display:flex;gap:.5rem;margin:1rem 0}"
    "input,textarea,select,button{font:inherit;padding:.4rem .6rem;"
    "border:1px solid #767676;border-radius:.3rem}"
    "form.search input{flex:1}"
    "button{background:#1a56a0;color:#fff;border-color:#1a56a0;cursor:pointer}"
    "label{display:block;margin:.6rem 0 .1rem}"
    "form.removal input:not([type=checkbox]),textarea{width:100%;box-sizing:border-box}"
    ".verdict{padding:.6rem 1rem;border-left:.4rem solid;margin:1rem 0}"
    ".listed{border-color:#b3261e;background:#fdecea}.clear{border-color:#1e7d34;background:#e9f6ec}"
    ".other{border-color:#8a6d00;background:#fff6d6}"
    "table{border-collapse:collapse;width:100%}td{overflow-wrap:anywhere}"
    "th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc;vertical-align:top}"
    "footer{margin-top:2rem;color:#555;font-size:.9rem}"
    "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#16181b}.listed{background:#3a1715}"
    ".clear{background:#12301a}.other{background:#37300d}a{color:#8ab4f8}footer{color:#aaa}"
    "input,textarea,select{background:#202327;color:inherit}}";

static void write_escaped(FILE *to, const char *text)
{
    static const char special[] = "&<>\"'";
    static const char *const escapes[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
    for (; *text != '\0'; text++) {
        const char *at = strchr(special, *text);
        if (at != NULL)
            fputs(escapes[at - special], to);
        else
            fputc(*text, to);
    }
}

void html_write(struct text_stream *page, const char *format, ...)
{
    va_list list;
    if (page->file == NULL)
        return;
    va_start(list, format);
    for (; *format != '\0'; format++) {
        if (format[0] == '%' && format[1] == 's') {
            write_escaped(page->file, va_arg(list, const char *));
            format++;
        } else if (format[0] == '%' && format[1] == 'u') {
            fprintf(page->file, "%u", va_arg(list, unsigned));
            format++;
        } else {
            fputc(*format, page->file);
        }
    }
    va_end(list);
}
