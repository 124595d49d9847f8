// Builds elements, with words as text alone: what stands in a file is never read as markup.

export function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (typeof value === "function") made.addEventListener(key, value);
        else if (value === true) made.setAttribute(key, "");
        else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== "" && child !== null && child !== undefined));
    return made;
}

// Returns the root in which the preview's own things stand, out of the page's flow and out of reach of its styles.
export function shadowHost(own) {
    const host = element("caresite-preview", { "data-caresite": "" });
    const root = host.attachShadow({ mode: "open" });
    const style = element("link", { rel: "stylesheet", href: `${own}preview.css` });
    host.hidden = true; // nothing is shown before it is dressed
    style.onload = () => (host.hidden = false);
    root.append(style);
    document.documentElement.append(host);
    return root;
}

// Returns the words of a place in a file, as a link that opens it in the editor if something can.
export function placeLink(words, { opens, path, line, column }) {
    if (opens === "#") {
        return element("button", { type: "button", class: "opens", click: () => openPlace({ path, line, column }) }, words);
    }
    return opens ? element("a", { href: opens }, words) : element("span", {}, words);
}

export async function openPlace({ path, line, column }) {
    const place = { path, line: Number(line) || 0, column: Number(column) || 0 };
    const headers = { "Content-Type": "application/json" };
    await fetch("/_caresite/open", { method: "POST", headers, body: JSON.stringify(place) });
}
