import { listenPortOf, openNetwork } from '../support/network.ts'
import { roadContract, roadWorld } from './road-world.ts'
import { transportContract } from './transport.ts'

const name = 'the network at the other end of a channel'
const makeWorld = () => roadWorld(openNetwork, listenPortOf)

transportContract(name, makeWorld)
roadContract(name, makeWorld)
