import { openMesh } from '../support/mesh.ts'
import { roadContract, roadWorld } from './road-world.ts'
import { transportContract } from './transport.ts'
import { fileTransportContract } from './transport-files.ts'

const makeWorld = () => roadWorld(openMesh, (transport) => transport.listenPort())

transportContract('TLS', makeWorld)
fileTransportContract('TLS', makeWorld)
roadContract('TLS', makeWorld)
