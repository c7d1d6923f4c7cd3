import type { Page } from '../page.ts'
import { changesetPage } from './changeset.ts'
import { fleetPage } from './fleet.ts'
import { hostPage } from './host.ts'
import { journalPage } from './journal.ts'
import { nowPage } from './now.ts'
import { outputPage } from './output.ts'

/** Every page. */
export const pages: readonly Page[] = [fleetPage, hostPage, outputPage, journalPage, changesetPage, nowPage]
