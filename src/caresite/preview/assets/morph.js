// Changes a page into another in place, so that nobody loses their place: what is the same stays the same element.

const VERSION = /\?caresite=[^\s,]*/g;
const NUMBER = /\.[0-9a-f]{10}(?=\.[A-Za-z0-9]+(?:$|[?#\s,]))/g;
const ADDRESSES = new Set(["src", "srcset", "href", "poster", "data"]);
const LOOK_AHEAD = 40;
const STYLE_WAIT_MS = 2000;

// Tells whether a page runs scripts of its own, which cannot be run anew without loading it.
export function runsScripts(page) {
    return [...page.scripts].some((script) => !("caresite" in script.dataset) && !/json/i.test(script.type));
}

export function morph(page, fresh) {
    page.title = fresh.title;
    copyAttributes(page.documentElement, fresh.documentElement);
    morphHead(page.head, fresh.head);
    copyAttributes(page.body, fresh.body);
    morphChildren(page.body, fresh.body);
}

// Forgets the assets that a page no longer loads.
export function forgetMissing(loaded, assets) {
    for (const name of loaded.keys()) if (!(name in assets)) loaded.delete(name);
}

// The order of a head means little, except that of its stylesheets, so what is the same is kept where it is.
function morphHead(head, fresh) {
    const kept = new Map();
    for (const node of head.children) if (!isOwn(node)) kept.set(signature(node), node);
    const wanted = [...fresh.children].filter((node) => !isOwn(node));
    const names = new Set(wanted.map(signature));
    const gone = [...kept].filter(([name]) => !names.has(name)).map(([, node]) => node);
    const arriving = [];
    let before = null;
    for (const node of wanted.reverse()) {
        let live = kept.get(signature(node));
        if (!live) {
            live = document.importNode(node, true);
            head.insertBefore(live, before);
            if (isStyle(live)) arriving.push(new Promise((done) => (live.onload = live.onerror = done)));
        }
        before = live;
    }
    for (const node of gone.filter((node) => !isStyle(node))) node.remove();
    const late = new Promise((done) => setTimeout(done, STYLE_WAIT_MS));
    Promise.race([Promise.all(arriving), late]).then(() => gone.forEach((node) => node.remove()));
}

const isOwn = (node) => node.dataset && "caresite" in node.dataset;
const isStyle = (node) => node.localName === "link" && node.rel === "stylesheet";
const signature = (node) => node.outerHTML.replace(VERSION, "").replace(NUMBER, "");

function morphChildren(live, fresh) {
    let at = live.firstChild;
    for (const wanted of [...fresh.childNodes]) {
        const match = counterpart(at, wanted);
        if (!match) {
            live.insertBefore(document.importNode(wanted, true), at);
            continue;
        }
        while (at !== match) {
            const skipped = at;
            at = at.nextSibling;
            skipped.remove();
        }
        at = match.nextSibling;
        morphNode(match, wanted);
    }
    while (at) {
        const rest = at;
        at = at.nextSibling;
        rest.remove();
    }
}

// Returns the node, here or a little further on, that `wanted` is a new version of; nothing when it is new itself.
function counterpart(at, wanted) {
    if (!at) return null;
    let equal = at;
    for (let steps = 0; equal && steps < LOOK_AHEAD; steps++, equal = equal.nextSibling) {
        if (equal.isEqualNode(wanted) && (steps === 0 || wanted.nodeType === Node.ELEMENT_NODE)) return equal;
    }
    return isAlike(at, wanted) && !isNeededLater(at, wanted) ? at : null;
}

function isAlike(live, wanted) {
    return live.nodeType === wanted.nodeType && live.nodeName === wanted.nodeName && live.id === wanted.id;
}

// Tells whether the new page has `live` as it is, further on: then `wanted` was put in before it.
function isNeededLater(live, wanted) {
    if (live.nodeType !== Node.ELEMENT_NODE) return false;
    let later = wanted.nextSibling;
    for (let steps = 0; later && steps < LOOK_AHEAD; steps++, later = later.nextSibling) {
        if (later.isEqualNode(live)) return true;
    }
    return false;
}

function morphNode(live, wanted) {
    if (live.isEqualNode(wanted)) return;
    if (live.nodeType !== Node.ELEMENT_NODE) {
        live.nodeValue = wanted.nodeValue;
        return;
    }
    copyAttributes(live, wanted);
    morphChildren(live, wanted);
}

function copyAttributes(live, wanted) {
    for (const { name } of [...live.attributes]) {
        if (!wanted.hasAttribute(name) && !isOfVisitor(live, name)) live.removeAttribute(name);
    }
    for (const { name, value } of wanted.attributes) {
        const now = live.getAttribute(name);
        if (now === value || isOfVisitor(live, name)) continue;
        if (ADDRESSES.has(name) && now?.replace(VERSION, "").replace(NUMBER, "") === value.replace(NUMBER, "")) continue;
        live.setAttribute(name, value);
    }
}

// What the visitor unfolded stays unfolded, and what the preview marked stays marked.
function isOfVisitor(element, name) {
    return name.startsWith("data-caresite") || (name === "open" && element.localName === "details");
}
