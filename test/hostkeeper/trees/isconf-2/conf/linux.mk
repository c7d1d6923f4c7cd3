# What is done on Linux, in the ways of Linux.

BASE = openssh-2.5.2 tcsh-6.10
BASE += $(if $(CLUSTER),heartbeat-1.0)

INSTALL_PACKAGE = say "rpm -Uvh $(1).$(HARDWARE).rpm"

openssh-2.5.2 tcsh-6.10 heartbeat-1.0:
	$(call INSTALL_PACKAGE,$@)
	touch $@

disks:
	say "sfdisk /dev/sda"
	touch $@

monitor: openssh-2.5.2
	say "chkconfig monitor on"
	touch $@

configure_cluster: heartbeat-1.0
	say "cluster $(CLUSTER)"
	touch $@
