/**
 * Noise, for peers that do not speak TLS: loaded when the first one comes,
 * for it takes 9 MB of memory and a tenth of the start, and most hosts never
 * meet one.
 */
import type { ConnectionEncrypter } from '@libp2p/interface'
import type { NoiseComponents } from '@libp2p/noise'

/** In place of `noise()`. */
export function lateNoise(components: NoiseComponents): ConnectionEncrypter {
  let loading: Promise<ConnectionEncrypter> | undefined
  const load = (): Promise<ConnectionEncrypter> => {
    loading ??= import('@libp2p/noise').then(({ noise }) => noise()(components))
    return loading
  }
  return {
    protocol: '/noise',
    secureInbound: async (stream, options) => (await load()).secureInbound(stream, options),
    secureOutbound: async (stream, options) => (await load()).secureOutbound(stream, options),
  }
}
