/** The question whether every file of a changeset is on a host's disk. */
import * as z from 'zod'
import { branchNameSchema, changesetIdSchema } from '../../journal/index.ts'

export const storedQuestionSchema = z.strictObject({ branch: branchNameSchema, id: changesetIdSchema })
