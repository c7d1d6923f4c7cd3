# Written by `hostkeeper generate` from packages.d; change the files there and run it again.

all: $(PACKAGES)

# packages.d/httpd.yaml: The program of the web server
.PHONY: httpd
httpd: httpd-2.4.62-1
httpd-2.4.62-1: ntp-4.2.8-1
	PACKAGE=$@; rpm -q $$PACKAGE || rpm -Uvh $$PKGBANK/$$PACKAGE.x86_64.rpm
	touch $@

# packages.d/web.yaml: The web server, on the port that hosts.conf says
.PHONY: web
web: web-2.4-3
web-2.4-3: httpd-2.4.62-1
	isync -o etc/httpd/httpd.conf
	echo "Listen $$PORT" > "$$HOSTKEEPER_ROOT/etc/httpd/port.conf"
	service httpd restart
	touch $@
