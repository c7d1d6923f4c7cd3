import * as z from 'zod'

/** A time, as some host's clock told it: ISO 8601, UTC. */
export const timeSchema = z.iso.datetime()
