/** What a host tells the others of its branches: on meeting them, after a change, and now and then. */
import * as z from 'zod'
import type { BranchName } from '../base/index.ts'
import { type Branches, type BranchState, branchStateSchema } from '../branch/index.ts'
import { branchNameSchema, changesetIdSchema, countSchema, timeSchema } from '../journal/index.ts'
import { bootReportSchema } from './boot-report.ts'

/** How many branches, lines and resolutions one announcement may name: as many as a host keeps branches. */
const itemsMax = 1000

const operationRef = z.object({ id: changesetIdSchema, index: countSchema })

/** If there are more, a host tells only the last ones. */
export const deviationsMax = 100

const digestPattern = /^[0-9a-f]{16}$/

/** What a host tells of itself in every announcement: its name, where it stands, how its last boot ended. */
export const ownWords = {
  host: z.string().min(1).max(256),
  /** Where the host itself stands; earlier releases did not tell. */
  at: z
    .object({
      branch: branchNameSchema,
      /** The operation that it did last. */
      done: operationRef.nullable(),
      release: z.string().max(64),
      /**
       * The operations by which it differs from its journal, only the last ones if there are many; earlier releases do
       * not tell.
       */
      deviations: z
        .array(z.object({ kind: z.string().max(32), operation: operationRef }))
        .max(deviationsMax)
        .optional(),
    })
    .optional(),
  /** How its last boot ended, where Hostkeeper looks after it. */
  boot: bootReportSchema.optional(),
  /** The operation that it can't do, and why. */
  stopped: z
    .object({
      id: changesetIdSchema,
      index: countSchema,
      why: z.string().max(1024),
      /** By its own clock, for people; earlier releases did not tell. */
      since: timeSchema.optional(),
    })
    .optional(),
  /** Who holds it, so that it does nothing of the journal; a hold of its branch counts, too. */
  held: z.object({ by: z.string().max(600), why: z.string().max(1024), since: timeSchema }).optional(),
  /** Its branch is split. */
  split: z.literal(true).optional(),
}

const otherLineSchema = z.object({ branch: branchNameSchema, first: changesetIdSchema, head: changesetIdSchema })

export const resolutionSchema = z
  .object({
    branch: branchNameSchema,
    /** The first changeset of the line that goes on as the branch. */
    chosen: changesetIdSchema,
    /** The first changeset of the line that became a branch of its own. */
    rejected: changesetIdSchema,
    by: z.string().max(600),
    time: timeSchema,
  })
  .refine(({ chosen, rejected }) => chosen !== rejected, 'one line cannot be both')

export const announcementSchema = z.object({
  ...ownWords,
  states: z.array(branchStateSchema).max(itemsMax),
  others: z.array(otherLineSchema).max(itemsMax),
  resolutions: z.array(resolutionSchema).max(itemsMax),
})

/** Told instead of an announcement to a host that may have heard all of it. */
export const summarySchema = z.object({
  ...ownWords,
  /** See {@link digestOf}. */
  digest: z.string().regex(digestPattern),
  /** Of the records of all hosts. */
  hosts: z.string().regex(digestPattern),
})

/** What a host tells of itself. */
export type OwnWords = z.infer<z.ZodObject<typeof ownWords>>
export type Summary = z.infer<typeof summarySchema>
export type Announcement = z.infer<typeof announcementSchema>
export type DivergentLine = z.infer<typeof otherLineSchema>
/** How a split was ended. */
export type Resolution = z.infer<typeof resolutionSchema>

/** The announcement of everything that this host has, or of the branches that are named. */
export function composeAnnouncement(
  words: OwnWords,
  branches: Branches,
  resolutions: readonly Resolution[],
  names?: readonly BranchName[],
): Announcement {
  const isMeant = (name: BranchName): boolean => names === undefined || names.includes(name)
  const all = branches.all().filter(({ name }) => isMeant(name))
  return {
    ...words,
    states: all.map(({ state }): BranchState => state).slice(0, itemsMax),
    others: all
      .flatMap((branch) =>
        [...branch.others.entries()].map(([first, journal]) => ({ branch: branch.name, first, head: journal.head })),
      )
      .slice(0, itemsMax),
    // The latest: the earlier ones have long been told.
    resolutions: resolutions.filter(({ branch }) => isMeant(branch)).slice(-itemsMax),
  }
}
