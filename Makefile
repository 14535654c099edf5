# pg_retention. `make` builds, `make install` installs, `make test` tests a private copy. All that is made is under build/.

.DEFAULT_GOAL := all

# The checkout, as seen from where make runs: "./" for who calls it, and what PGXS needs for its work elsewhere.
TOP        := $(dir $(firstword $(MAKEFILE_LIST)))
EXTENSION   = pg_retention
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(TOP)$(EXTENSION).control)
PG_CONFIG  ?= pg_config

ifeq ($(realpath $(TOP)),$(realpath $(CURDIR)))

# PGXS leaves what it makes where make runs. So that is build/module, and this file read from there is the other half of itself,
# as it is for a packager who calls it from a directory of his own (pg_buildext does). Names that are relative stay true.
from_here   = $(if $(findstring /,$(1)),$(abspath $(1)),$(1))
PGXS_MAKE   = $(MAKE) --no-print-directory -C build/module -f ../../Makefile 'PG_CONFIG=$(call from_here,$(PG_CONFIG))' \
              $(if $(DESTDIR),'DESTDIR=$(abspath $(DESTDIR))')

.PHONY: all install uninstall clean distclean maintainer-clean
all uninstall:
	+@mkdir -p build/module
	+@$(PGXS_MAKE) $@

install: all
	+@$(PGXS_MAKE) install

clean distclean maintainer-clean:
	rm -rf build

.PHONY: test test-clients test-page test-tools test-versions test-upgrade demo reference lint tidy sanitize format dist dist-check bench fuzz attacks model soak mutants assert-check coretest

# These build what they need themselves, on a machine that may not have PostgreSQL yet.
test:
	@scripts/test

# What applications do through the clients they use; "make test" runs those that are here.
test-clients:
	@scripts/test-clients

# retention.report_html() in Debian's Chromium: what it looks like, and what is wrong with it. Pictures are in build/page.
test-page:
	@scripts/test-page

# Tools that copy and move tables, from Debian's packages, on governed ones: make test-tools [NAMES='repack partman'].
test-tools: all
	@test/tools/run $(NAMES)

# The tests under each PostgreSQL that Debian has, as root: make test-versions [VERSIONS='17 18'] [STAGES='pgtap security', or soak]
test-versions:
	@scripts/test-versions $(VERSIONS) -- $(STAGES)

# A governed database goes through pg_upgrade into a later version, as root: make test-upgrade [VERSIONS='17']
test-upgrade:
	@test/upgrade/run $(VERSIONS)

demo:
	@demo/run

# docs/reference.md, from what the extension says of itself.
reference:
	@scripts/install-packages && scripts/root && scripts/cluster start reference retention.worker=off
	@eval "$$(scripts/cluster env reference)" && psql -Xqc 'CREATE EXTENSION pg_retention' && scripts/reference >build/reference.md && \
		mv build/reference.md docs/reference.md; status=$$?; scripts/cluster stop reference; exit $$status

lint:
	@$(MAKE) all
	@test/lint/run

# What clang-tidy finds in what was not clean yet, or has changed since: .clang-tidy.
tidy:
	@scripts/tidy

# The unit tests once more, with AddressSanitizer and UndefinedBehaviorSanitizer.
sanitize:
	@scripts/install-packages
	@$(MAKE) -s -C test/unit sanitize

# As .clang-format says.
format:
	@clang-format-14 -i $$(find src test bench -name build -prune -o \( -name '*.cpp' -o -name '*.hpp' \) -print)

# The archive for PGXN, from what is committed; and whether it builds.
dist:
	@scripts/dist

dist-check:
	@scripts/dist check

# Five minutes on each of what reads text, or TIME seconds.
fuzz:
	@scripts/install-packages clang libclang-rt-dev
	@$(MAKE) -C test/fuzz run TIME=$(or $(TIME),300)

# A user's code in each place it can stand, run by each command and exemption; PART=N/M for one of M parts.
attacks:
	@$(MAKE) all
	@scripts/root
	@test/attacks/run --part $(or $(PART),1/1)

# Random statements beside a slow model: make model [MINUTES=60] [SEED=N]
model:
	@scripts/install-packages && scripts/root && scripts/cluster start model retention.worker=off
	@eval "$$(scripts/cluster env model)" && test/model/run --minutes $(or $(MINUTES),60) $(if $(SEED),--seed $(SEED)); \
		status=$$?; scripts/cluster stop model; exit $$status

# Writers beside writers for minutes, sweeps that are killed, persons of random schemas:
# make soak [PARTS='race kills sweeps persons'] [DURATION=300] [ROUNDS=100] [CASES=20000] [SEED=N]
soak:
	@scripts/install-packages && scripts/root && $(foreach v,DURATION ROUNDS CASES SEED,$(if $($(v)),$(v)=$($(v)))) test/soak/run $(PARTS)

