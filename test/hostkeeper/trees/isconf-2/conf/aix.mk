# What is done on AIX, in the ways of AIX.

BASE = openssh.base.server

openssh.base.server:
	say "installp -a $@"
	touch $@

disks:
	say "extendvg rootvg hdisk1"
	touch $@

monitor: openssh.base.server etherchannel
	say "mkitab monitor"
	touch $@

etherchannel:
	say "mkdev ent2"
	touch $@

configure_cluster:
	say "smit hacmp"
	touch $@
