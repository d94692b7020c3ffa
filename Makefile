# make                the compiler: build/mlopsc
# make test           unit tests and golden cases           make test T=check/unknown-setting   one case
# make accept         takes over what the golden cases print now; read it in git diff
# make install        PREFIX=/usr/local DESTDIR=            make uninstall
# make deps           what is needed to build, through apt  make test-deps   and to test
# make conformance     real readers of the output: T=helm one of them, BUDGET=seconds, STRICT=1 (tests/conformance/run)
# CONFIG=release|debug|asan, CC=gcc|clang, V=1 shows the commands

VERSION = 0.1.0
CONFIG ?= release
PREFIX ?= /usr/local
DESTDIR ?=
FLEX ?= flex
BISON ?= bison
INSTALL ?= install
HOSTCC ?= $(CC)
B := build/$(CONFIG)
Q := $(if $(V),,@)
say = @$(if $(V),:,printf '  %-6s %s\n' $(1) $@)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
# generated code has its own habits
WARN_GEN := -Wall -Wno-unused-function -Wno-unused-but-set-variable -Wno-sign-compare -Werror

CFLAGS_release := -O3 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
CFLAGS_debug := -O0 -g3
CFLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# what a debugger needs stays in the objects: the program is what people install
LDFLAGS_release := -Wl,--strip-debug
LDFLAGS_debug :=
LDFLAGS_asan := -fsanitize=address,undefined
ifeq ($(filter $(CONFIG),release debug asan),)
$(error CONFIG is release, debug or asan, not $(CONFIG))
endif

FLAGS = -std=c11 $(CFLAGS_$(CONFIG)) -ffile-prefix-map=$(CURDIR)=. -DMLOPS_VERSION='"$(VERSION)"' -Icompiler -I$(B)/gen \
	$(CPPFLAGS) $(CFLAGS)
LINK = $(CC) $(CFLAGS_$(CONFIG)) $(CFLAGS) $(LDFLAGS_$(CONFIG)) $(LDFLAGS)
LIBS := -lyaml -lm

