/** What `hostkeeper init` writes: a configuration tree that is small, and works. */
import { generateMakefile } from './generate/generate.ts'
import { parsePackage } from './generate/package-file.ts'

const hostsConf = `# hosts.conf: which packages and features each host has; see hosts.conf(5).
#
# Format:
#
#     hostname: VAR1=foo VAR2="foo bar" ...
#
# hostname = the output of \`hostname\`, short or with its domain, NOT a DNS alias
#
# VARn = variables to be defined; what holds spaces or special characters is
# quoted as in sh. All of them are given to make, as words of its command line would be.
#
# PACKAGES names targets of packages.conf: what the host is to have. A host with
# PACKAGES=exclude is left alone. Other variables are yours; INSTALL, BOOT and
# CRON name the targets of \`hostkeeper run\` with that word, where a host has them.
#
# A host has the variables of DEFAULT and its own, which beat them one by one. A
# list is replaced as a whole: repeat Block00 where you add to it. A word that
# stands on a left stands for what is defined there.
#
# A host that is not listed has what DEFAULT says.

DEFAULT: PACKAGES=Block00

# scramjet: PACKAGES="Block00 web"
# node0.example.com: PACKAGES="Block00 web" BOOT="Block00"
# voyager: PACKAGES=exclude
`

const packagesConf = `# packages.conf: what the packages and features consist of; see packages.conf(5).
#
# This is the makefile that make reads. It runs in a directory of stamps: a
# target that does \`touch $@\` at its end is done once, and one without each time.
# To have a step done again in a new way, give its target a new name: hello-2.

SHELL=/bin/sh
HOSTNAME=
PLATFORM=
PACKAGES=

all: $(PACKAGES)

# hostkeeper itself leaves such a host alone; this is for make run by hand.
exclude:
	@echo excluding $(HOSTNAME) from configuration management -- exiting...
	exit 127

# What every host has.
Block00: hello-1 etc/hostkeeper-example.conf example

# Done once.
hello-1:
	echo hello from $(HOSTNAME), which is $(PLATFORM)
	touch $@

# Done each time: isync installs the file of the tree where it is missing or old,
# and refuses to overwrite what was changed on the host.
etc/hostkeeper-example.conf:
	isync $@

# What is described in packages.d: hostkeeper generate -o generated.mk .
include $(dir $(lastword $(MAKEFILE_LIST)))generated.mk
`

const exampleYaml = `# A package that is described instead of written as a stanza: \`hostkeeper generate\`
# makes it one. See STRUCTURED INPUT in hostkeeper(8).
description: An example; replace it by a package of yours
version: 1-1
needs:
  - target: hello-1
commands:
  - echo "$PACKAGE is done on $HOSTNAME"
`

const manifest = `# manifest: mode and owner of what isync installs; see isync(8).
#
# PATH MODE OWNER:GROUP
#
# DIR/** stands for all below a directory; - is what holds without a line: the
# mode that the file has in the tree, and root.

etc/hostkeeper-example.conf 0644 -
`

const linuxMk = `# conf/linux.mk: variables of the hosts whose OS is linux; hosts.conf beats them.

INITDIR = /etc/init.d
`

const readme = `# A configuration tree

| here | is |
| --- | --- |
| \`hosts.conf\` | which packages and features each host has |
| \`packages.conf\` | what they consist of: the makefile |
| \`packages.d/\` | packages that are described; \`hostkeeper generate -o generated.mk .\` makes stanzas of them |
| \`files/\` | what isync installs, as it lies below \`/\`; \`FILE.HOSTNAME\` is for one host |
| \`manifest\` | mode and owner of these files |
| \`conf/OS.mk\` | variables of the hosts with one operating system |
| \`bin/\` | programs of yours that come first in the PATH of make's commands |

Look before you leap:

    hostkeeper lint .      # every host of hosts.conf against packages.conf
    hostkeeper plan        # what make would do on this host
    hostkeeper run         # do it
    hostkeeper status

Keep the tree under version control. hostkeeper(8) says how the hosts get it.
`

/** The texts, by their place in the tree. */
export function starterFiles(): ReadonlyMap<string, string> {
  const example = parsePackage('example', exampleYaml, 'packages.d/example.yaml')
  return new Map([
    ['README.md', readme],
    ['hosts.conf', hostsConf],
    ['packages.conf', packagesConf],
    ['packages.d/example.yaml', exampleYaml],
    ['generated.mk', generateMakefile([example], false)],
    ['conf/linux.mk', linuxMk],
    ['files/etc/hostkeeper-example.conf', '# Installed by isync from files/ of the configuration tree.\n'],
    ['manifest', manifest],
  ])
}
