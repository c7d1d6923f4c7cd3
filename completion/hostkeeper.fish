# Completion of hostkeeper(8) for fish, written by npm run fix from the table of verbs.
complete -c hostkeeper -f
complete -c hostkeeper -n __fish_use_subcommand -s V -l version -d 'show the release'
complete -c hostkeeper -n __fish_use_subcommand -s c -l config -r -F -d 'the file of settings (default: /etc/is/hostkeeper.conf)'
complete -c hostkeeper -n __fish_use_subcommand -s D -l debug -d 'show what is set for this host and where failures come from'
complete -c hostkeeper -n __fish_use_subcommand -s q -l quiet -d 'say only what a command writes, and failures'
complete -c hostkeeper -n __fish_use_subcommand -s h -l help -d 'show this help'
complete -c hostkeeper -n __fish_use_subcommand -a plan -d 'Show what this host resolves to and what make would do'
complete -c hostkeeper -n '__fish_seen_subcommand_from plan' -a '--json'