SRC := $(sort $(wildcard compiler/*.c compiler/*/*.c compiler/*/*/*.c))
# programs that make sources out of data
HELPERS := compiler/embed.c compiler/fields.c
CLI_SRC := $(sort $(wildcard compiler/cli/*.c))
LIB_SRC := $(filter-out compiler/main.c $(HELPERS) $(CLI_SRC),$(SRC))
GEN := $(addprefix $(B)/gen/,parser.tab.c lexer.c stdlib.c explain.c fields.c)
LIB_OBJ := $(LIB_SRC:compiler/%.c=$(B)/%.o) $(GEN:.c=.o)
CLI_OBJ := $(CLI_SRC:compiler/%.c=$(B)/%.o) $(B)/gen/build.o
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
DEP := $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(B)/main.d $(UNIT:=.d)

# tables of what Kubernetes knows: compiled in, not read
FIELDS := stdlib/kubernetes/schema.tsv stdlib/kubernetes/field-rules.tsv
STDLIB := $(filter-out $(FIELDS),$(shell find stdlib -type f \( -name '*.mlops' -o -name '*.tsv' \) 2>/dev/null | LC_ALL=C sort))
EXPLAIN := $(shell find compiler/explain stdlib/explain -maxdepth 1 -type f -name '*.md' 2>/dev/null | LC_ALL=C sort -t/ -k3)

.PHONY: all test unit accept bench fuzz conformance examples install uninstall clean distclean deps test-deps conformance-deps FORCE
.DELETE_ON_ERROR:
.SUFFIXES:

all: $(B)/mlopsc
ifeq ($(CONFIG),release)
	@ln -sf $(CONFIG)/mlopsc build/mlopsc
endif

# -- compiling

# Rewritten only when its content changes, so that other flags, or a file that comes or goes, rebuild what they must.
define stamp
@mkdir -p $(@D)
@printf '%s\n' $(1) | cmp -s - $@ || printf '%s\n' $(1) >$@
endef
$(B)/flags: FORCE
	$(call stamp,"$(CC)" '$(subst ','\'',$(FLAGS) $(LINK))')
$(B)/gen/stdlib.list: FORCE
	$(call stamp,$(STDLIB))
$(B)/gen/explain.list: FORCE
	$(call stamp,$(EXPLAIN))
$(B)/objects.list: FORCE
	$(call stamp,$(LIB_OBJ) $(CLI_OBJ))

$(B)/%.o: compiler/%.c $(B)/flags | $(B)/gen/parser.tab.h $(B)/gen/lexer.h
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(FLAGS) $(WIDE) $(WARN) -MMD -MP -c $< -o $@
# Where the processor may have it; base/hash.c asks before it calls. The compiler is asked when it is needed: on a new machine
# this run of make may have to install it first.
$(B)/base/hash_avx2.o: WIDE = $(if $(findstring x86_64,$(shell $(CC) -dumpmachine)),-mavx2)
$(B)/gen/%.o: $(B)/gen/%.c $(B)/flags | $(B)/gen/parser.tab.h $(B)/gen/lexer.h
	$(call say,cc)
	$(Q)$(CC) $(FLAGS) -D_POSIX_C_SOURCE=200809L $(WARN_GEN) -MMD -MP -c $< -o $@

$(B)/gen/parser.tab.c: grammar/parser.y
	@mkdir -p $(@D)
	$(call say,bison)
	$(Q)$(BISON) -Wall -Werror --defines=$(B)/gen/parser.tab.h -o $@ $<
$(B)/gen/parser.tab.h: $(B)/gen/parser.tab.c ;
$(B)/gen/lexer.c: grammar/lexer.l
	@mkdir -p $(@D)
	$(call say,flex)
	$(Q)$(FLEX) -Cfa --header-file=$(B)/gen/lexer.h -o $@ $<
$(B)/gen/lexer.h: $(B)/gen/lexer.c ;

$(B)/gen/embed: compiler/embed.c compiler/base/arena.h compiler/base/atom.h compiler/sema/library.h
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(HOSTCC) -std=c11 -O1 $(WARN) -Icompiler -o $@ $<
$(B)/gen/stdlib.c: $(B)/gen/embed $(B)/gen/stdlib.list $(STDLIB)
	$(call say,embed)
	$(Q)sed '/^$$/d' $(B)/gen/stdlib.list | $< embedded_stdlib stdlib >$@
$(B)/gen/fields: compiler/fields.c compiler/eval/schema_table.h
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(HOSTCC) -std=c11 -O1 $(WARN) -Icompiler -o $@ $<
$(B)/gen/fields.c: $(B)/gen/fields $(FIELDS)
	$(call say,fields)
	$(Q)$< $(FIELDS) >$@
# A hash of everything that the compiler is made of: another compiler trusts no record of the last build.
OWN := $(SRC) $(shell find compiler -name '*.h' | LC_ALL=C sort) grammar/lexer.l grammar/parser.y $(STDLIB) $(FIELDS) $(EXPLAIN)
$(B)/gen/build.c: $(OWN) $(B)/objects.list $(B)/gen/stdlib.list
	@mkdir -p $(@D)
	@printf 'extern const char build_id[];\nconst char build_id[] = "%s";\n' "$$(cat $(OWN) | sha256sum | cut -c1-32)" >$@

$(B)/gen/explain.c: $(B)/gen/embed $(B)/gen/explain.list $(EXPLAIN)
	$(call say,embed)
	$(Q)sed '/^$$/d' $(B)/gen/explain.list | $< embedded_explain compiler/explain stdlib/explain >$@

# q: files of different rooms may have the same name
$(B)/libmlops.a: $(LIB_OBJ) $(B)/objects.list
	@rm -f $@
	$(call say,ar)
	$(Q)$(AR) qcsD $@ $(LIB_OBJ)
$(B)/libcli.a: $(CLI_OBJ) $(B)/objects.list
	@rm -f $@
	$(call say,ar)
	$(Q)$(AR) qcsD $@ $(CLI_OBJ)

# A static program starts in half the time; where that cannot be linked, the ordinary way.
$(B)/mlopsc: $(B)/main.o $(B)/libcli.a $(B)/libmlops.a
	$(call say,link)
ifeq ($(CONFIG),release)
	$(Q)$(LINK) -static -o $@ $^ $(LIBS) 2>/dev/null || $(LINK) -o $@ $^ $(LIBS)
else
	$(Q)$(LINK) -o $@ $^ $(LIBS)
endif

-include $(DEP)

# -- testing

# A script of tests/, with what it needs to know.
script = @if [ -x $(1) ]; then \
	B=$(B) CONFIG=$(CONFIG) MLOPSC=$(CURDIR)/$(B)/mlopsc VERSION=$(VERSION) $(1) $(2); \
	else echo 'make $@: $(1) does not exist' >&2; exit 1; fi

test: all $(UNIT) $(B)/replay
	$(call script,tests/run,$(T))
accept: all $(B)/replay
	$(call script,tests/run,--accept $(T))
bench: all
	$(call script,tests/bench/run,$(T))
fuzz: all
	$(call script,tests/fuzz/run,$(T))
conformance: all
	$(call script,tests/conformance/run,$(T))

$(B)/unit/%: tests/unit/%.c $(B)/libcli.a $(B)/libmlops.a $(B)/flags
	@mkdir -p $(@D)
	$(call say,cc)
	$(Q)$(CC) $(FLAGS) $(WARN) -MMD -MP -MF $@.d -MT $@ $(LDFLAGS_$(CONFIG)) $(LDFLAGS) -o $@ $< $(B)/libcli.a $(B)/libmlops.a \
		$(LIBS) -lcmocka
# every fuzz target in one program, without a fuzzer
$(B)/replay: $(sort $(wildcard tests/fuzz/*.[ch] tests/lib/*.h)) $(B)/libmlops.a $(B)/flags
	$(call say,cc)
	$(Q)$(CC) $(FLAGS) $(WARN) -DFUZZ_REPLAY $(LDFLAGS_$(CONFIG)) $(LDFLAGS) -o $@ $(filter %.c %.a,$^) $(LIBS)
unit: $(UNIT)
	@for t in $(UNIT); do $$t >$$t.log 2>&1 && echo "ok   $$t" || { cat $$t.log; echo "FAIL $$t"; exit 1; }; done

# Every stack of examples/, as it is and as each of its envs changes it; and the picture that the README shows.
examples: all
	@for s in $(sort $(wildcard examples/*/stack.mlops)); do for e in '' $$(sed -n 's/^env \([a-z0-9-]*\).*/\1/p' $$s); do \
		echo "build $$s$${e:+ --env $$e}"; $(B)/mlopsc build -o out $${e:+--env $$e} $$s || exit 1; done; done
	$(B)/mlopsc graph --format svg examples/khaos/stack.mlops >examples/khaos/graph.svg

