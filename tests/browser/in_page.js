// What tests ask of a page, from inside it. A function is sent to the browser alone: it uses nothing from outside.

// What is wrong with the layout, a text each: sideways scrolling, text outside its box, words broken inside,
// targets that are too small to hit (WCAG 2.2: 1.4.10, 2.5.8).
export function layoutFaults(language) {
    const faults = [];
    const root = document.documentElement;
    const words = new Intl.Segmenter(language, { granularity: "word" });
    // Japanese may end a line within what is partly hiragana.
    const isWhole = /^([\p{Script=Katakana}ー]+|\p{Script=Han}+|[^\p{Script=Hiragana}\p{Script=Han}]+)$/u;

    const name = (element) => `<${element.localName}> "${element.textContent.trim().slice(0, 40)}"`;

    const isText = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();

    // The box that text is to stay in.
    const boxOf = (node) => {
        let element = node.parentElement;
        while (getComputedStyle(element).display === "inline") element = element.parentElement;
        return element;
    };

    const rectsOf = (node, from, to) => {
        const range = document.createRange();
        range.setStart(node, from);
        range.setEnd(node, to);
        return [...range.getClientRects()].filter((rect) => rect.width > 0);
    };

    const widthOf = (rects) => rects.reduce((sum, rect) => sum + rect.width, 0);

    const checkText = (node) => {
        const box = boxOf(node);
        if (box.closest("thead") && getComputedStyle(box.closest("thead")).clipPath !== "none") return; // only heard
        const { left, right } = box.getBoundingClientRect();
        // Without blanks, which may hang over the end of a line.
        const seen = [...node.data.matchAll(/\S+/g)].flatMap(({ 0: text, index }) =>
            rectsOf(node, index, index + text.length));
        if (seen.some((rect) => rect.left < left - 1 || rect.right > right + 1))
            faults.push(`text outside its box: ${name(box)}`);
        const style = getComputedStyle(box);
        const line = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        // What no line has room for is broken anywhere: long addresses, domains, URLs.
        const tooLong = [...node.data.matchAll(/[\x21-\x7e]+/g)].map(({ 0: text, index }) => ({
            from: index, to: index + text.length,
        })).filter(({ from, to }) => widthOf(rectsOf(node, from, to)) > line);
        // The address of a host is one word, and so is what the language's rules call one.
        const addresses = [...node.data.matchAll(/\w*[.:][\w.:]*\w/g)]
            .map(({ 0: segment, index }) => ({ segment, index, isWordLike: true }));
        for (const { segment, index, isWordLike } of [...addresses, ...words.segment(node.data)]) {
            if (!isWordLike || !isWhole.test(segment)) continue;
            if (tooLong.some(({ from, to }) => index >= from && index < to)) continue;
            const rects = rectsOf(node, index, index + segment.length);
            const lines = new Set(rects.map((rect) => Math.round(rect.top)));
            if (lines.size > 1) faults.push(`broken word "${segment}" in ${name(box)}`);
        }
    };

    // A link in a sentence may be as high as its line.
    const isInSentence = (element) => element.localName === "a" &&
        [...element.parentElement.childNodes].some(isText);

    const checkTarget = (element) => {
        const { width, height } = (element.closest("label") ?? element).getBoundingClientRect();
        if (Math.min(width, height) < 24 && !isInSentence(element))
            faults.push(`target of ${Math.round(width)} x ${Math.round(height)} px: ${name(element)}`);
    };

    if (root.scrollWidth > root.clientWidth) faults.push(`scrolls sideways: ${root.scrollWidth} px`);
    for (const element of document.body.querySelectorAll("*")) {
        if (!element.checkVisibility()) continue;
        const { left, right } = element.getBoundingClientRect();
        if (left < 0 || right > root.clientWidth) faults.push(`outside the window: ${name(element)}`);
        if (element.matches("a[href], button, input, select, textarea, summary")) checkTarget(element);
        if (!element.matches("select, textarea")) [...element.childNodes].filter(isText).forEach(checkText);
    }
    return faults;
}

// All texts in the page's own language that a person sees or hears, hidden ones too.
export function texts() {
    const isOwn = (element) => element.closest("[lang]") === document.documentElement && !element.closest("code");
    const all = [document.title];
    for (const element of document.body.querySelectorAll("*")) {
        if (!isOwn(element)) continue;
        for (const name of ["alt", "aria-label", "placeholder", "title"])
            all.push(element.getAttribute(name) ?? "");
        for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) all.push(node.data);
    }
    return all.filter((text) => text.trim());
}

// The elements as a text, a line each: what a page's template has made, whatever the texts in it.
export function elementTree() {
    const lines = [];
    const add = (element, depth) => {
        const names = element.getAttributeNames().sort();
        const kind = element.getAttribute("class") ?? element.getAttribute("type") ?? "";
        lines.push(`${" ".repeat(depth)}${element.localName} ${kind} [${names}]`);
        for (const child of element.children) add(child, depth + 1);
    };
    add(document.documentElement, 0);
    return lines.join("\n");
}

// Notes from now on what gets the focus, in `window.focused`: its place among the controls, and whether that is
// seen. Returns how many controls there are.
export function noteFocus() {
    const all = document.querySelectorAll("a[href], button, input, select, textarea, summary");
    // Of radio buttons, Tab comes to the one that is chosen.
    window.controls = [...all].filter((element) =>
        element.checkVisibility() && element.tabIndex >= 0 && (element.type !== "radio" || element.checked));
    const isNoting = "focused" in window;
    window.focused = [];
    if (!isNoting)
        document.addEventListener("focusin", ({ target }) => {
            const style = getComputedStyle(target);
            const isSeen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
            const place = window.controls.indexOf(target);
            window.focused.push({ place, isSeen, name: target.outerHTML.slice(0, 80) });
        });
    return window.controls.length;
}
