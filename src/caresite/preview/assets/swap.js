// Puts new stylesheets and pictures in the place of the old, without loading the page.

const NUMBER = /\.[0-9a-f]{10}(?=\.[A-Za-z0-9]+$)/;
const LOADING = "link[href], img[src], img[srcset], source[src], source[srcset], script[src], video, audio, "
    + "input[src], object[data], embed[src], track[src], image, use";
const ATTRIBUTES = ["href", "xlink:href", "src", "srcset", "poster", "data"];

// Makes the page load `assets`, names with their addresses now; `loaded` has those it loaded before.
// Tells whether that was possible: a script has to be run, and a picture inside a stylesheet has no element.
export function swap(assets, loaded) {
    const uses = usesByName();
    for (const [given, address] of Object.entries(assets)) {
        const name = decoded(given);
        const before = loaded.get(given);
        loaded.set(given, address);
        const users = uses.get(name) ?? [];
        const isNumbered = !address.includes("?caresite=");
        const isStale = before ? before !== address : isNumbered && users.some((use) => use.path !== decoded(address));
        if (!isStale) continue;
        if (!users.length || users.some((use) => use.element.localName === "script")) return false;
        for (const use of users) if (!isNumbered || use.path !== decoded(address)) replace(use, address);
    }
    return true;
}

function usesByName() {
    const uses = new Map();
    for (const element of document.querySelectorAll(LOADING)) {
        if ("caresiteGoing" in element.dataset || "caresite" in element.dataset) continue;
        for (const attribute of ATTRIBUTES) {
            for (const address of addressesIn(attribute, element.getAttribute(attribute))) {
                const url = parsed(address);
                if (!url || url.origin !== location.origin) continue;
                const name = decoded(url.pathname).replace(NUMBER, "");
                if (!uses.has(name)) uses.set(name, []);
                uses.get(name).push({ element, attribute, address, path: decoded(url.pathname) });
            }
        }
    }
    return uses;
}

function addressesIn(attribute, value) {
    if (!value) return [];
    if (attribute !== "srcset") return [value];
    return value.split(",").map((part) => part.trim().split(/\s+/)[0]).filter(Boolean);
}

function replace({ element, attribute, address }, now) {
    if (element.localName === "link" && element.relList.contains("stylesheet")) return replaceSheet(element, now);
    const value = element.getAttribute(attribute);
    element.setAttribute(attribute, attribute === "srcset" ? value.replace(address, now) : now);
}

// The old sheet goes when the new one has come, so that the page is never bare.
function replaceSheet(link, address) {
    const fresh = link.cloneNode();
    fresh.href = address;
    link.dataset.caresiteGoing = "";
    fresh.onload = fresh.onerror = () => link.remove();
    link.after(fresh);
}

function parsed(address) {
    try {
        return new URL(address, document.baseURI);
    } catch {
        return null;
    }
}

function decoded(path) {
    try {
        return decodeURIComponent(path);
    } catch {
        return path;
    }
}
