export type { FeedListener } from './feed.ts'
export { type Session, setCookie } from './logins.ts'
export { daemonSide, type PageSide, type PageSource } from './page-side.ts'
export type { FoundDifferences, ReadingClient } from './source.ts'
