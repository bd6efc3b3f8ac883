// ruleid: text-as-markup
cell.innerHTML = label
// ruleid: text-as-markup
document.write(label)
// ruleid: text-as-markup
new Function(label)
// ok: text-as-markup
cell.textContent = label

// ruleid: message-without-origin
window.addEventListener("message", take)
// ok: message-without-origin
window.addEventListener("popstate", take)
