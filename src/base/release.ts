/** What the programs call their release; the build puts it in. */
declare const ISCONF_VERSION: string | undefined

export const release = typeof ISCONF_VERSION === 'string' ? ISCONF_VERSION : 'development'
