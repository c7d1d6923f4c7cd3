import * as z from 'zod'
import type { Answer } from './answer.ts'

/** Where the page is served, and how to get in. */
export const webLinkSchema = z.object({
  address: z.string().describe('`http://127.0.0.1:PORT`, or the path of a unix socket'),
  link: z.string().describe('what goes behind the address: it logs in whoever opens it, once, and within minutes'),
})
export type WebLink = Answer<typeof webLinkSchema>

/** POST /v1/web */
export const webAnswerSchema = z.object({
  page: webLinkSchema.nullable().describe('null when the daemon serves no page'),
})
export type WebAnswer = Answer<typeof webAnswerSchema>
