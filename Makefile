# pg_retention. `make` builds, `make install` installs, `make test` tests a private copy.

.DEFAULT_GOAL := all

EXTENSION   = pg_retention
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(EXTENSION).control)
MODULE_big  = $(EXTENSION)
OBJS        = $(patsubst %.cpp,%.o,$(sort $(wildcard src/*.cpp src/*/*.cpp)))
# The numbers are the order: a part uses only what lower numbers define.
SQL_PARTS   = $(sort $(wildcard sql/[0-9]*.sql))
DATA        = $(wildcard sql/upgrade/$(EXTENSION)--*--*.sql)
DATA_built  = sql/$(EXTENSION)--$(EXTVERSION).sql
EXTRA_CLEAN = $(OBJS:.o=.d) build

# An unknown compiler's new warnings must not stop a packager: make WERROR=
WERROR     ?= -Werror
STANDARD    = -std=gnu++20 -Wno-register

PG_CONFIG  ?= pg_config
# -isystem: the server's headers do not pass our warnings, and need not.
PG_CPPFLAGS = -isystem $(shell $(PG_CONFIG) --includedir-server) -Isrc
PG_CXXFLAGS = $(STANDARD) -Wall -Wextra -Wno-suggest-attribute=format -Wshadow $(WERROR) \
              -fvisibility=hidden -fvisibility-inlines-hidden -MMD -MP
# PGXS links with the C compiler.
SHLIB_LINK  = -lstdc++

.PHONY: test test-clients test-versions demo lint format bench fuzz attacks assert-check coretest

# These build what they need themselves, on a machine that may not have PostgreSQL yet.
test:
	@scripts/test

# What applications do through the clients they use; "make test" runs those that are here.
test-clients:
	@scripts/test-clients

# The tests under each PostgreSQL that Debian has, as root: make test-versions [VERSIONS='17 18'] [STAGES='pgtap security'] [LLVM=yes]
test-versions:
	@LLVM=$(LLVM) scripts/test-versions $(VERSIONS) -- $(STAGES)

demo:
	@demo/run

lint:
	@$(MAKE) all
	@test/lint/run

# As .clang-format says.
format:
	@clang-format-14 -i $$(find src test bench -name build -prune -o \( -name '*.cpp' -o -name '*.hpp' \) -print)

# Five minutes on each of what reads text, or TIME seconds.
fuzz:
	@scripts/install-packages clang libclang-rt-dev
	@$(MAKE) -C test/fuzz run TIME=$(or $(TIME),300)

# A user's code in each place it can stand, run by each command and exemption; PART=N/M for one of M parts.
attacks:
	@$(MAKE) all
	@scripts/root
	@test/attacks/run --part $(or $(PART),1/1)

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

ifneq ($(filter-out test test-clients test-versions demo lint format bench fuzz attacks assert-check coretest,$(or $(MAKECMDGOALS),all)),)
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# PGXS gives neither CXXFLAGS nor header dependencies to the bitcode rule; and
# HOLD_INTERRUPTS() and its kind increment volatiles, which clang reports where g++ does not.
COMPILE.cxx.bc += $(STANDARD) -Wno-deprecated-volatile
$(OBJS:.o=.bc): %.bc: %.o
$(OBJS): Makefile

$(DATA_built): $(SQL_PARTS) $(EXTENSION).control
	cat $(SQL_PARTS) | sed 's/^CREATE OR REPLACE /CREATE /' > $@

-include $(OBJS:.o=.d)
endif
