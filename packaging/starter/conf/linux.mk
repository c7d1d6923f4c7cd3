# conf/linux.mk: variables of the hosts whose OS is linux; hosts.conf beats them.

INITDIR = /etc/init.d
