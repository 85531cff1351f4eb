// Runs before anything is drawn, so that no page flashes in the wrong colours. A file of its own, because the pages'
// policy allows no script inside HTML.
;(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)")
  const apply = () => {
    let chosen = null
    try {
      chosen = localStorage.getItem("sayso.theme")
    } catch {}
    document.documentElement.dataset.theme = chosen ?? (dark.matches ? "dark" : "light")
  }
  apply()
  dark.addEventListener("change", apply)
  addEventListener("storage", apply)
})()
