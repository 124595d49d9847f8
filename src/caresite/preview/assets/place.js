// Remembers, over a reload, where the visitor was: how far down, and what was unfolded.

const KEY = "caresite-place";

export function remember() {
    const folds = [...document.querySelectorAll("details")].map((fold) => [label(fold), fold.open]);
    const place = { path: location.pathname, x: scrollX, y: scrollY, folds };
    sessionStorage.setItem(KEY, JSON.stringify(place));
}

export function restore() {
    const place = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    sessionStorage.removeItem(KEY);
    if (place?.path !== location.pathname) return;
    const open = new Map(place.folds);
    for (const fold of document.querySelectorAll("details")) {
        if (open.has(label(fold))) fold.open = open.get(label(fold));
    }
    const scroll = () => scrollTo({ left: place.x, top: place.y, behavior: "instant" });
    scroll();
    if (document.readyState !== "complete") addEventListener("load", scroll, { once: true }); // pictures make it longer
}

const label = (fold) => fold.id || fold.querySelector("summary")?.textContent.trim() || "";
