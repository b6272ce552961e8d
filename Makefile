# dnsbld: `make help` lists the targets.
BUILD   ?= release
PREFIX  ?= /usr/local
O       := build$(if $(filter-out release,$(BUILD)),/$(BUILD))
VERSION := 0.1.0

CC       ?= cc
ARCH     ?= $(if $(filter x86_64,$(shell uname -m)),-march=x86-64-v2)
WARN     := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla $(if $(WERROR),-Werror)
CPPFLAGS += -D_GNU_SOURCE -DURCU_INLINE_SMALL_FUNCTIONS -DDNSBLD_VERSION='"$(VERSION)"' -Isrc -Itests
# Two halves of a key joined into a vector go through memory and stall: no SLP.
BASE     := -std=gnu11 -g -pthread -fno-strict-aliasing -fno-tree-slp-vectorize -fstack-protector-strong $(ARCH) $(WARN)
CLANG    ?= clang
BPFFLAGS := -target bpf -mcpu=v3 -O2 -g -ffreestanding -Wall -Wextra $(if $(WERROR),-Werror) -Isrc \
            -isystem /usr/include/$(shell $(CC) -print-multiarch)
LDLIBS   := -lbpf -lurcu-qsbr -lldns -lz -lyaml -lidn2 -lsqlite3 -lmicrohttpd -ljansson

FLAGS_release := -O2 -D_FORTIFY_SOURCE=2
FLAGS_debug   := -O0 -DDEBUG
FLAGS_asan    := -O1 -DDEBUG -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FLAGS_tsan    := -O1 -fsanitize=thread
FLAGS_cov     := -O0 --coverage
ifeq ($(FLAGS_$(BUILD)),)
$(error BUILD=$(BUILD) is unknown; use release, debug, asan, tsan or cov)
endif
CFLAGS  ?= $(FLAGS_$(BUILD))
LDFLAGS += -pthread -Wl,--as-needed $(filter -fsanitize=% --coverage,$(CFLAGS))
# A sanitizer brings its own allocator, and jemalloc would take its place.
ALLOC   := $(if $(filter asan tsan,$(BUILD)),,-ljemalloc)

