/** Memory that two processes have: memfd_create(2), of a size that neither can change. */

export interface SharedMemoryCalls {
  /** Such memory as an open file, which the caller closes. It is sealed: nobody makes it shorter, longer, or less sealed. */
  makeSharedMemory(sizeBytes: number): number
  /** Maps what another process has made so, all of it. What is shorter than `sizeBytes` would end this process. */
  mapSharedMemory(fd: number, sizeBytes: number): MappedMemory
}

export interface MappedMemory {
  /** Copies bytes to its beginning, no more than there is room for. */
  put(bytes: Uint8Array): void
  close(): void
}

/** What is needed of a library. */
interface Library {
  func(declaration: string): (...words: readonly unknown[]) => number
}

/** MFD_CLOEXEC with MFD_ALLOW_SEALING, and MFD_NOEXEC_SEAL, which Linux knows from 6.3 on. */
const [sealable, neverRun] = [3, 8]
/** F_ADD_SEALS; F_SEAL_SEAL, F_SEAL_SHRINK and F_SEAL_GROW. */
const [addSeals, ofFixedSize] = [1033, 7]
/** PROT_READ with PROT_WRITE, and MAP_SHARED. */
const [readAndWrite, shared] = [3, 1]

/** The calls, through a library that has the system's; `checked` throws for a result that is a failure. */
export function sharedMemoryCallsOf(libc: Library, checked: (result: number) => number): SharedMemoryCalls {
  // Most programs that make system calls make none of these.
  let made: Native | undefined
  const native = (): Native => {
    made ??= nativeOf(libc)
    return made
  }
  return {
    makeSharedMemory: (sizeBytes) => {
      const { memfdCreate, ftruncate, fcntl, close } = native()
      let fd = memfdCreate('isconf', sealable | neverRun)
      if (fd < 0) fd = checked(memfdCreate('isconf', sealable))
      try {
        checked(ftruncate(fd, sizeBytes))
        checked(fcntl(fd, addSeals, ofFixedSize))
        return fd
      } catch (error) {
        close(fd)
        throw error
      }
    },
    mapSharedMemory: (fd, sizeBytes) => {
      const { mmap, munmap, memcpy } = native()
      const address = mmap(0, sizeBytes, readAndWrite, shared, fd, 0)
      // MAP_FAILED is the last address there is, which no double has.
      if (!Number.isSafeInteger(address)) checked(-1)
      let isMapped = true
      return {
        put: (bytes) => {
          if (!isMapped || bytes.length > sizeBytes) throw new RangeError('no room in shared memory')
          memcpy(address, bytes, bytes.length)
        },
        close: () => {
          if (isMapped) munmap(address, sizeBytes)
          isMapped = false
        },
      }
    },
  }
}

type Native = ReturnType<typeof nativeOf>

function nativeOf(libc: Library) {
  return {
    memfdCreate: libc.func('int memfd_create(const char *name, unsigned int flags)'),
    ftruncate: libc.func('int ftruncate(int fd, long length)'),
    // On Linux the arguments of a variadic function are passed as those of any other.
    fcntl: libc.func('int fcntl(int fd, int command, int seals)'),
    close: libc.func('int close(int fd)'),
    mmap: libc.func('uintptr_t mmap(uintptr_t address, size_t length, int use, int kind, int fd, long offset)'),
    munmap: libc.func('int munmap(uintptr_t address, size_t length)'),
    memcpy: libc.func('uintptr_t memcpy(uintptr_t to, const uint8_t *from, size_t length)'),
  }
}
