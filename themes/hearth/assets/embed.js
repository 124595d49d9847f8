// Films and maps of other hosts come into the page when they are asked for, and not before. Without it they are links.
for (const link of document.querySelectorAll("a[data-frame]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const frame = document.createElement("iframe");
    frame.src = link.dataset.frame;
    frame.title = link.dataset.title;
    frame.className = "embed-frame";
    frame.allow = "fullscreen; picture-in-picture; encrypted-media";
    frame.referrerPolicy = "strict-origin";
    link.closest(".embed-link").replaceWith(frame);
    frame.focus();
  });
}
