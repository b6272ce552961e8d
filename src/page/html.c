#include "page/html.h"

#include <stdarg.h>
#include <string.h>

/* Colours have a contrast of at least 4.5 (WCAG 1.4.3) in both schemes. */
const char html_style[] =
    ":root{color-scheme:light dark;--text:#1c1e21;--page:#fff;--soft:#555;--line:#767676;--link:#1a56a0;"
    "--red:#b3261e;--red-page:#fdecea;--green:#1e7d34;--green-page:#e9f6ec;--amber:#8a6d00;--amber-page:#"
    "fff6d6}"
    "@media screen and "
    "(prefers-color-scheme:dark){:root{--text:#e6e6e6;--page:#16181b;--soft:#aaa;--line:#8a8a8a;"
    "--link:#8ab4f8;--red:#f2857d;--red-page:#3a1715;--green:#7fce92;--green-page:#12301a;--amber:#e3c35a;"
    "--amber-page:#37300d}}"
    "*{box-sizing:border-box}"
    "body{font:1rem/1.6 system-ui,sans-serif;margin:0 auto;max-width:46rem;padding:1rem;color:var(--text);"
    "background:var(--page);overflow-wrap:break-word;line-break:strict}"
    ":lang(ja){word-break:auto-phrase}" /* where the browser knows how: no word is broken inside */
    "a{color:var(--link)}p>a:only-child,th>a{display:inline-block;max-width:100%;min-height:1.5rem}"
    "h1{font-size:1.5rem;line-height:1.3;margin:1rem 0}h2{font-size:1.1rem;line-height:1.3}"
    "header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;justify-content:space-between}"
    "header nav{display:flex;gap:1rem}.home{color:inherit;text-decoration:none;font-weight:600}"
    ".logo{display:block;max-width:100%;max-height:4rem}"
    ".banner{padding:.4rem 1rem;border:1px solid var(--line);border-radius:.4rem}"
    "form.search div{display:flex;flex-wrap:wrap;gap:.5rem}form.search input{flex:1 1 14rem}"
    "label{display:block;margin:.8rem 0 .2rem}label.check{margin:.8rem 0}"
    "input,textarea,select,button{font:inherit;padding:.5rem .7rem;border:1px solid var(--line);"
    "border-radius:.3rem;max-width:100%;background:var(--page);color:inherit}"
    "form.removal input:not([type=checkbox]),form.removal select,textarea{width:100%}"
    "button{background:#1a56a0;color:#fff;border-color:#1a56a0;font-weight:600;cursor:pointer}"
    ":focus-visible{outline:3px solid var(--link);outline-offset:2px}"
    ".verdict,section{padding:.6rem 1rem;margin:1rem 0}.verdict{border-left:.4rem solid var(--line)}"
    ".verdict strong,.named{font-weight:600}.verdict:focus{outline:none}"
    "section{border:1px solid var(--line);border-radius:.4rem}section h2{margin:.2rem 0 .6rem}"
    ".blocked{border-color:var(--red)}.verdict.blocked{background:var(--red-page)}.blocked "
    ".state{color:var(--red)}"
    ".delayed{border-color:var(--amber)}.verdict.delayed{background:var(--amber-page)}"
    ".delayed .state{color:var(--amber)}"
    ".clear,.removed{border-color:var(--green)}.verdict.clear,.verdict.removed{background:var(--green-page)}"
    ".removed .state{color:var(--green)}.list:target{border-width:3px}"
    "dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3rem 1rem;margin:0}"
    "dt{color:var(--soft)}dd{margin:0}"
    "@media(max-width:30rem){dl{display:block}dd{margin:0 0 .6rem}}"
    "fieldset{border:0;padding:0;margin:0}code{overflow-wrap:anywhere}"
    ".record{border-left:.2rem solid var(--line);padding-left:.6rem}"
    "table{width:100%;border-collapse:collapse;margin:1rem 0}"
    "th,td{padding:.4rem .5rem;border-bottom:1px solid var(--line);text-align:start;vertical-align:top;"
    "font-weight:400}tbody th{overflow-wrap:anywhere}"
    "@media(min-width:40rem){tbody th{min-width:21.5rem}}" /* any IPv6 address fits */
    "@media(max-width:30rem){thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%"
    ")}tr,th,td{display:block}"
    "tbody th,td{border:0;padding:.1rem 0}tbody th{font-size:.85rem}tr{padding:.5rem 0;border-bottom:1px "
    "solid var(--line)}}"
    "summary{cursor:pointer}.hint,footer,small{color:var(--soft);font-size:.9rem}.error{color:var(--red)}"
    ".none{display:none}.reply{white-space:pre-line}footer{margin-top:2rem;border-top:1px solid var(--line)}"
    "@media print{form,.action,header nav{display:none}body{max-width:none}section,tr{break-inside:avoid}}"
    "@media(prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}}";

static void write_escaped(FILE *to, const char *text)
{
    static const char special[] = "&<>\"'";
    static const char *const escapes[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
    for (;; text++) {
        size_t plain = strcspn(text, special);
        fwrite(text, 1, plain, to);
        text += plain;
        if (*text == '\0')
            return;
        fputs(escapes[strchr(special, *text) - special], to);
    }
}

void html_write(struct text_stream *page, const char *format, ...)
{
    va_list list;
    if (page->file == NULL)
        return;
    va_start(list, format);
    while (*format != '\0') {
        size_t plain = strcspn(format + 1, "%") + 1; /* a % that begins no placeholder is plain, too */
        if (format[0] == '%' && format[1] == 's') {
            write_escaped(page->file, va_arg(list, const char *));
            plain = 2;
        } else if (format[0] == '%' && format[1] == 'u') {
            fprintf(page->file, "%u", va_arg(list, unsigned));
            plain = 2;
        } else {
            fwrite(format, 1, plain, page->file);
        }
        format += plain;
    }
    va_end(list);
}
