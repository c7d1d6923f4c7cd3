import { openMesh } from '../support/mesh.ts'
import { roadWorld } from './road-world.ts'
import { transportContract } from './transport.ts'

transportContract('TLS', () => roadWorld(openMesh, (transport) => transport.listenPort()))
