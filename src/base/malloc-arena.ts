/**
 * For the environment of a process that mostly waits: glibc lets each thread have a part of the memory of its own, from
 * which the others take nothing. A daemon that has met thirty hosts had 5 MB more, and a network process 1 MB.
 */
export const oneMallocArena = { MALLOC_ARENA_MAX: '1' }
