import { expect, test } from "vitest"
import { isLoopback, readConfig, urlOf } from "./config.ts"

test("an empty environment gives the defaults", () => {
  expect(readConfig({})).toMatchObject({
    SAYSO_LISTEN: { host: "127.0.0.1", port: 4000 },
    SAYSO_AGENT_LISTEN: { host: "127.0.0.1", port: 8126 },
    SAYSO_CLICKHOUSE_URL: undefined,
  })
})

test.each([
  ["SAYSO_LISTEN", "[::1]:4000", { host: "::1", port: 4000 }],
  ["SAYSO_LISTEN", "0.0.0.0:80", { host: "0.0.0.0", port: 80 }],
  ["SAYSO_LISTEN", "localhost:0", { host: "localhost", port: 0 }],
  ["SAYSO_AGENT_LISTEN", "off", undefined],
  ["SAYSO_CLICKHOUSE_URL", "http://u:p@host:8123/db", "http://u:p@host:8123/db"],
  ["SAYSO_MAX_BODY_BYTES", "1048576", 1_048_576],
  ["SAYSO_LOG_LEVEL", "warn", "warn"],
] as const)("%s=%s is read", (name, text, value) => {
  expect(readConfig({ [name]: text })[name]).toEqual(value)
})

test.each([
  ["SAYSO_LISTEN", "4000", "host:port"],
  ["SAYSO_LISTEN", "127.0.0.1:70000", "host:port"],
  ["SAYSO_AGENT_LISTEN", "", "host:port"],
  ["SAYSO_CLICKHOUSE_URL", "clickhouse", "it is a URL"],
  ["SAYSO_CLICKHOUSE_URL", "tcp://host:9000", "it is a URL"],
  ["SAYSO_MAX_BODY_BYTES", "32MB", "whole number"],
  ["SAYSO_MAX_BODY_BYTES", "1", "whole number"],
  ["SAYSO_LOG_LEVEL", "loud", "one of debug, info"],
] as const)("%s=%s is refused with its name and what it may be", (name, text, hint) => {
  expect(() => readConfig({ [name]: text })).toThrow(name)
  expect(() => readConfig({ [name]: text })).toThrow(hint)
})

test("a setting that does not exist is named with those that do", () => {
  expect(() => readConfig({ SAYSO_PORT: "1" })).toThrow(/SAYSO_PORT: there is no such setting.*SAYSO_LISTEN/)
  expect(
    readConfig({ PATH: "x", SAYSO_URL: "http://127.0.0.1:4000", SAYSO_TEST_DATABASE_URL: "x" }),
  ).toBeDefined()
})

test("a value that may hold a password is not shown", () => {
  expect(() => readConfig({ SAYSO_CLICKHOUSE_URL: "clickhouse://app:hunter2@db:9000/x" })).toThrow(
    /^SAYSO_CLICKHOUSE_URL cannot be used: it is a URL/,
  )
})

test.each([
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["localhost", true],
  ["0.0.0.0", false],
  ["::", false],
  ["192.168.1.5", false],
  ["127.0.0.1.example.com", false],
  ["127.example.com", false],
  ["", false],
])("isLoopback(%s) is %s", (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})

test("an IPv6 address has brackets in a URL", () => {
  expect(urlOf({ host: "::1", port: 4000 })).toBe("http://[::1]:4000")
  expect(urlOf({ host: "127.0.0.1", port: 80 })).toBe("http://127.0.0.1:80")
})
