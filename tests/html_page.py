"""A page as a reader gets it: its text, links, forms; and that all markup is the program's own."""
import html.parser
import re
import urllib.parse

TAGS = set("""html head meta title link body header nav main footer h1 h2 p a form input button section dl dt dd small strong span div
label select option textarea details summary img table thead tbody tr th td code fieldset legend""".split())
VOID = {"meta", "link", "input", "img"}
ATTRIBUTES = set("""lang charset name content rel href class action method id type value for required autofocus maxlength rows selected
checked autocomplete autocapitalize spellcheck tabindex role open hreflang src alt aria-label aria-hidden aria-current
aria-describedby aria-invalid scope""".split())


class Form:
    def __init__(self, attributes):
        self.action, self.method = attributes["action"], attributes["method"]
        self.fields, self.required, self.button = {}, set(), ""

    def add(self, attributes):
        if attributes.get("type") not in ("checkbox", "radio") or "checked" in attributes:
            self.fields[attributes["name"]] = attributes.get("value") or ""
        if "required" in attributes:
            self.required.add(attributes["name"])


class HtmlPage(html.parser.HTMLParser):
    """Fails for markup that the program does not write: then some text was not escaped."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.pieces, self.links, self.forms, self.classes, self.open, self.ids, self.labels = [], {}, [], [], [], set(), set()
        self.heading, self.language, self.title = "", "", ""
        self.images, self.styles = {}, []
        self.order, self.rows = [], []  # ids, as they come; of tables, the texts of cells
        self.headings, self.focused = [], 0  # h1 and h2 as they come; elements that have the focus first
        self.area = self.link = None
        self.feed(text)
        self.close()
        assert self.open == [], self.open
        self.text = " ".join("".join(self.pieces).split())
        assert self.labels <= self.ids, self.labels - self.ids

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        assert tag in TAGS and len(found) == len(attributes), (tag, attributes)
        assert set(found) <= ATTRIBUTES, (tag, attributes)
        if "id" in found:
            assert found["id"] not in self.ids, found
            self.ids.add(found["id"])
            self.order.append(found["id"])
        self.labels |= {found[name] for name in ("for", "aria-describedby") if name in found}
        self.classes += (found.get("class") or "").split()
        self.pieces.append(" ")
        if tag == "html":
            self.language = found["lang"]
        if tag == "link":
            self.styles.append(found["href"])
        if tag == "img":
            self.images[found["src"]] = found["alt"]
        self.headings += [tag] if tag in ("h1", "h2") else []
        self.focused += "autofocus" in found
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append(len(self.pieces))
        if tag == "a":
            self.link = found["href"]
            assert re.match("/|https?://|mailto:", self.link), self.link
            self.links[self.link] = ""
        if tag == "form":
            self.forms.append(Form(found))
        if tag in ("input", "textarea", "select"):
            self.forms[-1].add(found)
        if tag == "textarea":
            self.area = found["name"]
        if tag == "option" and "selected" in found:
            self.forms[-1].fields["category"] = found["value"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag
        self.pieces.append(" ")
        if tag in ("th", "td"):
            self.rows[-1][-1] = " ".join("".join(self.pieces[self.rows[-1][-1]:]).split())
        if tag == "textarea":  # a newline at its beginning does not count (HTML, section 13.1.2.5)
            self.forms[-1].fields[self.area] = self.forms[-1].fields[self.area].removeprefix("\n")
            self.area = None

    def handle_data(self, data):
        if self.open[-1:] == ["a"]:
            self.links[self.link] += data
        if self.open[-1:] == ["h1"]:
            self.heading += data
        if self.open[-1:] == ["button"] and self.forms:
            self.forms[-1].button += data
        if self.area is not None:
            self.forms[-1].fields[self.area] += data
        elif self.open[-1:] == ["title"]:
            self.title += data
        else:
            self.pieces.append(data)

    def form(self, action):
        """The form that is sent to this path."""
        return next((form for form in self.forms if urllib.parse.urlsplit(form.action).path == action), None)
