/** The process that speaks to the network, which the daemon starts. */
import { runNetwork } from './network/index.ts'

runNetwork()
