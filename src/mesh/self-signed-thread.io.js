// @ts-check
/** The thread of certificate.io.ts. Plain JavaScript, so that it has one name among the sources and beside the bundle. */
import { parentPort, workerData } from 'node:worker_threads'
import { makeCertificate } from './self-signed.io.ts'

// The daemon's bundle is CommonJS, where nothing is awaited outside a function.
void makeCertificate(workerData).then((made) => parentPort?.postMessage(made))