LIB_SRC  := $(filter-out src/cmd/% %.bpf.c,$(wildcard src/*/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$O/%.o)
PROGRAMS := $(patsubst src/cmd/%.c,$O/%,$(wildcard src/cmd/*.c))
TESTS    := $(patsubst tests/%.c,$O/tests/%,$(wildcard tests/unit/*/test_*.c tests/property/*.c tests/torture/*.c))
SUPPORT  := $(patsubst %.c,$O/%.o,$(wildcard tests/support/*.c))
BENCHES  := $(patsubst bench/%.c,$O/bench/%,$(filter-out %.bpf.c,$(wildcard bench/*.c)))

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-4s %s\n' $1 $@)

all: $(PROGRAMS)                ## build the programs in build/ (default)

$O/libdnsbld.a: $(LIB_OBJ)
	$(call say,AR)
	$Q rm -f $@ && $(AR) rcs $@ $^

$O/%.o: %.c
	$(call say,CC)
	$Q mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(BASE) $(CFLAGS) -MMD -MP -c -o $@ $<

$O/src/api/openapi.o: docs/openapi.json

# The fast path's program, which runs in the kernel. Without clang there is none.
$O/%.bpf.o: %.bpf.c
	$(call say,BPF)
	$Q mkdir -p $(@D) && if command -v $(CLANG) >/dev/null; then \
	    $(CLANG) $(BPFFLAGS) -MMD -MP -c -o $@ $<; else : >$@; fi

$O/src/xdp/kernel.o: $O/src/xdp/program.bpf.o
$O/src/xdp/kernel.o: CPPFLAGS += -DXDP_OBJECT='"$O/src/xdp/program.bpf.o"'

$(PROGRAMS): $O/%: $O/src/cmd/%.o $O/libdnsbld.a
	$(call say,LD)
	$Q $(CC) $(LDFLAGS) -o $@ $^ $(ALLOC) $(LDLIBS)

$O/tests/libsupport.a: $(SUPPORT)
	$(call say,AR)
	$Q rm -f $@ && $(AR) rcs $@ $^

$(TESTS): $O/tests/%: $O/tests/%.o $O/tests/libsupport.a $O/libdnsbld.a
	$(call say,LD)
	$Q $(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(BENCHES): $O/bench/%: $O/bench/%.o $O/libdnsbld.a
	$(call say,LD)
	$Q $(CC) $(LDFLAGS) -o $@ $^ $(ALLOC) $(LDLIBS)

$O/dnsblctl $O/tests/unit/client/% $O/bench/api $O/bench/page: LDLIBS += -lcurl

tests-bin: $(TESTS)
bench-bin: $(BENCHES) $(patsubst %.c,$O/%.o,$(wildcard bench/*.bpf.c))

run:                            ## install what is missing, build, serve zones/ on 127.0.0.1:5353
	@scripts/install-deps build
	@$(MAKE) --no-print-directory all
	@scripts/run

test:                           ## install what the tests need, run them all
	@scripts/install-deps test
	@scripts/test

test-browser:                   ## the page in Chromium; SCREENSHOTS=1 writes docs/screenshots/, too
	@scripts/install-deps browser
	@$(MAKE) --no-print-directory all
	@node tests/browser/run.js $(if $(SCREENSHOTS),--screenshots)

bench:                          ## benchmarks beside rbldnsd and an echo server, as ratios
	@scripts/install-deps bench
	@$(MAKE) --no-print-directory all bench-bin
	@bench/run

bench-report:                   ## dnsbld beside rbldnsd, NSD and Knot in REPORT_MINUTES (60)
	@scripts/install-deps bench
	@$(MAKE) --no-print-directory all bench-bin
	@python3 bench/report

test-kernels:                   ## have the fast path answer in Linux 6.1, booted in qemu
	@scripts/install-deps kernels
	@$(MAKE) --no-print-directory all bench-bin
	@scripts/test-kernels

lint:                           ## layers, names, sizes, format, static checks
	@scripts/install-deps test
	@scripts/lint

man: $O/tests/unit/config/test_schema   ## write the reference in dnsbld.yaml(5) from the schema
	$< --write

fuzz:                           ## run every fuzzer for FUZZ_SECONDS (default 60)
	@scripts/install-deps test
	@scripts/fuzz

install: all                    ## install to DESTDIR/PREFIX
	install -d $(addprefix $(DESTDIR),$(PREFIX)/bin $(PREFIX)/sbin $(PREFIX)/lib/systemd/system /etc/default)
	install -m 755 $O/dnsbld $(DESTDIR)$(PREFIX)/sbin/dnsbld
	install -m 755 $O/dnsblctl $(DESTDIR)$(PREFIX)/bin/dnsblctl
	sed 's|@SBINDIR@|$(PREFIX)/sbin|' dist/dnsbld-wrapper >$(DESTDIR)$(PREFIX)/sbin/dnsbld-wrapper
	chmod 755 $(DESTDIR)$(PREFIX)/sbin/dnsbld-wrapper
	for unit in dnsbld.service dnsbld@.service dnsbld.socket; do \
	    sed 's|@SBINDIR@|$(PREFIX)/sbin|' dist/$$unit >$(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit || exit 1; \
	done
	install -d $(addprefix $(DESTDIR)$(PREFIX)/share/,man/man1 man/man5 man/man8 doc/dnsbld bash-completion/completions)
	install -m 644 dist/dnsbld.yaml dist/dnsbld.service.d/xdp.conf $(DESTDIR)$(PREFIX)/share/doc/dnsbld
	install -m 644 dist/dnsblctl.bash-completion $(DESTDIR)$(PREFIX)/share/bash-completion/completions/dnsblctl
	install -m 644 $(wildcard docs/man/*.1) $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 $(wildcard docs/man/*.5) $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 $(wildcard docs/man/*.8) $(DESTDIR)$(PREFIX)/share/man/man8
	[ -e $(DESTDIR)/etc/default/dnsbld ] || install -m 644 dist/dnsbld.default $(DESTDIR)/etc/default/dnsbld

clean:                          ## remove build/
	rm -rf build

map:                            ## the folders of src/, and what each file is
	@scripts/map

help:                           ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo "  BUILD=release|debug|asan|tsan|cov   V=1 shows commands   WERROR=1 makes warnings errors"

.PHONY: all run test test-browser test-kernels bench bench-report lint man fuzz install clean map help tests-bin bench-bin
.SECONDARY:
-include $(shell find $O -name '*.d' 2>/dev/null)
