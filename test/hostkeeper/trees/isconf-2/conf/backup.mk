backup_server: pool
	say "backup server of $(HOSTNAME)"

pool:
	say "pool $(BACKUP_POOL)"