# -- installing

SHARE = $(DESTDIR)$(PREFIX)/share
MAN = $(SHARE)/man/man1/mlopsc.1
BASH_COMPLETION = $(SHARE)/bash-completion/completions/mlopsc
ZSH_COMPLETION = $(SHARE)/zsh/site-functions/_mlopsc
FISH_COMPLETION = $(SHARE)/fish/vendor_completions.d/mlopsc.fish

install: all
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/bin $(dir $(MAN) $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION))
	$(INSTALL) -m 755 $(B)/mlopsc $(DESTDIR)$(PREFIX)/bin/mlopsc
	rm -rf $(SHARE)/mlopsc/stdlib
	@for f in $(STDLIB); do $(INSTALL) -D -m 644 $$f $(SHARE)/mlopsc/$$f || exit 1; done
	$(B)/mlopsc help --man >$(MAN)
	$(B)/mlopsc help --completion bash >$(BASH_COMPLETION)
	$(B)/mlopsc help --completion zsh >$(ZSH_COMPLETION)
	$(B)/mlopsc help --completion fish >$(FISH_COMPLETION)
	chmod 644 $(MAN) $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION)
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/mlopsc $(MAN) $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION)
	rm -rf $(SHARE)/mlopsc

clean:
	rm -rf $(B)
distclean:
	rm -rf build

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# what is asked for together with these waits for them, also with -j
ifneq ($(filter deps test-deps conformance-deps,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif
deps:
	$(SUDO) apt-get update
	$(SUDO) apt-get install -y --no-install-recommends gcc libc6-dev make flex bison libyaml-dev libxxhash-dev
test-deps: deps
	$(SUDO) apt-get install -y --no-install-recommends clang libclang-rt-dev valgrind libcmocka-dev python3 python3-yaml strace \
		nodejs node-js-yaml xxhash git diffutils
# what tests/conformance/install installs the others with, and what starts them apart from the network
conformance-deps:
	$(SUDO) apt-get update
	$(SUDO) apt-get install -y --no-install-recommends python3-venv python3-yaml npm openssl iproute2 util-linux openjdk-17-jre-headless maven
