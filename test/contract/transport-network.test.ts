import { listenPortOf, openNetwork } from '../support/network.ts'
import { roadWorld } from './road-world.ts'
import { transportContract } from './transport.ts'

transportContract('the network at the other end of a channel', () => roadWorld(openNetwork, listenPortOf))
