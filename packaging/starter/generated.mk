# Written by `hostkeeper generate` from packages.d; change the files there and run it again.

all: $(PACKAGES)

# packages.d/example.yaml: An example; replace it by a package of yours
.PHONY: example
example: example-1-1
example-1-1: hello-1
	PACKAGE=$@; echo "$$PACKAGE is done on $$HOSTNAME"
	touch $@
