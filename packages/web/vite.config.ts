import tailwind from "@tailwindcss/vite"
import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwind()],
  build: {
    target: "es2022",
    // The browsers that this is for load modules ahead by themselves.
    modulePreload: { polyfill: false },
    // The pages' policy allows no data: scripts and fonts.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
})
