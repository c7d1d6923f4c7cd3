# What holds on every platform; the rest is in OS.mk.

SHELL = /bin/sh
CONF = $(dir $(MAKEFILE))conf

# Whoever says no action is told what there is.
all:
	@echo "usage: hostkeeper run {INSTALL|BOOT|CRON|CFCLUSTER}"
	@exit 1

include $(CONF)/$(OS).mk

Block12: Block10 motd-2

Block10: Block00 ntp-conf-3

Block00: $(BASE)

Block00_install: Block00 disks

motd-2:
	say "welcome to $(HOSTNAME)"
	touch $@

ntp-conf-3:
	say "ntp: $(NTP_SERVERS)"
	touch $@

mkusers: ntp-conf-3
	say users
	touch $@

nfs_home: mkusers
	say "mount home, $(TZ_NAME)"
	touch $@

# A makefile of its own, for a make that is called from here.
backup_server: ntp-conf-3
	$(MAKE) -f $(CONF)/backup.mk $@
	touch $@

.PHONY: cron
cron: Block10
	say tidy
