/**
 * How shells complete a path that is recorded: the daemon is asked for what begins as the word does, and nothing that it
 * says is expanded. Where there is nothing, files of this host are offered.
 */

/** Adds to what is offered for `$word`, of which readline takes away no quotes. */
export const bashPaths = `_isconf_paths() {
  local -a found=()
  local typed=\${word#[\\"\\']}
  [[ $word == -* ]] || mapfile -t found < <(isconf paths -- "\${typed//\\\\/}" 2>/dev/null)
  compopt -o default -o filenames
  COMPREPLY+=("\${found[@]}")
  # More can follow a directory.
  [[ \${#COMPREPLY[@]} != 1 || \${COMPREPLY[0]} != */ ]] || compopt -o nospace
}
`

export const zshPaths = `_isconf_paths() {
  local -a found
  found=(\${(f)"$(isconf paths -- "\${(Q)PREFIX}" 2>/dev/null)"})
  (( $#found )) || { _files; return }
  compadd -f -S '' -- \${(M)found:#*/}
  compadd -f -- \${found:#*/}
}
`

/** A command that prints them. */
export const fishPaths = 'isconf paths -- (commandline -ct | string unescape) 2>/dev/null'
