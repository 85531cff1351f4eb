// Runs before anything is drawn. A file of its own, because the pages' policy allows no script inside HTML.

// The colours, so that no page flashes in the wrong ones.
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

// What the page is about is asked for while the app is still on its way. src/api.ts takes the answer where it would
// have asked for the same.
;(() => {
  const names = new URLSearchParams(location.search)
  const wanted = new URLSearchParams()
  for (const name of ["ml_app", "label", "assessment"]) {
    const value = names.get(name)
    if (value) wanted.set(name, value)
  }
  const [, room, id] = location.pathname.split("/")
  const path = new Map([
    ["", `/api/v1/feedback?${wanted}${wanted.size > 0 ? "&" : ""}about=true&limit=50`],
    ["traces", `/api/v1/traces/${id}/outline`],
    ["sessions", `/api/v1/sessions/${id}`],
    ["entities", `/api/v1/entities/${id}`],
  ]).get(room)
  let key = null
  try {
    key = sessionStorage.getItem("sayso.key")
  } catch {}
  if (path === undefined || (room !== "" && !id)) return
  const answer = fetch(path, { headers: key === null ? {} : { authorization: `Bearer ${key}` } })
  // Whoever takes it sees the failure; nobody may.
  answer.catch(() => {})
  globalThis.saysoFirst = { path, answer }
  // Who comes later wants to know how things are then.
  setTimeout(() => delete globalThis.saysoFirst, 5_000)
})()
