// Loaded into a program that must not outlive the one that started it: the channel between them closes when the
// parent is gone, however it went. Killed, because an orderly end has lines to say that nobody asked for.
process.once("disconnect", () => process.kill(process.pid, "SIGKILL"))
process.channel?.unref()