# Do the tests see? Lines that decide are changed one by one, and the test that is named for each has to fail: make mutants [ONLY=REGEX]
mutants:
	@scripts/install-packages
	@test/mutants/run '$(ONLY)'

# What attacks and what tests behaviour, on a PostgreSQL built with assertions from Debian's sources, or those in SOURCE=DIR.
assert-check:
	@SOURCE=$(SOURCE) scripts/assert-check

# PostgreSQL's own regression suite on the same server: with nothing governed, and with everything.
coretest:
	@SOURCE=$(SOURCE) scripts/coretest

ifneq ($(wildcard bench/run),)
bench:
	@bench/run
endif

else

MODULE_big  = $(EXTENSION)
OBJS        = $(patsubst $(TOP)%.cpp,%.o,$(sort $(wildcard $(TOP)src/*.cpp $(TOP)src/*/*.cpp $(TOP)src/*/*/*.cpp)))
# The numbers are the order: a part uses only what lower numbers define.
SQL_PARTS   = $(sort $(wildcard $(TOP)sql/[0-9]*.sql))
DATA        = $(patsubst $(TOP)%,%,$(wildcard $(TOP)sql/upgrade/$(EXTENSION)--*--*.sql))
DATA_built  = sql/$(EXTENSION)--$(EXTVERSION).sql
FOLDERS     = $(sort $(dir $(OBJS) $(DATA_built)))
EXTRA_CLEAN = $(OBJS:.o=.d) $(HEADERS) $(HEADERS:.gch=.d) server

# An unknown compiler's new warnings must not stop a packager: make WERROR=
WERROR     ?= -Werror
STANDARD    = -std=gnu++20 -Wno-register

ifeq ($(shell command -v '$(PG_CONFIG)' 2>/dev/null),)
$(error pg_config not found (PG_CONFIG is "$(PG_CONFIG)"), see scripts/install-packages or set PG_CONFIG)
endif
PGXS       := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(wildcard $(PGXS)),)
$(error $(PG_CONFIG) names no PGXS that is there ("$(PGXS)"): what extensions are built with is missing, see scripts/install-packages)
endif

# -isystem: the server's headers do not pass our warnings, and need not.
PG_CPPFLAGS = -isystem $(shell $(PG_CONFIG) --includedir-server) -I$(TOP)src
PG_CXXFLAGS = $(STANDARD) -Wall -Wextra -Wno-suggest-attribute=format -Wshadow $(WERROR) \
              -fvisibility=hidden -fvisibility-inlines-hidden -MMD -MP
# PGXS links with the C compiler.
SHLIB_LINK  = -lstdc++

# No bitcode for JIT: clang would take as long for it as the library takes, and nothing of it was inlined (15 with LLVM 14, all thresholds 0).
# What was would call names that the library keeps to itself.
override with_llvm := no

include $(PGXS)

# Sources alone are looked for in the checkout. With PGXS's VPATH, what somebody once built in there would pass for what is built here.
override VPATH :=
vpath %.cpp $(TOP)
vpath %.control $(TOP)

# Objects made for one server do not fit another.
SERVER     := $(VERSION) $(configure_args)
ifneq ($(file <server),$(SERVER))
$(file >server,$(SERVER))
endif

# Half of compiling would be to read the same headers again and again, so those that most files include are read once. The names are of what
# the compiler made of them, in the folder where it runs. ccache keeps nothing of what is compiled so, and goes without. "make PRECOMPILED="
# does so, too, and shows what a file forgot to include.
PRECOMPILED ?= $(if $(findstring ccache,$(CXX) $(realpath $(shell command -v $(firstword $(CXX))))),,yes)
ifneq ($(PRECOMPILED),)
HEADERS     = src/core/precompiled.hpp.gch src/pg/precompiled.hpp.gch
CORE_OBJS   = $(filter src/core/%,$(OBJS))
$(CORE_OBJS): src/core/precompiled.hpp.gch
$(CORE_OBJS): private override CXXFLAGS += -include src/core/precompiled.hpp
$(filter-out $(CORE_OBJS),$(OBJS)): src/pg/precompiled.hpp.gch
$(filter-out $(CORE_OBJS),$(OBJS)): private override CXXFLAGS += -include src/pg/precompiled.hpp
$(HEADERS): %.gch: $(TOP)%
	$(COMPILE.cc) -x c++-header -o $@ $<
endif

$(OBJS) $(HEADERS): $(TOP)Makefile server | $(FOLDERS)
$(FOLDERS):
	mkdir -p $@

$(DATA_built): $(SQL_PARTS) $(TOP)$(EXTENSION).control | $(FOLDERS)
	cat $(SQL_PARTS) > $@

-include $(OBJS:.o=.d) $(HEADERS:.gch=.d)
endif
